#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/domain/data_quality.h"
#include "lib/domain/event.h"
#include "lib/domain/measures.h"
#include "lib/domain/ratios.h"
#include "lib/engine/case_table.h"
#include "lib/engine/series_table.h"
#include "lib/engine/source_quality.h"
#include "lib/engine/task.h"

namespace vardvakt::engine {

// One stream of one region judged as a whole: the merging, judgement, panes and figures of Task, without a
// log, a store, timers or rules, for `replay`. Events may come in any order; each case is judged once, in
// Finish. One thread.
class Batch {
 public:
  explicit Batch(TaskSetting setting);

  // Merges one accepted event.
  absl::Status Add(const domain::Event& event);

  struct Figures {
    std::vector<domain::ShareRow> shares;
    std::vector<domain::WaitingRow> waiting;
    std::vector<domain::RatioRow> ratios;
    std::vector<domain::LeftOutRow> left_out;
    std::vector<domain::SourceRow> sources;
    std::vector<domain::UnitRow> units;
  };
  // Every row there is, as of an instant, in no particular order. Once.
  absl::StatusOr<Figures> Finish(Instant as_of);

  int64_t accepted() const { return accepted_; }
  // Accepted events of which a value stands in some register.
  int64_t standing() const { return standing_; }
  // Cases and series, after Finish, for explanations.
  CaseTable& cases() { return cases_; }
  const SeriesTable& series() const { return series_; }

 private:
  // Of one source: its arrivals by recorded_at, and how many of them stand.
  struct Sent {
    SourceQuality quality;
    int64_t standing = 0;
  };
  Sent& SentBy(const std::string& source);
  void AddQuality(Instant as_of, Figures& all) const;

  TaskSetting setting_;
  bool case_scope_stream_ = false;
  CaseTable cases_;
  SeriesTable series_;

  std::string key_;  // of the event at hand
  int64_t accepted_ = 0;
  int64_t standing_ = 0;
  std::map<std::string, Sent> sent_;
  std::pair<const std::string, Sent>* last_sent_ = nullptr;  // mostly the next event's too
};

}  // namespace vardvakt::engine
