#include "lib/engine/episode_text.h"

#include <array>
#include <cstdio>

#include "lib/base/hash.h"

namespace vardvakt::engine {
namespace {

template <typename List>
std::string NameIn(const List& list, std::string_view code) {
  for (const auto& item : list) {
    if (item.code == code && !item.name.empty()) return item.name;
  }
  return std::string(code);
}

}  // namespace

std::string FillTemplate(std::string_view text,
                         const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    out.append(text.substr(0, open));
    const std::string_view name = text.substr(open + 1, close - open - 1);
    std::string_view replacement = text.substr(open, close - open + 1);
    for (const auto& [key, value] : values) {
      if (key == name) replacement = value;
    }
    out.append(replacement);
    text.remove_prefix(close + 1);
  }
  out.append(text);
  return out;
}

std::string PlaceName(std::string_view level, std::string_view key, const domain::Geography& geography) {
  if (level == "region") return geography.region_name;
  if (level == "lansdel") return NameIn(geography.lansdelar, key);
  if (level == "hospital") return NameIn(geography.hospitals, key);
  if (level == "municipality") return NameIn(geography.municipalities, key);
  if (level == "unit") return NameIn(geography.units, key);
  return std::string(key);
}

std::string LocalMinute(Instant at, const TimeZone& zone) {
  const auto local = zone.ToLocal(at);
  const auto day = std::chrono::floor<days>(local);
  const auto minute = std::chrono::duration_cast<minutes>(local - day).count();
  const auto two_digits = [](int64_t value) {
    return std::string{static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
  };
  return FormatLocalDay(LocalDay(day)) + " " + two_digits(minute / 60) + ":" + two_digits(minute % 60);
}

std::string EpisodeFingerprint(std::string_view rule, std::string_view region, std::string_view subject) {
  std::array<char, 17> hex;
  std::snprintf(hex.data(), hex.size(), "%016llx",
                static_cast<unsigned long long>(StableHash().Add(rule).Add(region).Add(subject).value()));
  return hex.data();
}

}  // namespace vardvakt::engine
