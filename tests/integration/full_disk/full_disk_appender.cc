// For full_disk_test, in a mount namespace of its own: the embedded log on a small disk that fills up and
// gets room again. Prints why appending failed, then how many of the acknowledged records are there
// afterwards.
#include <sys/mount.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "lib/adapters/embedded/log.h"
#include "lib/adapters/rocksdb/store.h"
#include "lib/base/strings.h"
#include "lib/runtime/system_clock.h"

namespace vardvakt {
namespace {

using engine::Offset;
using engine::Record;

const engine::Partition kPartition{"t", 0};

absl::StatusOr<Offset> Append(engine::Log& log) {
  return log.AppendAndWait({kPartition, "", std::string(100'000, 'x'), {}});
}

int Run(const std::string& dir) {
  if (mount("none", dir.c_str(), "tmpfs", 0, "size=48m") != 0) {
    std::perror("mounting a small disk");
    return 1;
  }
  std::ofstream(dir + "/filler") << std::string(24 << 20, 'f');
  const runtime::SystemClock clock;
  auto log = embedded::OpenLog(
      [&]() -> absl::StatusOr<std::unique_ptr<engine::Store>> {
        return rocksdb::OpenStore(dir + "/log", {std::string(embedded::kContent), embedded::kFormatVersion},
                                  {.wal_damage = rocksdb::WalDamage::kRefuse});
      },
      clock);
  if (!log.ok() || !(*log)->EnsureTopics({{"t", 1, engine::Retention::kKeep}}).ok()) return 1;

  Offset acknowledged = 0;
  absl::StatusOr<Offset> last;
  while ((last = Append(**log)).ok()) ++acknowledged;
  std::printf("%s: %s\n", absl::StatusCodeToString(last.status().code()).c_str(),
              std::string(last.status().message()).c_str());
  std::filesystem::remove(dir + "/filler");
  while (!(last = Append(**log)).ok()) std::this_thread::sleep_for(milliseconds(50));

  auto reader = (*log)->OpenReader(kPartition, 0);
  std::vector<Record> records;
  while ((*reader)->position() <= *last) {
    if (!(*reader)->Poll(100, seconds(1), records).ok()) return 1;
  }
  // One whose append failed may be there too.
  std::printf("kept %s\n",
              *last >= acknowledged && static_cast<Offset>(records.size()) == *last + 1 ? "all" : "not all");
  return 0;
}

}  // namespace
}  // namespace vardvakt

int main(int argc, char** argv) { return argc == 2 ? vardvakt::Run(argv[1]) : 2; }
