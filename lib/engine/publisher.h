#pragma once

#include <vector>

#include "lib/domain/episode.h"
#include "lib/domain/measures.h"
#include "lib/domain/ratios.h"
#include "lib/engine/task.h"

namespace vardvakt::engine {

// Something to say about a task, all of it absolute and of one version (architecture §4): saying it again,
// late, or by a process that has lost its partition without knowing is harmless.
struct Publication {
  const TaskSetting* setting = nullptr;
  TaskVersion version;
  std::vector<domain::ShareRow> shares;
  std::vector<domain::WaitingRow> waiting;
  std::vector<domain::RatioRow> ratios;
  std::vector<domain::LeftOutRow> left_out;
  std::vector<CaseStatus> cases;
  std::vector<domain::Episode> episodes;
  std::vector<RejectedRecord> rejected;
  // Everything current has been said since this version, if all was delivered: the mark.
  std::optional<TaskVersion> complete_since;
};

// Says it to the output topics. One for each task; called by its thread only.
class Publisher {
 public:
  virtual ~Publisher() = default;
  // Hands over without waiting for delivery; what can't be handed over counts as failed.
  virtual void Publish(Publication publication) = 0;
  // Waits until everything handed over is delivered or failed, at most `wait`; false on time out.
  virtual bool Drain(Duration wait) = 0;
  // True when a delivery failed since this was last asked: everything current must be said again.
  virtual bool TakeFailure() = 0;
};

}  // namespace vardvakt::engine
