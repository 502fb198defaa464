#pragma once

#include <memory>
#include <string>

#include "rocksdb/env.h"

namespace vardvakt::rocksdb {

// Where RocksDB writes its own warnings: the file LOG in `dir`, at most 4 MiB and as much again in LOG.old.
// Never fails: what it can't write is lost, and what it says of a failure the caller learns by a status too.
// RocksDB 7.8's own logger ends the process by an assertion at its second write to a full disk.
std::shared_ptr<::rocksdb::Logger> MakeInfoLog(const std::string& dir);

}  // namespace vardvakt::rocksdb
