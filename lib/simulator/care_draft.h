#pragma once

#include <string_view>
#include <vector>

#include "lib/simulator/care_case.h"
#include "lib/simulator/county.h"
#include "lib/simulator/incident.h"
#include "lib/simulator/random.h"
#include "lib/simulator/source.h"

namespace vardvakt::simulator {

// What every case of planned care is made up by: the county as it is, how its systems report, and what is out
// of the ordinary. All must outlive the drafts.
struct CareWorld {
  const County& county;
  const Reporting& reporting;
  const std::vector<Incident>& incidents;
  uint64_t seed = 1;
};

enum class Care : uint8_t { kPrimary, kCancer, kPlanned, kTheatre };

// The state of making up one case of planned care. A flow says who it is about and what happens when; the
// draft knows the calendar, how bookings go, and all that can go wrong on a report's way. Used up by Finish.
class CareDraft {
 public:
  CareDraft(const CareWorld& world, const CareKey& key);

  const County& county() const { return world_.county; }
  Random& random() { return random_; }
  CareCase& made() { return case_; }
  LocalDay day() const { return case_.key.day; }
  Instant start() const { return start_; }
  bool Chance(int64_t per_mille) { return random_.Chance(per_mille); }

  // Who and where. The place is drawn by population; the unit from `units`, none where that is empty.
  void ChoosePerson(const Quantiles& age, int64_t female_per_mille);
  const Place& ChoosePlace();
  void ChooseUnit(const std::vector<CareUnit>& units);
  // As a rule one of the hospital of the place, now and then another's; with the procedures of its theatre.
  void ChooseClinic(const Place& place, bool surgical);
  // How long the queue of the chosen unit is, per mille of the usual one.
  int64_t queue_per_mille() const { return queue_per_mille_; }

  // The day on which care that is wanted for a day comes about: a working day; what can wait is done weeks
  // later in July, over Christmas, during a strike or (what needs a theatre) while that is shut.
  LocalDay Book(LocalDay wanted, Care care);
  // Some time of the working day.
  Instant At(LocalDay day);
  // Some day in [first, last], `first` if that is later.
  LocalDay Between(LocalDay first, LocalDay last);
  // Whether the unit writes who waits longer than the limit down as having chosen to, at that day.
  bool CodesPvvForCapacity(LocalDay day) const;

  // When what happened on a day is reported: with the nightly delivery after it, now and then a later one;
  // or within some minutes to hours.
  Instant Nightly(LocalDay day);
  Instant Soon(Instant occurred);

  // A report that is written down at `recorded`; what else it says is the caller's. The reference holds until
  // the next report.
  CareReport& Report(Instant recorded);
  CareReport& Milestone(std::string_view milestone, Instant occurred, Instant recorded);
  void Deviation(domain::Deviation deviation, Instant recorded);
  // The end: reached, now and then with another date at first; or not. `recorded` as above.
  void Stop(std::string_view milestone, Instant occurred, Instant recorded);
  void Close(std::string_view reason, Instant occurred, Instant recorded);

  // Now and then the source withdraws the whole case.
  CareCase Finish();

 private:
  // What keeps care from being given on a day, here; null as a rule.
  const Incident* ShutOn(LocalDay day, Care care) const;
  bool IsHere(const Incident& incident) const;
  void ResendWhileOpen();
  void ReplaceDeliveries();
  void Hand();
  bool IsSaidAgain(const CareReport& report, Instant before) const;

  const CareWorld& world_;
  Random random_;
  CareCase case_;
  Instant start_;
  std::string_view hospital_;
  int64_t queue_per_mille_ = 1000;
};

}  // namespace vardvakt::simulator
