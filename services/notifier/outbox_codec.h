#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/notifier/outbox.h"

// Keys and values of the notifier's store, and the records of vardvakt.alerts.v1.
namespace vardvakt::notifier {

// "e" fingerprint, start -> vardvakt.notifier.v1.StoredEpisode
std::string EpisodeRow(const EpisodeKey& key);
inline constexpr std::string_view kEpisodesBegin = "e", kEpisodesEnd = "f";
// "o" partition -> offset of the next record to read
std::string OffsetRow(int32_t partition);

std::string EncodeKnown(const KnownEpisode& known);
// kDataLoss when it is no such value.
absl::StatusOr<KnownEpisode> DecodeKnown(std::string_view bytes);

std::string EncodeOffset(int64_t offset);
absl::StatusOr<int64_t> DecodeOffset(std::string_view bytes);

struct AlertRecord {
  Version version;
  domain::Episode episode;
};
// kDataLoss when it is none.
absl::StatusOr<AlertRecord> DecodeAlertRecord(std::string_view bytes);
std::string EncodeAlertRecord(const AlertRecord& record);

}  // namespace vardvakt::notifier
