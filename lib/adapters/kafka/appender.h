#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "lib/adapters/kafka/client.h"
#include "lib/engine/log.h"

namespace vardvakt::kafka {

class Producer;

// Idempotent appends, called back on the producer's own thread. A producer that the library declares dead
// (a fatal error) is replaced at the next append; what it held is called back as failed. Thread-safe.
class KafkaAppender final : public engine::Appender {
 public:
  explicit KafkaAppender(const Options& options);
  ~KafkaAppender() override;

  absl::Status Append(engine::Outgoing record, Done done) override;
  absl::Status Flush(Duration wait) override;

  // Topics whose records need a key.
  void SetCompacted(const std::string& topic);

 private:
  absl::StatusOr<std::shared_ptr<Producer>> Current();
  absl::Status Check(const engine::Outgoing& record);

  const Options options_;
  std::mutex mutex_;
  std::shared_ptr<Producer> producer_;
  // Dead ones; kept, for a callback on such a one's thread may be what found it dead.
  std::vector<std::shared_ptr<Producer>> retired_;
  std::set<std::string> compacted_;
};

}  // namespace vardvakt::kafka
