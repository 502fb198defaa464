#pragma once

#include <string>

#include "absl/status/status.h"
#include "rocksdb/status.h"

namespace vardvakt::rocksdb {

// `doing`: "reading"; the text names the directory, the cause and the remedy.
absl::Status ToStatus(const ::rocksdb::Status& status, const std::string& dir, const char* doing);

// The same for opening, where a lock that somebody else holds is told apart.
absl::Status OpenStatus(const ::rocksdb::Status& status, const std::string& dir);

}  // namespace vardvakt::rocksdb
