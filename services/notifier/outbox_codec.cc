#include "services/notifier/outbox_codec.h"

#include <charconv>

#include "lib/base/bytes.h"
#include "lib/base/strings.h"
#include "lib/wire/compliance_codec.h"
#include "vardvakt/alerts/v1/alerts.pb.h"
#include "vardvakt/notifier/v1/outbox.pb.h"

namespace vardvakt::notifier {
namespace {

std::string TextOf(const std::optional<News>& news) { return news ? std::string(NewsName(*news)) : ""; }
absl::StatusOr<std::optional<News>> ParseNews(std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (const News news : {News::kFiring, News::kResolved, News::kPast}) {
    if (text == NewsName(news)) return news;
  }
  return absl::DataLossError("a stored delivery's news is none of firing, resolved, past");
}

void ToProto(const AlertRecord& record, alerts::v1::AlertRecord& out) {
  out.set_revision(record.version.revision);
  out.set_offset(record.version.offset);
  wire::SetTimestamp(record.version.log_time, out.mutable_log_time());
  *out.mutable_episode() = wire::ToProto(record.episode);
}
absl::StatusOr<AlertRecord> FromProto(const alerts::v1::AlertRecord& message) {
  absl::StatusOr<domain::Episode> episode = wire::FromProto(message.episode());
  if (!episode.ok()) return episode.status();
  return AlertRecord{{message.revision(), message.offset(), wire::ToInstant(message.log_time())},
                     *std::move(episode)};
}

}  // namespace

std::string EpisodeRow(const EpisodeKey& key) {
  std::string row(kEpisodesBegin);
  ByteWriter writer(row);
  writer.String(key.fingerprint);
  writer.BigEndian(static_cast<uint64_t>(MillisOf(key.started_at)) ^ (uint64_t{1} << 63), 8);
  return row;
}

std::string OffsetRow(int32_t partition) {
  std::string row = "o";
  ByteWriter(row).BigEndian(static_cast<uint32_t>(partition), 4);
  return row;
}

std::string EncodeKnown(const KnownEpisode& known) {
  v1::StoredEpisode stored;
  ToProto({known.version, known.episode}, *stored.mutable_record());
  for (const auto& [sink, delivery] : known.deliveries) {
    v1::Delivery& out = *stored.add_deliveries();
    out.set_sink(sink);
    out.set_told(TextOf(delivery.told));
    if (!delivery.told) continue;
    wire::SetTimestamp(delivery.first_told_at, out.mutable_first_told_at());
    wire::SetTimestamp(delivery.last_told_at, out.mutable_last_told_at());
  }
  stored.set_finished(known.finished);
  stored.set_replaced(known.replaced);
  return stored.SerializeAsString();
}

absl::StatusOr<KnownEpisode> DecodeKnown(std::string_view bytes) {
  v1::StoredEpisode stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a stored episode can't be read");
  }
  absl::StatusOr<AlertRecord> record = FromProto(stored.record());
  if (!record.ok()) return record.status();
  KnownEpisode known{.version = record->version, .episode = std::move(record->episode)};
  for (const v1::Delivery& in : stored.deliveries()) {
    Delivery& delivery = known.deliveries[in.sink()];
    const absl::StatusOr<std::optional<News>> told = ParseNews(in.told());
    if (!told.ok()) return told.status();
    delivery.told = *told;
    delivery.first_told_at = wire::ToInstant(in.first_told_at());
    delivery.last_told_at = wire::ToInstant(in.last_told_at());
  }
  known.finished = stored.finished();
  known.replaced = stored.replaced();
  return known;
}

std::string EncodeOffset(int64_t offset) { return Cat(offset); }

absl::StatusOr<int64_t> DecodeOffset(std::string_view bytes) {
  int64_t offset = 0;
  const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), offset);
  if (error != std::errc() || end != bytes.data() + bytes.size()) {
    return absl::DataLossError("a stored offset can't be read");
  }
  return offset;
}

absl::StatusOr<AlertRecord> DecodeAlertRecord(std::string_view bytes) {
  alerts::v1::AlertRecord message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a record of the alerts topic can't be read");
  }
  return FromProto(message);
}

std::string EncodeAlertRecord(const AlertRecord& record) {
  alerts::v1::AlertRecord message;
  ToProto(record, message);
  return message.SerializeAsString();
}

}  // namespace vardvakt::notifier
