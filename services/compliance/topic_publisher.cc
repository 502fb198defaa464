#include "services/compliance/topic_publisher.h"

#include <condition_variable>
#include <map>
#include <mutex>

#include "lib/base/strings.h"
#include "lib/engine/dead_letters.h"
#include "lib/engine/topics.h"
#include "lib/wire/compliance_codec.h"
#include "services/compliance/messages.h"
#include "vardvakt/alerts/v1/alerts.pb.h"

namespace vardvakt::compliance {
namespace {

using engine::Outgoing;
using engine::Partition;
using engine::Publication;

// What is under way; outlives the publisher as long as a callback needs it.
struct Delivery {
  std::mutex mutex;
  std::condition_variable settled;
  int64_t under_way = 0;
  bool failed = false;
  std::map<std::string, std::pair<int64_t, int64_t>, std::less<>> counts;  // delivered and failed, by topic
};

// A key's parts, none of which can hold the separator: they are names of configuration or checked text.
std::string Key(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (std::string_view part : parts) key.append(key.empty() ? "" : "|").append(part);
  return key;
}

std::string SeriesKeyText(const engine::TaskSetting& setting, const domain::SeriesKey& s,
                          std::string_view kind) {
  return Key({setting.region, setting.definition->stream, kind, s.indicator, s.level, s.key,
              domain::SexName(s.sex), domain::AgeName(s.age)});
}

class TopicPublisher final : public engine::Publisher {
 public:
  TopicPublisher(std::shared_ptr<engine::Appender> appender, engine::Metrics& metrics)
      : appender_(std::move(appender)), metrics_(metrics) {}

  void Publish(Publication publication) override {
    // Alerts first: they are what somebody waits for.
    Episodes(publication);
    Cases(publication);
    Rows(publication);
    DeadLetters(publication);
    if (publication.complete_since) Mark(publication);
    Report();
  }

  bool Drain(Duration wait) override {
    std::unique_lock lock(delivery_->mutex);
    return delivery_->settled.wait_for(lock, wait, [this] { return delivery_->under_way == 0; });
  }

  bool TakeFailure() override {
    const std::lock_guard lock(delivery_->mutex);
    return std::exchange(delivery_->failed, false);
  }

 private:
  void Episodes(const Publication& p) {
    alerts::v1::AlertRecord record;
    record.set_revision(p.version.revision);
    record.set_offset(p.version.offset);
    wire::SetTimestamp(p.version.log_time, record.mutable_log_time());
    for (const domain::Episode& episode : p.episodes) {
      *record.mutable_episode() = wire::ToProto(episode);
      Send(engine::kAlertsTopic, p, Key({episode.fingerprint, FormatMillis(episode.started_at)}),
           record.SerializeAsString());
    }
  }

  void Cases(const Publication& p) {
    v1::CaseRecord record;
    *record.mutable_version() = ToProto(p.version);
    wire::SetTimestamp(p.version.log_time, record.mutable_as_of());
    for (const engine::CaseStatus& status : p.cases) {
      *record.mutable_status() = ToProto(status, *p.setting);
      const v1::CaseStatus& s = record.status();
      Send(engine::kCasesTopic, p, Key({s.region(), s.indicator(), s.stream(), s.source(), s.case_id()}),
           record.SerializeAsString());
    }
  }

  void Rows(const Publication& p) {
    v1::ComplianceRecord record;
    *record.mutable_version() = ToProto(p.version);
    wire::SetTimestamp(p.version.log_time, record.mutable_as_of());
    const std::string& region = p.setting->region;
    for (const domain::ShareRow& row : p.shares) {
      *record.mutable_share() = wire::ToProto(row, region);
      const std::string window(row.window ? domain::WindowName(*row.window) : "");
      Send(engine::kComplianceTopic, p,
           Key({SeriesKeyText(*p.setting, row.series, "share"), domain::MeasureName(row.measure), window}),
           record.SerializeAsString());
    }
    for (const domain::WaitingRow& row : p.waiting) {
      *record.mutable_waiting() = wire::ToProto(row, region);
      Send(engine::kComplianceTopic, p, SeriesKeyText(*p.setting, row.series, "waiting"),
           record.SerializeAsString());
    }
    for (const domain::RatioRow& row : p.ratios) {
      *record.mutable_ratio() = wire::ToProto(row, region);
      Send(engine::kComplianceTopic, p,
           Key({SeriesKeyText(*p.setting, row.series, "ratio"), domain::WindowName(row.window)}),
           record.SerializeAsString());
    }
    for (const domain::LeftOutRow& row : p.left_out) {
      *record.mutable_left_out() = wire::ToProto(row, region);
      Send(engine::kComplianceTopic, p,
           Key({region, p.setting->definition->stream, "left_out", row.indicator, row.level, row.key}),
           record.SerializeAsString());
    }
  }

  void DeadLetters(const Publication& p) {
    for (const engine::RejectedRecord& rejected : p.rejected) {
      const engine::DeadLetterOrigin origin{.process = "vardvakt-compliance",
                                            .stage = "apply",
                                            .topic = p.setting->partition.topic,
                                            .partition = p.setting->partition.partition,
                                            .offset = rejected.offset};
      Send(
          engine::DeadLetter(origin, p.setting->partition.partition, "", rejected.value, rejected.rejection));
    }
  }

  void Mark(const Publication& p) {
    v1::CaseRecord record;
    *record.mutable_version() = ToProto(p.version);
    wire::SetTimestamp(p.version.log_time, record.mutable_as_of());
    record.mutable_mark()->set_region(p.setting->region);
    record.mutable_mark()->set_stream(p.setting->definition->stream);
    *record.mutable_mark()->mutable_begun_at() = ToProto(*p.complete_since);
    const std::string key = Key({p.setting->region, p.setting->definition->stream});
    Send(engine::kCasesTopic, p, key, record.SerializeAsString());
    v1::ComplianceRecord rows;
    *rows.mutable_version() = record.version();
    *rows.mutable_as_of() = record.as_of();
    *rows.mutable_mark() = record.mark();
    Send(engine::kComplianceTopic, p, key, rows.SerializeAsString());
  }

  void Send(std::string_view topic, const Publication& p, std::string key, std::string value) {
    Send(Outgoing{.to = Partition{std::string(topic), p.setting->partition.partition},
                  .key = std::move(key),
                  .value = std::move(value)});
  }

  void Send(Outgoing record) {
    {
      const std::lock_guard lock(delivery_->mutex);
      ++delivery_->under_way;
    }
    const auto settle = [delivery = delivery_, topic = record.to.topic](bool ok) {
      const std::lock_guard lock(delivery->mutex);
      delivery->failed = delivery->failed || !ok;
      auto& [delivered, failed] = delivery->counts[topic];
      ++(ok ? delivered : failed);
      if (--delivery->under_way == 0) delivery->settled.notify_all();
    };
    const absl::Status handed = appender_->Append(
        std::move(record), [settle](const absl::StatusOr<engine::Offset>& done) { settle(done.ok()); });
    if (!handed.ok()) settle(false);
  }

  // Counted in sums: a publication has thousands of records.
  void Report() {
    decltype(delivery_->counts) counts;
    {
      const std::lock_guard lock(delivery_->mutex);
      counts.swap(delivery_->counts);
    }
    for (const auto& [topic, count] : counts) {
      if (count.first > 0)
        metrics_.Count(engine::Metric::kPublishedRecords, {topic}, static_cast<double>(count.first));
      if (count.second > 0)
        metrics_.Count(engine::Metric::kPublishFailures, {topic}, static_cast<double>(count.second));
    }
  }

  std::shared_ptr<engine::Appender> appender_;
  engine::Metrics& metrics_;
  std::shared_ptr<Delivery> delivery_ = std::make_shared<Delivery>();
};

}  // namespace

std::unique_ptr<engine::Publisher> MakeTopicPublisher(std::shared_ptr<engine::Appender> appender,
                                                      engine::Metrics& metrics) {
  return std::make_unique<TopicPublisher>(std::move(appender), metrics);
}

}  // namespace vardvakt::compliance
