#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "lib/base/time.h"
#include "lib/domain/event.h"

namespace vardvakt::simulator {

// The kinds of planned care that the county's systems report.
enum class CareFlow : uint8_t {
  kContact,         // primary care: contact, then assessment
  kFirstVisit,      // referral to specialised care, then the first visit
  kProcedure,       // decision, then the operation or other procedure
  kFollowUp,        // decision with a medical target date, then the visit
  kPathway,         // founded suspicion of cancer, then treatment or the suspicion is dropped
  kDentalReferral,  // referral to specialist dental care, then the first visit
  kDentalRecall,    // check-up, then the next one by its due date
  kDentalOutreach,  // entitled persons: assessment at home, then the care that is needed
};
inline constexpr size_t kCareFlows = 8;

// What names a case, and all that is needed to make it up (again).
struct CareKey {
  CareFlow flow = CareFlow::kContact;
  LocalDay day;        // on which it begins
  int32_t number = 0;  // within flow and day
  milliseconds time_of_day{0};
};

// Attributes that a report carries, as bits.
enum CareAttribute : uint16_t {
  kPerson = 1,  // sex and birth_year
  kMunicipality = 2,
  kUnit = 4,
  kGuarantee = 8,
  kTargetDate = 16,  // CareReport::target, by the name that the stream has for it
  kPathwayName = 32,
  kVariant = 64,
  kForm = 128,  // CareReport::form
  kPad = 256,
};

// One report about a case. The texts are literals, or stand in the county.
struct CareReport {
  uint8_t id = 0;  // within the case, as in the event id
  bool retract = false;
  bool deleted = false;
  bool nightly = false;          // part of the delivery of a night, which may be sent again
  bool unreadable_date = false;  // the target date is not written as it should be
  uint16_t attributes = 0;
  std::optional<domain::Deviation> deviation;
  std::string_view milestone;
  std::string_view closed;
  std::string_view form;
  LocalDay target;
  Instant occurred;  // of a milestone or close
  Instant recorded;
  Instant deliver_at;
};

// One case of planned care: its facts, and its reports in order of delivery.
struct CareCase {
  CareKey key;
  std::string_view stream;
  std::string_view source;
  std::string_view municipality;
  std::string_view unit;
  char sex = 'U';
  int birth_year = 0;  // 0: not known
  bool guarantee = true;
  std::string_view pathway;
  std::string_view variant;
  bool pad = false;
  // When a source first says that it has ended; kNever when none does.
  Instant over = kNever;
  absl::InlinedVector<CareReport, 10> reports;
};

}  // namespace vardvakt::simulator
