#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/configuration.h"

namespace vardvakt::config {

// A place in a file, from 1; columns count characters.
struct Mark {
  int line = 1;
  int column = 1;
};

// One value of a YAML file, with where it stands. Scalars keep their text: what `06` or `yes` means is for
// the declaration of its key to say, not for YAML's guesses.
struct Node {
  enum class Kind : uint8_t { kNull, kText, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  Mark at;
  std::string text;            // kText
  std::vector<Node> items;     // kList
  std::vector<Entry> entries;  // kMap; in the file's order, doubled keys included
};
struct Node::Entry {
  std::string key;
  Mark at;
  Node value;
};

// Collects the problems of one file. Not thread-safe; outlived by `all`.
class Sink {
 public:
  Sink(std::string file, std::vector<Problem>& all) : file_(std::move(file)), all_(all) {}
  void Add(Mark at, std::string message) { all_.push_back({file_, at.line, at.column, std::move(message)}); }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::vector<Problem>& all_;
};

inline constexpr size_t kMaxFileBytes = size_t{1} << 20;
inline constexpr int kMaxDepth = 32;

// The one document of a YAML file's text. Nullopt when it can't be read; the sink then has the reason. Takes
// UTF-8 with or without a byte order mark and with LF or CRLF; refuses anchors, aliases, tags, a second
// document, and what exceeds the bounds above.
std::optional<Node> ParseDocument(std::string_view text, Sink& sink);

}  // namespace vardvakt::config
