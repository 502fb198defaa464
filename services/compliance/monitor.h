#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "lib/base/clock.h"
#include "lib/engine/host.h"
#include "lib/engine/metrics.h"
#include "lib/runtime/health.h"
#include "services/compliance/figure_metrics.h"

namespace vardvakt::compliance {

// Looks at a process's tasks once a second and says in health and metrics what it sees. A region's figures
// are exported by the owner of its task only. Start and Stop from one thread.
class Monitor {
 public:
  // All must outlive it.
  Monitor(const engine::Host& host, const Clock& clock, engine::Metrics& metrics, runtime::Health& health);
  ~Monitor();

  void Start();
  void Stop();

 private:
  // What has been said of a task, to tell what is new.
  struct Watched {
    bool was_ready = false;
    int64_t looks = 0;
    bool seen = false;
    int64_t accepted = 0;
    std::map<std::string, int64_t> rejected;  // by reason
    bool sources_seen = false;
    std::map<std::string, engine::SourceQuality> sources;
    std::unique_ptr<FigureMetrics> figures;  // while owned
    engine::DefinitionsId shown;             // that they are by
  };

  void Run();
  void LookAt(engine::Worker& worker);
  bool SayAllHealth();
  bool SayHealth(const engine::Worker& worker, const engine::WorkerStatus& status);
  void CountEvents(const engine::Task& task, Watched& watched);
  void ExportSources(const engine::Task& task, Watched& watched);
  void ExportFindings(const engine::Task& task);
  void ExportEpisodes(const engine::Task& task);

  const engine::Host& host_;
  const Clock& clock_;
  engine::Metrics& metrics_;
  runtime::Health& health_;
  std::map<const engine::Worker*, Watched> watched_;  // of the thread alone

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vardvakt::compliance
