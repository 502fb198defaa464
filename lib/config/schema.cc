#include "lib/config/schema.h"

#include <charconv>
#include <numeric>

#include "absl/strings/str_join.h"

namespace vardvakt::config {
namespace {

// Letters to change, add or leave out to get from one text to the other.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[b.size()];
}

bool NeedText(const Node& node, Sink& sink, std::string_view wanted) {
  if (node.kind == Node::Kind::kText) return true;
  sink.Add(node.at, Cat(wanted, " is needed here, and this is ", KindName(node)));
  return false;
}

bool OnlyOf(std::string_view text, std::string_view extra, bool upper) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (upper && c >= 'A' && c <= 'Z') ||
           extra.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string_view KindName(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "empty";
    case Node::Kind::kText:
      return "a single value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map of keys";
  }
  return "";
}

std::string Nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string nearest;
  size_t best = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(name.substr(0, 128), candidate);
    if (distance < best && 2 * distance < std::max(name.size(), candidate.size())) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string Remedy(std::string_view name, const std::vector<std::string>& candidates) {
  if (const std::string nearest = Nearest(name, candidates); !nearest.empty()) {
    return Cat("; did you mean \"", nearest, "\"?");
  }
  return Cat("; known: ", absl::StrJoin(candidates, ", "));
}

const Node::Entry* FindEntry(const Node& node, std::string_view key) {
  for (const Node::Entry& entry : node.entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

bool CheckKeys(const TableInfo& table, const Node& node, Sink& sink) {
  std::vector<std::string> known;
  for (const KeyInfo& key : table.keys) known.push_back(key.name);
  bool ok = true;
  for (const Node::Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      sink.Add(entry.at, Cat("unknown key \"", entry.key, "\" of ", table.name, Remedy(entry.key, known)));
      ok = false;
    } else if (const Node::Entry* first = FindEntry(node, entry.key); first != &entry) {
      sink.Add(entry.at, Cat("key \"", entry.key, "\" of ", table.name,
                             " is given a second time; keep this one or that on line ", first->at.line));
      ok = false;
    }
  }
  for (const KeyInfo& key : table.keys) {
    if (key.required && FindEntry(node, key.name) == nullptr) {
      sink.Add(node.at,
               Cat("key \"", key.name, "\" of ", table.name, " is missing; add it (", key.type, ")"));
      ok = false;
    }
  }
  return ok;
}

Type<std::string> Text(size_t min, size_t max) {
  return {"text", [min, max](const Node& node, Sink& sink, std::string& out) {
            if (min == 0 && node.kind == Node::Kind::kNull) return true;
            if (!NeedText(node, sink, "text")) return false;
            if (node.text.size() < min || node.text.size() > max) {
              sink.Add(node.at,
                       Cat("the text has ", node.text.size(), " bytes; it must have ", min, " to ", max));
              return false;
            }
            out = node.text;
            return true;
          }};
}

Type<std::string> Identifier() {
  return {"id (`a-z`, `0-9`, `_`)", [](const Node& node, Sink& sink, std::string& out) {
            if (!NeedText(node, sink, "an id")) return false;
            out = node.text;
            if (!out.empty() && out.size() <= 64 && OnlyOf(out, "_", false)) return true;
            sink.Add(node.at, Cat("\"", node.text, "\" is not an id; use 1 to 64 of a-z, 0-9 and _"));
            return false;
          }};
}

Type<std::string> Code() {
  return {"code", [](const Node& node, Sink& sink, std::string& out) {
            if (!NeedText(node, sink, "a code")) return false;
            out = node.text;
            if (!out.empty() && out.size() <= 128 && OnlyOf(out, "._:-", true)) return true;
            sink.Add(node.at, Cat("\"", node.text,
                                  "\" is not a code; use 1 to 128 letters, digits and . _ : - (ASCII)"));
            return false;
          }};
}

Type<std::string> EventName() {
  return {"name in events", [](const Node& node, Sink& sink, std::string& out) {
            if (!NeedText(node, sink, "a name")) return false;
            out = node.text;
            if (!out.empty() && out.size() <= 64) return true;
            sink.Add(node.at, Cat("the name has ", out.size(), " bytes; it must have 1 to 64"));
            return false;
          }};
}

Type<bool> Flag() {
  return {"`true` or `false`", [](const Node& node, Sink& sink, bool& out) {
            if (node.kind == Node::Kind::kText && (node.text == "true" || node.text == "false")) {
              out = node.text == "true";
              return true;
            }
            sink.Add(node.at, Cat("\"", node.text, "\" is neither true nor false; write one of them"));
            return false;
          }};
}

Type<int64_t> Integer(int64_t min, int64_t max) {
  return {Cat("whole number, ", min, " to ", max), [min, max](const Node& node, Sink& sink, int64_t& out) {
            if (!NeedText(node, sink, "a whole number")) return false;
            const char* end = node.text.data() + node.text.size();
            const auto [rest, error] = std::from_chars(node.text.data(), end, out);
            if (error == std::errc() && rest == end && out >= min && out <= max) return true;
            sink.Add(node.at, Cat("\"", node.text, "\" is not a whole number from ", min, " to ", max));
            return false;
          }};
}

Type<Duration> Span(Duration min, Duration max, bool days) {
  const std::string example = days ? "`90s`, `20min`, `72h` or `3d`" : "`90s`, `20min` or `72h`";
  return {Cat("duration, e.g. ", example), [=](const Node& node, Sink& sink, Duration& out) {
            if (!NeedText(node, sink, "a duration")) return false;
            const std::optional<Duration> parsed = ParseDuration(node.text);
            if (!parsed) {
              sink.Add(node.at, Cat("\"", node.text, "\" is not a duration; write e.g. 90s, 20min or 72h"));
              return false;
            }
            if (!days && node.text.find('d') != std::string::npos) {
              sink.Add(node.at,
                       Cat("\"", node.text, "\" could mean calendar days; write this duration in hours"));
              return false;
            }
            if (*parsed < min || *parsed > max) {
              sink.Add(node.at, Cat("\"", node.text, "\" is out of bounds; it must be from ",
                                    FormatDuration(min), " to ", FormatDuration(max)));
              return false;
            }
            out = *parsed;
            return true;
          }};
}

Type<LocalDay> Day() {
  return {"day, e.g. `2026-01-01`", [](const Node& node, Sink& sink, LocalDay& out) {
            if (!NeedText(node, sink, "a day")) return false;
            const std::optional<LocalDay> parsed = ParseLocalDay(node.text);
            if (!parsed) {
              sink.Add(node.at, Cat("\"", node.text, "\" is not a day; write it as 2026-01-31"));
              return false;
            }
            out = *parsed;
            return true;
          }};
}

Type<int> Share() {
  return {"share from 0 to 1, e.g. `0.80`", [](const Node& node, Sink& sink, int& out) {
            if (!NeedText(node, sink, "a share")) return false;
            const std::string_view text = node.text;
            const bool shaped = !text.empty() && (text[0] == '0' || text[0] == '1') &&
                                (text.size() == 1 || (text[1] == '.' && text.size() > 2)) && text.size() <= 5;
            int permille = 0;
            bool ok = shaped;
            if (shaped) {
              std::string digits(text.substr(0, 1));
              if (text.size() > 2) digits.append(text.substr(2));
              digits.resize(4, '0');
              const auto [rest, error] = std::from_chars(digits.data(), digits.data() + 4, permille);
              ok = error == std::errc() && rest == digits.data() + 4 && permille <= 1000;
            }
            if (ok) {
              out = permille;
              return true;
            }
            sink.Add(node.at, Cat("\"", node.text,
                                  "\" is not a share; write 0 to 1 with at most three decimals, e.g. 0.80"));
            return false;
          }};
}

Type<Node> Unread(std::string name) {
  return {std::move(name), [](const Node& node, Sink& sink, Node& out) {
            out = node;
            return NeedText(node, sink, "a number");
          }};
}

Type<std::map<std::string, std::string>> TextMap() {
  return {"map of text", [](const Node& node, Sink& sink, std::map<std::string, std::string>& out) {
            if (node.kind != Node::Kind::kMap) {
              sink.Add(node.at, Cat("keys with values are needed here, and this is ", KindName(node)));
              return false;
            }
            bool ok = true;
            for (const Node::Entry& entry : node.entries) {
              std::string value;
              if (!Text().read(entry.value, sink, value)) {
                ok = false;
              } else if (!out.emplace(entry.key, std::move(value)).second) {
                sink.Add(entry.at, Cat("key \"", entry.key, "\" is given a second time; keep one"));
                ok = false;
              }
            }
            return ok;
          }};
}

}  // namespace vardvakt::config
