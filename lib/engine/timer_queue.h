#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "lib/base/time.h"
#include "lib/engine/store.h"

namespace vardvakt::engine {

// One timer for each case whose judgement time alone can change. All are in the store, ordered by instant;
// those before `loaded_until` are in memory too. The store is read forward only, never from the start of a
// range that was drained (a known trap: 467 pops/s against 389 000). One thread.
class TimerQueue {
 public:
  // `generation` names its rows in the store; `chunk`: how many timers are read at a time.
  TimerQueue(Store* store, uint32_t generation, size_t chunk = 100'000)
      : store_(store), generation_(generation), chunk_(chunk) {}

  // Reads the first chunk after a start, or the next one; ask for it when NextInstant() is kNever and
  // loaded_until() is not, with everything flushed.
  absl::Status LoadMore();

  // Moves a case's timer; kNever is none.
  void Set(const std::string& case_key, Instant old_at, Instant new_at);

  // The earliest timer in memory; kNever when there is none.
  Instant NextInstant() const { return near_.empty() ? kNever : near_.begin()->first; }
  // The cases whose timers are at or before `now`, earliest first, at most `limit`; they stay until Set moves
  // them.
  std::vector<std::pair<Instant, std::string>> Due(Instant now, size_t limit) const;

  // Timers from this instant on may be in the store only.
  Instant loaded_until() const { return loaded_until_; }
  // How many are set in all.
  int64_t armed() const { return armed_; }
  void set_armed(int64_t armed) { armed_ = armed; }

  void Flush(WriteBatch& batch);

 private:
  using Entry = std::pair<Instant, std::string>;
  std::string RowKey(Instant at, std::string_view case_key) const;

  Store* store_;
  uint32_t generation_;
  size_t chunk_;
  absl::btree_set<Entry> near_;
  absl::btree_set<Entry> added_;    // since the last Flush
  absl::btree_set<Entry> removed_;  // likewise
  Instant loaded_until_ = kBeginningOfTime;
  int64_t armed_ = 0;
};

}  // namespace vardvakt::engine
