#pragma once

#include <string>

#include "absl/status/status.h"
#include "rocksdb/status.h"

namespace vardvakt::rocksdb {

// A store's directory, and what to do when it can't be trusted or read any more.
struct Place {
  std::string dir;
  std::string remedy = "set it aside and rebuild it from the log";
};

// `doing`: "reading"; the text names the directory, the cause and the remedy.
absl::Status ToStatus(const ::rocksdb::Status& status, const Place& place, const char* doing);

// The same for opening, where a lock that somebody else holds is told apart.
absl::Status OpenStatus(const ::rocksdb::Status& status, const Place& place);

}  // namespace vardvakt::rocksdb
