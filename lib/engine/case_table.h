#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/domain/event.h"
#include "lib/engine/counted_case.h"
#include "lib/engine/store.h"

namespace vardvakt::engine {

// Names a case within a task: by source and id, or by id alone where the stream says so (spec §2).
std::string CaseKeyOf(const domain::Event& event, bool case_scope_stream);
void CaseKeyOf(const domain::Event& event, bool case_scope_stream, std::string& key);  // replaces `key`
struct CaseName {
  std::string source;  // empty where the stream names cases by id alone
  std::string case_id;
};
CaseName ParseCaseKey(std::string_view key);

// A case being worked on; set `changed`, and the next Flush writes it.
struct OpenCase {
  CaseRecord record;
  bool changed = false;
};

// The cases of one task: those being worked on as records, recently seen ones as bytes up to a bound, all of
// them in the store. A case is read from the store at most once per batch. One thread; a record stays where
// it is until Flush.
class CaseTable {
 public:
  // `store` null: everything stays in memory as bytes, and Flush only folds it up (for `replay`).
  CaseTable(Store* store, size_t max_cached_bytes) : store_(store), max_cached_bytes_(max_cached_bytes) {}

  // Reads what is not at hand of these in one go. Names may repeat.
  absl::Status Prefetch(std::vector<std::string> keys);

  // The case to work on, made when it is new.
  absl::StatusOr<OpenCase*> Open(const std::string& key);
  // Reads a case without working on it; null when there is none.
  absl::StatusOr<std::unique_ptr<CaseRecord>> Peek(const std::string& key);

  // Writes the changed ones; forgets what exceeds the bound.
  void Flush(WriteBatch& batch);

  // Every case (call Flush first); without a store in the order in which they were first recorded.
  absl::Status ForEach(absl::FunctionRef<bool(std::string_view key, CaseRecord& record)> visit);

  // The keys of the next `most` cases behind `after`, as the last Flush left them (needs a store); what was
  // read of them is at hand then. Fewer than `most`: there are no more.
  absl::StatusOr<std::vector<std::string>> KeysAfter(std::string_view after, size_t most);

  size_t working() const { return working_.size(); }
  size_t cached() const { return cache_.size(); }

 private:
  absl::Status Decode(std::string_view key, std::string_view bytes, CaseRecord& record) const;
  std::unique_ptr<OpenCase> TakeSpare();
  void Forget();

  Store* store_;
  size_t max_cached_bytes_;
  size_t cached_bytes_ = 0;
  absl::flat_hash_map<std::string, std::unique_ptr<OpenCase>> working_;
  std::vector<std::unique_ptr<OpenCase>> spare_;         // whose memory is used again
  std::string encoded_;                                  // likewise
  absl::flat_hash_map<std::string, std::string> cache_;  // an empty value: known not to be in the store
};

}  // namespace vardvakt::engine
