#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/domain/event.h"
#include "lib/domain/measures.h"
#include "lib/domain/ratios.h"
#include "lib/engine/case_table.h"
#include "lib/engine/series_table.h"
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
  TaskSetting setting_;
  bool case_scope_stream_ = false;
  CaseTable cases_;
  SeriesTable series_;

  std::string key_;  // of the event at hand
  int64_t accepted_ = 0;
  int64_t standing_ = 0;
};

}  // namespace vardvakt::engine
