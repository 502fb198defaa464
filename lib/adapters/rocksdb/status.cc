#include "lib/adapters/rocksdb/status.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>

#include "lib/base/strings.h"

namespace vardvakt::rocksdb {
namespace {

bool Mentions(const std::string& text, const char* what) { return text.find(what) != std::string::npos; }

// The process that holds a lock on the file, by the kernel's list: opening the file and asking it would drop
// our own lock at closing.
std::optional<int> LockHolder(const std::string& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) return std::nullopt;
  char wanted[64];
  std::snprintf(wanted, sizeof wanted, "%02x:%02x:%lu", major(info.st_dev), minor(info.st_dev),
                static_cast<unsigned long>(info.st_ino));
  std::ifstream locks("/proc/locks");
  std::string line;
  while (std::getline(locks, line)) {
    // "1: POSIX  ADVISORY  WRITE 4711 fe:01:133 0 EOF"
    std::istringstream fields(line);
    std::string number, kind, mode, access, inode;
    int pid = 0;
    if (fields >> number >> kind >> mode >> access >> pid >> inode && inode == wanted && pid > 0) return pid;
  }
  return std::nullopt;
}

}  // namespace

absl::Status ToStatus(const ::rocksdb::Status& status, const Place& place, const char* doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string cause = Cat("store ", place.dir, ": ", doing, " failed: ", status.ToString());
  if (status.IsCorruption()) {
    return absl::DataLossError(Cat(cause, "; it can't be trusted: ", place.remedy));
  }
  if (status.IsNoSpace() || Mentions(status.ToString(), "No space left")) {
    return absl::ResourceExhaustedError(Cat(cause, "; free space on that disk"));
  }
  if (Mentions(status.ToString(), "Permission denied") ||
      Mentions(status.ToString(), "Read-only file system")) {
    return absl::PermissionDeniedError(Cat(cause, "; make it writable for this user"));
  }
  return absl::InternalError(Cat(cause, "; the outcome is unknown: stop, then open it again"));
}

absl::Status OpenStatus(const ::rocksdb::Status& status, const Place& place) {
  const std::string text = status.ToString();
  if (status.IsIOError() &&
      (Mentions(text, "lock hold by current process") || Mentions(text, "While lock file"))) {
    const std::optional<int> holder = LockHolder(place.dir + "/LOCK");
    if (holder.has_value() || Mentions(text, "lock hold by") || Mentions(text, "temporarily unavailable")) {
      return absl::UnavailableError(
          Cat("store ", place.dir, " is in use by ",
              holder.has_value() ? Cat("process ", *holder) : std::string("another process"),
              "; stop that one, or name another data directory"));
    }
  }
  if (status.IsNotSupported() || status.IsInvalidArgument()) {
    return absl::FailedPreconditionError(Cat("store ", place.dir,
                                             " was written by another version of RocksDB: ", text,
                                             "; run the version that wrote it, or ", place.remedy));
  }
  return ToStatus(status, place, "opening");
}

}  // namespace vardvakt::rocksdb
