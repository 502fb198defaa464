#pragma once

#include <cstdint>
#include <optional>

#include "lib/base/time.h"
#include "lib/domain/event.h"

namespace vardvakt::simulator {

// An event and the instant at which the source hands it over.
struct Delivery {
  Instant deliver_at;
  domain::Event event;
};

// An endless (or bounded) sequence of deliveries in order of time. Not thread-safe.
class DeliverySource {
 public:
  virtual ~DeliverySource() = default;

  // The next delivery, none before the one given last; nullopt when there are no more.
  virtual std::optional<Delivery> Next() = 0;
  // When the next one is due, if there is one.
  virtual std::optional<Instant> NextAt() = 0;
};

// How reliably the sources report.
struct Reporting {
  int64_t duplicate_per_mille = 10;     // events sent again, unchanged
  int64_t out_of_order_per_mille = 20;  // events held up for up to five minutes
  int64_t late_per_mille = 4;           // events held up for up to two hours (a vehicle without coverage)
  int64_t correction_per_mille = 15;    // arrivals, visits and treatments that get another time afterwards
  int64_t replaced_per_mille = 30;  // nightly deliveries that are sent again weeks later, some of it changed
  int64_t resend_open_days = 0;     // every so many days a wait that is still open is sent again; 0: never
};

}  // namespace vardvakt::simulator
