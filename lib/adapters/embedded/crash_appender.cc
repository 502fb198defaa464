// For embedded_log_test: appends until it is killed, and says how far the log has acknowledged.
#include <cstdio>
#include <string>

#include "lib/adapters/embedded/log.h"
#include "lib/adapters/rocksdb/store.h"
#include "lib/testkit/manual_clock.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string dir = argv[1];
  vardvakt::testkit::ManualClock clock;
  auto log = vardvakt::embedded::OpenLog(
      [&]() -> absl::StatusOr<std::unique_ptr<vardvakt::engine::Store>> {
        return vardvakt::rocksdb::OpenStore(dir, {.content = std::string(vardvakt::embedded::kContent)},
                                            {.wal_damage = vardvakt::rocksdb::WalDamage::kRefuse});
      },
      clock);
  if (!log.ok()) return 1;
  if (!(*log)->EnsureTopics({{"t", 1, vardvakt::engine::Retention::kKeep}}).ok()) return 1;
  std::printf("open\n");
  std::fflush(stdout);
  auto appender = (*log)->appender();
  while (true) {
    clock.Advance(vardvakt::milliseconds(1));
    appender
        ->Append({{"t", 0}, "", std::string(200, 'x'), {}},
                 [](absl::StatusOr<vardvakt::engine::Offset> offset) {
                   if (offset.ok() && *offset % 100 == 0) {
                     std::printf("%ld\n", static_cast<long>(*offset));
                     std::fflush(stdout);
                   }
                 })
        .IgnoreError();  // a full queue is what it is for
  }
}
