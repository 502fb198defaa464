#include "lib/engine/timer_queue.h"

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/engine/rows.h"

namespace vardvakt::engine {
namespace {

Instant InstantOf(std::string_view row_key) {
  ByteReader in(row_key.substr(rows::kJudgingPrefix));
  return InstantFromMillis(static_cast<int64_t>(in.BigEndian(8) ^ (uint64_t{1} << 63)));
}

}  // namespace

std::string TimerQueue::RowKey(Instant at, std::string_view case_key) const {
  std::string key = rows::Begin(rows::kTimer, generation_);
  ByteWriter(key).BigEndian(static_cast<uint64_t>(MillisOf(at)) ^ (uint64_t{1} << 63), 8);
  key.append(case_key);
  return key;
}

absl::Status TimerQueue::LoadMore() {
  if (store_ == nullptr) {
    loaded_until_ = kNever;
    return absl::OkStatus();
  }
  const std::string from =
      loaded_until_ == kBeginningOfTime ? rows::Begin(rows::kTimer, generation_) : RowKey(loaded_until_, "");
  size_t read = 0;
  Instant last = kNever;
  // A chunk ends where an instant ends, so that `loaded_until` parts what is in memory from what is not.
  const absl::Status scanned =
      store_->Scan(from, rows::End(rows::kTimer, generation_), [&](std::string_view key, std::string_view) {
        const Instant at = InstantOf(key);
        if (read >= chunk_ && at != last) {
          loaded_until_ = at;
          return false;
        }
        near_.emplace_hint(near_.end(), at, std::string(key.substr(rows::kJudgingPrefix + 8)));
        last = at;
        ++read;
        loaded_until_ = kNever;
        return true;
      });
  if (read == 0) loaded_until_ = kNever;
  return scanned;
}

void TimerQueue::Set(const std::string& case_key, Instant old_at, Instant new_at) {
  if (old_at == new_at) return;
  if (old_at != kNever) {
    --armed_;
    Entry entry(old_at, case_key);
    near_.erase(entry);
    if (added_.erase(entry) == 0 && store_ != nullptr) removed_.insert(std::move(entry));
  }
  if (new_at != kNever) {
    ++armed_;
    Entry entry(new_at, case_key);
    if (new_at < loaded_until_) near_.insert(entry);
    if (removed_.erase(entry) == 0 && store_ != nullptr) added_.insert(std::move(entry));
  }
}

std::vector<std::pair<Instant, std::string>> TimerQueue::Due(Instant now, size_t limit) const {
  std::vector<Entry> due;
  for (auto it = near_.begin(); it != near_.end() && it->first <= now && due.size() < limit; ++it)
    due.push_back(*it);
  return due;
}

void TimerQueue::Flush(WriteBatch& batch) {
  for (const Entry& entry : removed_) batch.Delete(RowKey(entry.first, entry.second));
  for (const Entry& entry : added_) batch.Put(RowKey(entry.first, entry.second), "");
  removed_.clear();
  added_.clear();
}

}  // namespace vardvakt::engine
