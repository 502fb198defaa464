#include "lib/config/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/strings/str_replace.h"
#include "lib/base/strings.h"
#include "lib/base/utf8.h"

namespace vardvakt::config {
namespace {

// True when every byte is text that a YAML file may hold; else the sink has the first that is not.
bool CheckCharacters(std::string_view text, Sink& sink) {
  Mark at;
  while (!text.empty()) {
    const size_t length = Utf8CharacterLength(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      sink.Add(at, Cat("byte 0x", absl::Hex(first, absl::kZeroPad2),
                       " is not UTF-8; save the file with the encoding UTF-8"));
      return false;
    }
    if (first == '\n') {
      at = {at.line + 1, 1};
    } else if ((first < 0x20 && first != '\t') || first == 0x7F) {
      sink.Add(at, Cat("control character 0x", absl::Hex(first, absl::kZeroPad2), "; remove it"));
      return false;
    } else {
      ++at.column;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  lines.push_back(text);
  return lines;
}

// What this product does not take although it is YAML; its text has the remedy.
struct Refusal : YAML::ParserException {
  using ParserException::ParserException;
};

// Builds the tree from yaml-cpp's events, and stops at what this product does not take.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : lines_(LinesOf(text)) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Put({.kind = Node::Kind::kNull, .at = At(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal(mark, "aliases (*name) are not taken; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    Put({.kind = Node::Kind::kText, .at = At(mark), .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

  Mark At(const YAML::Mark& mark) const {
    if (mark.line < 0) return {};
    const auto line = static_cast<size_t>(mark.line);
    const std::string_view text = line < lines_.size() ? lines_[line] : std::string_view();
    const std::string_view before = text.substr(0, static_cast<size_t>(std::max(mark.column, 0)));
    const auto continued =
        std::count_if(before.begin(), before.end(), [](unsigned char c) { return (c & 0xC0u) == 0x80u; });
    return {mark.line + 1, mark.column + 1 - static_cast<int>(continued)};
  }
  Node Take() { return std::move(root_); }

 private:
  struct Level {
    Node node;
    std::optional<Node> key;  // kMap: read, and its value not yet
  };

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (open_.size() >= kMaxDepth) {
      throw Refusal(mark, Cat("nested deeper than ", kMaxDepth, " levels; flatten the file"));
    }
    if (!open_.empty() && open_.back().node.kind == Node::Kind::kMap && !open_.back().key) {
      throw Refusal(mark, "a key must be plain text, not a list or a map");
    }
    open_.push_back({{.kind = kind, .at = At(mark)}, std::nullopt});
  }
  void Close() {
    Node done = std::move(open_.back().node);
    open_.pop_back();
    Put(std::move(done));
  }
  void Put(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = open_.back();
    if (level.node.kind == Node::Kind::kList) {
      level.node.items.push_back(std::move(node));
    } else if (!level.key) {
      level.key = std::move(node);
    } else {
      level.node.entries.push_back({std::move(level.key->text), level.key->at, std::move(node)});
      level.key.reset();
    }
  }
  static void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) {
      throw Refusal(mark, "anchors (&name) are not taken; write the value out where it is needed");
    }
  }
  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refusal(mark, "tags (!name) are not taken; write the plain value, quoted if it is text");
    }
  }

  std::vector<std::string_view> lines_;
  std::vector<Level> open_;
  Node root_;
};

}  // namespace

std::optional<Node> ParseDocument(std::string_view text, Sink& sink) {
  if (text.size() > kMaxFileBytes) {
    sink.Add({}, Cat("the file has ", text.size(), " bytes; at most ", kMaxFileBytes, " are read"));
    return std::nullopt;
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    sink.Add({}, "the file is UTF-16; save it with the encoding UTF-8");
    return std::nullopt;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string unix_text = absl::StrReplaceAll(ToAbsl(text), {{"\r\n", "\n"}});
  if (!CheckCharacters(unix_text, sink)) return std::nullopt;

  TreeBuilder builder(unix_text);
  try {
    std::istringstream stream(unix_text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      sink.Add({}, "the file is empty; see docs/configuration.md for what belongs here");
      return std::nullopt;
    }
    Node document = builder.Take();
    if (TreeBuilder second(unix_text); parser.HandleNextDocument(second)) {
      sink.Add(second.Take().at, "a second document starts here; keep one, without '---' between");
      return std::nullopt;
    }
    return document;
  } catch (const Refusal& refusal) {
    sink.Add(builder.At(refusal.mark), refusal.msg);
    return std::nullopt;
  } catch (const YAML::Exception& problem) {
    sink.Add(builder.At(problem.mark), Cat("not readable as YAML: ", problem.msg,
                                           "; check brackets, quotes and indentation from here upwards"));
    return std::nullopt;
  }
}

}  // namespace vardvakt::config
