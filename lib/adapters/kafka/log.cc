#include "lib/adapters/kafka/log.h"

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "lib/adapters/kafka/admin.h"
#include "lib/adapters/kafka/appender.h"
#include "lib/adapters/kafka/client.h"
#include "lib/adapters/kafka/reader.h"
#include "lib/base/strings.h"

namespace vardvakt::kafka {
namespace {

class KafkaLog final : public engine::Log {
 public:
  KafkaLog(const Options& options, std::unique_ptr<Client> queries)
      : options_(options),
        queries_(std::move(queries)),
        consumers_(options),
        appender_(std::make_shared<KafkaAppender>(options)) {}

  absl::StatusOr<std::unique_ptr<engine::Reader>> OpenReader(const engine::Partition& partition,
                                                             engine::Offset from) override {
    bool gapless = false;
    {
      std::lock_guard lock(mutex_);
      gapless = gapless_.contains(partition.topic);
    }
    return kafka::OpenReader(consumers_, *queries_, partition, from, gapless, options_);
  }

  std::shared_ptr<engine::Appender> appender() override { return appender_; }

  absl::Status EnsureTopics(const std::vector<engine::TopicSpec>& topics) override {
    Remember(topics);
    return Admin(*queries_, options_).Ensure(topics);
  }
  absl::Status CheckTopics(const std::vector<engine::TopicSpec>& topics) override {
    Remember(topics);
    return Admin(*queries_, options_).Check(topics);
  }

  Duration clock_margin() const override { return options_.clock_margin; }

 private:
  void Remember(const std::vector<engine::TopicSpec>& topics) {
    std::lock_guard lock(mutex_);
    for (const engine::TopicSpec& spec : topics) {
      if (spec.retention == engine::Retention::kCompact) {
        appender_->SetCompacted(spec.name);
      } else {
        gapless_.insert(spec.name);
      }
    }
  }

  const Options options_;
  const std::unique_ptr<Client> queries_;
  Consumers consumers_;
  const std::shared_ptr<KafkaAppender> appender_;
  std::mutex mutex_;
  std::set<std::string> gapless_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<engine::Log>> OpenLog(const Options& options) {
  // With its retries the library waits for a broker that is gone without regard to the time given.
  auto queries =
      Client::Make(RD_KAFKA_PRODUCER, options,
                   {{"retries", "0"}, {"socket.timeout.ms", Cat(options.answer_timeout.count())}}, {});
  if (!queries.ok()) return queries.status();
  return std::make_unique<KafkaLog>(options, *std::move(queries));
}

}  // namespace vardvakt::kafka
