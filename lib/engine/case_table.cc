#include "lib/engine/case_table.h"

#include <algorithm>

#include "lib/base/strings.h"
#include "lib/engine/rows.h"

namespace vardvakt::engine {
namespace {

constexpr size_t kSpareCases = 5'000;

constexpr char kSeparator = '\0';  // in no source: text with a NUL is refused at the way in

std::string RowKey(std::string_view case_key) {
  std::string key = rows::Begin(rows::kCase);
  key.append(case_key);
  return key;
}

}  // namespace

void CaseKeyOf(const domain::Event& event, bool case_scope_stream, std::string& key) {
  key.clear();
  if (!case_scope_stream) key.append(event.source);
  key.push_back(kSeparator);
  key.append(event.case_id);
}

std::string CaseKeyOf(const domain::Event& event, bool case_scope_stream) {
  std::string key;
  key.reserve(event.source.size() + 1 + event.case_id.size());
  CaseKeyOf(event, case_scope_stream, key);
  return key;
}

CaseName ParseCaseKey(std::string_view key) {
  const size_t at = std::min(key.find(kSeparator), key.size() - 1);
  return {.source = std::string(key.substr(0, at)), .case_id = std::string(key.substr(at + 1))};
}

absl::Status CaseTable::Decode(std::string_view key, std::string_view bytes, CaseRecord& record) const {
  if (bytes.empty() || DecodeCase(bytes, record)) return absl::OkStatus();
  return absl::DataLossError(
      Cat("a case row of ", key.size(),
          " bytes of key can't be read; set the store aside, it is rebuilt from the log"));
}

absl::Status CaseTable::Prefetch(std::vector<std::string> keys) {
  if (store_ == nullptr) return absl::OkStatus();
  std::erase_if(keys, [&](const std::string& key) { return working_.contains(key) || cache_.contains(key); });
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  if (keys.empty()) return absl::OkStatus();
  std::vector<std::string> row_keys;
  row_keys.reserve(keys.size());
  for (const std::string& key : keys) row_keys.push_back(RowKey(key));
  const std::vector<std::string_view> views(row_keys.begin(), row_keys.end());
  auto values = store_->MultiGet(views);
  if (!values.ok()) return values.status();
  for (size_t i = 0; i < keys.size(); ++i) {
    std::string value = (*values)[i] ? std::move(*(*values)[i]) : std::string();
    cached_bytes_ += value.size() + keys[i].size();
    cache_.emplace(std::move(keys[i]), std::move(value));
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenCase*> CaseTable::Open(const std::string& key) {
  if (const auto it = working_.find(key); it != working_.end()) return it->second.get();
  auto cached = cache_.find(key);
  if (cached == cache_.end() && store_ != nullptr) {
    if (absl::Status status = Prefetch({key}); !status.ok()) return status;
    cached = cache_.find(key);
  }
  std::unique_ptr<OpenCase> open = TakeSpare();
  if (cached != cache_.end()) {
    if (absl::Status status = Decode(key, cached->second, open->record); !status.ok()) return status;
  }
  return working_.emplace(key, std::move(open)).first->second.get();
}

std::unique_ptr<OpenCase> CaseTable::TakeSpare() {
  if (spare_.empty()) return std::make_unique<OpenCase>();
  std::unique_ptr<OpenCase> open = std::move(spare_.back());
  spare_.pop_back();
  open->record.Clear();
  open->changed = false;
  return open;
}

absl::StatusOr<std::unique_ptr<CaseRecord>> CaseTable::Peek(const std::string& key) {
  if (const auto it = working_.find(key); it != working_.end()) {
    return std::make_unique<CaseRecord>(it->second->record);
  }
  std::string bytes;
  if (const auto it = cache_.find(key); it != cache_.end()) {
    bytes = it->second;
  } else if (store_ != nullptr) {
    auto value = store_->Get(RowKey(key));
    if (!value.ok()) return value.status();
    bytes = value->value_or("");
  }
  if (bytes.empty()) return nullptr;
  auto record = std::make_unique<CaseRecord>();
  if (absl::Status status = Decode(key, bytes, *record); !status.ok()) return status;
  return record;
}

void CaseTable::Flush(WriteBatch& batch) {
  for (auto& [key, open] : working_) {
    if (open->changed) {
      EncodeCase(open->record, encoded_);
      if (store_ != nullptr) batch.Put(RowKey(key), encoded_);
      auto [it, fresh] = cache_.try_emplace(key);
      cached_bytes_ += encoded_.size() - it->second.size() + (fresh ? key.size() : 0);
      it->second = encoded_;
    }
    if (spare_.size() < kSpareCases) spare_.push_back(std::move(open));
  }
  working_.clear();
  if (store_ != nullptr) Forget();
}

// Which ones go is left to the order of the table, which is as good as random: a case is touched a few times
// within minutes or not again for days, and a miss costs one read.
void CaseTable::Forget() {
  if (cached_bytes_ <= max_cached_bytes_) return;
  const size_t target = max_cached_bytes_ - max_cached_bytes_ / 4;
  for (auto it = cache_.begin(); it != cache_.end() && cached_bytes_ > target;) {
    cached_bytes_ -= it->first.size() + it->second.size();
    cache_.erase(it++);
  }
}

absl::StatusOr<std::vector<std::string>> CaseTable::KeysAfter(std::string_view after, size_t most) {
  std::vector<std::string> keys;
  const std::string from = after.empty() ? rows::Begin(rows::kCase) : RowKey(after) + '\0';
  const absl::Status scanned =
      store_->Scan(from, rows::End(rows::kCase), [&](std::string_view row_key, std::string_view bytes) {
        const std::string& key = keys.emplace_back(row_key.substr(1));
        if (!working_.contains(key)) {
          const auto [it, fresh] = cache_.try_emplace(key, bytes);
          if (fresh) cached_bytes_ += bytes.size() + key.size();
        }
        return keys.size() < most;
      });
  if (!scanned.ok()) return scanned;
  return keys;
}

absl::Status CaseTable::ForEach(absl::FunctionRef<bool(std::string_view, CaseRecord&)> visit) {
  absl::Status status;
  CaseRecord record;
  const auto one = [&](std::string_view key, std::string_view bytes) {
    status = Decode(key, bytes, record);
    return status.ok() && visit(key, record);
  };
  if (store_ != nullptr) {
    const absl::Status scanned =
        store_->Scan(rows::Begin(rows::kCase), rows::End(rows::kCase),
                     [&](std::string_view key, std::string_view bytes) { return one(key.substr(1), bytes); });
    return scanned.ok() ? status : scanned;
  }
  // Cases of one time count in the same panes: one after the other they find them in the processor's cache.
  std::vector<std::pair<Instant, const std::pair<const std::string, std::string>*>> order;
  order.reserve(cache_.size());
  for (const auto& entry : cache_) order.emplace_back(FirstRecordedAt(entry.second), &entry);
  std::sort(order.begin(), order.end());
  for (const auto& [at, entry] : order) {
    if (!one(entry->first, entry->second)) break;
  }
  return status;
}

}  // namespace vardvakt::engine
