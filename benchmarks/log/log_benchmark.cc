// Latency at 1 000 records/s and throughput of the logs. Records of 160 bytes, one partition.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/adapters/embedded/log.h"
#include "lib/adapters/kafka/log.h"
#include "lib/adapters/rocksdb/store.h"
#include "lib/base/hash.h"
#include "lib/runtime/system_clock.h"
#include "lib/testkit/kafka_server.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt {
namespace {

using engine::Offset;
using engine::Partition;
using engine::Record;
using Steady = std::chrono::steady_clock;

constexpr int kRecordBytes = 160;
constexpr Duration kPatience = minutes(2);

struct Sizes {
  int paced = 10'000;  // records appended at 1 000/s
  int bulk = 2'000'000;
};

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  std::exit(1);
}

double Millis(Steady::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void PrintLatency(const char* what, std::vector<double> millis) {
  std::sort(millis.begin(), millis.end());
  const auto at = [&](double share) {
    return millis[static_cast<size_t>(share * static_cast<double>(millis.size() - 1))];
  };
  std::printf("  %-22s p50 %6.2f ms  p99 %6.2f ms  max %6.2f ms\n", what, at(0.5), at(0.99), at(1));
}

// Appends at 1 000 records/s while a reader polls: from the append to its acknowledgement, and to its
// reading.
void MeasureLatency(engine::Log& log, const Partition& partition, int count) {
  std::vector<Steady::time_point> began(count), acknowledged(count), read(count);
  auto reader = log.OpenReader(partition, 0);
  if (!reader.ok()) Die(reader.status());
  std::jthread polls([&] {
    std::vector<Record> records;
    for (int seen = 0; seen < count;) {
      records.clear();
      if (absl::Status polled = (*reader)->Poll(1000, milliseconds(100), records); !polled.ok()) Die(polled);
      const auto now = Steady::now();
      for (const Record& record : records) read[record.offset] = now;
      seen += static_cast<int>(records.size());
    }
  });
  auto next = Steady::now();
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_until(next += milliseconds(1));
    began[i] = Steady::now();
    const absl::Status taken = log.appender()->Append({partition, "case", std::string(kRecordBytes, 'x'), {}},
                                                      [&, i](const absl::StatusOr<Offset>& offset) {
                                                        if (!offset.ok()) Die(offset.status());
                                                        acknowledged[i] = Steady::now();
                                                      });
    if (!taken.ok()) Die(taken);
  }
  if (absl::Status flushed = log.appender()->Flush(kPatience); !flushed.ok()) Die(flushed);
  polls.join();
  // Connections and caches warm up in the first tenth.
  std::vector<double> to_acknowledgement, to_reading;
  for (int i = count / 10; i < count; ++i) {
    to_acknowledgement.push_back(Millis(acknowledged[i] - began[i]));
    to_reading.push_back(Millis(read[i] - began[i]));
  }
  PrintLatency("append to acknowledged", std::move(to_acknowledgement));
  PrintLatency("append to read", std::move(to_reading));
}

void MeasureThroughput(engine::Log& log, const Partition& partition, int count) {
  std::atomic<int> acknowledged = 0;
  auto began = Steady::now();
  for (int i = 0; i < count;) {
    std::string value = std::to_string(i);
    value.resize(kRecordBytes, ' ');
    const absl::Status taken = log.appender()->Append(
        {partition, "case", std::move(value), {}}, [&](const absl::StatusOr<Offset>& offset) {
          offset.ok() ? (void)++acknowledged : Die(offset.status());
        });
    if (taken.ok()) {
      ++i;
    } else if (absl::IsResourceExhausted(taken)) {
      std::this_thread::sleep_for(milliseconds(1));
    } else {
      Die(taken);
    }
  }
  if (absl::Status flushed = log.appender()->Flush(kPatience); !flushed.ok()) Die(flushed);
  std::printf("  append                 %9.0f records/s\n",
              acknowledged / (Millis(Steady::now() - began) / 1000));

  began = Steady::now();
  auto reader = log.OpenReader(partition, 0);
  if (!reader.ok()) Die(reader.status());
  StableHash digest;
  std::vector<Record> records;
  while ((*reader)->position() < count) {
    records.clear();
    if (absl::Status polled = (*reader)->Poll(2000, milliseconds(100), records); !polled.ok()) Die(polled);
    for (const Record& record : records) digest.Add(record.value);
  }
  std::printf("  poll                   %9.0f records/s   digest %016llx\n",
              count / (Millis(Steady::now() - began) / 1000),
              static_cast<unsigned long long>(digest.value()));
}

void Measure(const char* name, engine::Log& log, const Sizes& sizes) {
  std::printf("%s\n", name);
  const absl::Status made =
      log.EnsureTopics({{"paced", 1, engine::Retention::kKeep}, {"bulk", 1, engine::Retention::kKeep}});
  if (!made.ok()) Die(made);
  MeasureLatency(log, {"paced", 0}, sizes.paced);
  MeasureThroughput(log, {"bulk", 0}, sizes.bulk);
  std::fflush(stdout);
}

void MeasureEmbedded(const Sizes& sizes) {
  const testkit::TempDir dir;
  const runtime::SystemClock clock;
  auto log = embedded::OpenLog(
      [&]() -> absl::StatusOr<std::unique_ptr<engine::Store>> {
        return rocksdb::OpenStore(dir / "log", {std::string(embedded::kContent), embedded::kFormatVersion},
                                  {.wal_damage = rocksdb::WalDamage::kRefuse});
      },
      clock);
  if (!log.ok()) Die(log.status());
  Measure("embedded log", **log, sizes);
}

void MeasureKafka(const Sizes& sizes) {
  testkit::KafkaServer broker;
  kafka::Options options;
  options.bootstrap_servers = broker.bootstrap();
  auto log = kafka::OpenLog(options);
  if (!log.ok()) Die(log.status());
  Measure("Kafka, one broker", **log, sizes);
}

}  // namespace
}  // namespace vardvakt

int main(int argc, char** argv) {
  vardvakt::Sizes sizes;
  bool with_kafka = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--tiny") {
      sizes = {.paced = 300, .bulk = 5'000};
    } else if (argument == "--kafka") {
      with_kafka = true;
    } else {
      std::fprintf(stderr, "usage: log_benchmark [--tiny] [--kafka]\n");
      return 2;
    }
  }
  vardvakt::MeasureEmbedded(sizes);
  if (with_kafka) vardvakt::MeasureKafka(sizes);
}
