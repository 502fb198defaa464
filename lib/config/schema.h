#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "lib/base/strings.h"
#include "lib/base/time.h"
#include "lib/config/document.h"

namespace vardvakt::config {

// One declaration per key: the reading, the refusals and docs/configuration.md all come from it.

// What is known of one key without its C++ type.
struct KeyInfo {
  std::string name;
  std::string type;
  bool required = false;
  std::string default_text;  // empty: none
  std::string doc;
};

// What is known of a map with fixed keys: "an indicator", "a goal".
struct TableInfo {
  std::string name;  // with its article
  std::string doc;
  std::vector<KeyInfo> keys;
  std::vector<const TableInfo*> tables;  // of its values, in the keys' order
};

// A value and where it stood.
template <typename V>
struct Located {
  V value{};
  Mark at;
  bool present = false;  // it stood there, and is no default
  bool given = false;    // and was accepted
};

// How a value is read and what it is called. `read` reports what it refuses and then returns false.
template <typename V>
struct Type {
  std::string name;
  std::function<bool(const Node&, Sink&, V&)> read;
  const TableInfo* table = nullptr;  // of the value, or of the values in it
};

// "a list", "text", …: what a node is, for messages.
std::string_view KindName(const Node& node);
// The candidate that `name` was most likely meant to be; empty when none is near.
std::string Nearest(std::string_view name, const std::vector<std::string>& candidates);
// "; did you mean "x"?" or "; known: x, y, z".
std::string Remedy(std::string_view name, const std::vector<std::string>& candidates);
// Reports keys that are unknown, given twice or missing. True when there is no such one.
bool CheckKeys(const TableInfo& table, const Node& node, Sink& sink);
const Node::Entry* FindEntry(const Node& node, std::string_view key);

// Text of at least `min` and at most `max` bytes.
Type<std::string> Text(size_t min = 1, size_t max = 2000);
// Lower-case letters, digits and underscores, 1 to 64.
Type<std::string> Identifier();
// A code of the outside world: 1 to 128 letters, digits and . _ : - only.
Type<std::string> Code();
// The name of an attribute, a milestone or a kind as events carry it: 1 to 64 bytes.
Type<std::string> EventName();
Type<bool> Flag();
Type<int64_t> Integer(int64_t min, int64_t max);
// A duration of civil life between the bounds; `days` tells whether "3d" may be written.
Type<Duration> Span(Duration min, Duration max, bool days);
Type<LocalDay> Day();
// A share from 0 to 1 with at most three decimals, kept in per mille.
Type<int> Share();
// Any single value, to be read once it is known what it must be; `name` says so.
Type<Node> Unread(std::string name);

template <typename V>
Type<Located<V>> WithPlace(Type<V> inner) {
  return {inner.name,
          [read = inner.read](const Node& node, Sink& sink, Located<V>& out) {
            out.at = node.at;
            out.present = true;
            out.given = read(node, sink, out.value);
            return out.given;
          },
          inner.table};
}

template <typename E>
Type<E> OneOf(std::vector<std::pair<std::string, E>> choices) {
  std::vector<std::string> names;
  std::string listed;
  for (const auto& choice : choices) {
    names.push_back(choice.first);
    CatTo(listed, listed.empty() ? "`" : ", `", choice.first, "`");
  }
  return {Cat("one of ", listed),
          [choices = std::move(choices), names = std::move(names)](const Node& node, Sink& sink, E& out) {
            for (const auto& [name, value] : choices) {
              if (node.kind == Node::Kind::kText && node.text == name) {
                out = value;
                return true;
              }
            }
            const std::string shown =
                node.kind == Node::Kind::kText ? Cat("\"", node.text, "\"") : std::string(KindName(node));
            sink.Add(node.at,
                     Cat(shown, " is none of the choices; write one of: ", absl::StrJoin(names, ", ")));
            return false;
          }};
}

template <typename V>
Type<std::vector<V>> ListOf(Type<V> item, size_t min = 0, size_t max = 10000) {
  return {Cat("list of ", item.name),
          [item, min, max](const Node& node, Sink& sink, std::vector<V>& out) {
            if (node.kind != Node::Kind::kList) {
              sink.Add(node.at, Cat("a list is needed here, and this is ", KindName(node),
                                    "; write [a, b] or one `- ` line each"));
              return false;
            }
            if (node.items.size() < min || node.items.size() > max) {
              sink.Add(node.at, Cat("the list has ", node.items.size(), " values; it must have ",
                                    min == max ? Cat(min) : Cat(min, " to ", max)));
              return false;
            }
            bool ok = true;
            for (const Node& value : node.items) ok &= item.read(value, sink, out.emplace_back());
            return ok;
          },
          item.table};
}

// Free keys, each with text.
Type<std::map<std::string, std::string>> TextMap();

// A map with fixed keys, read into a plain struct. A member `Mark at` of the struct gets its place.
template <typename T>
class Table {
 public:
  Table(std::string name, std::string doc) { info_.name = std::move(name), info_.doc = std::move(doc); }

  template <typename V, typename M>
  Table& Required(std::string name, M T::*member, const Type<V>& type, std::string doc) {
    return Add({std::move(name), type.name, true, "", std::move(doc)}, member, type);
  }
  // Left out, the struct keeps its initial value.
  template <typename V, typename M>
  Table& Optional(std::string name, M T::*member, const Type<V>& type, std::string doc) {
    return Add({std::move(name), type.name, false, "", std::move(doc)}, member, type);
  }
  // Left out, it is as if `default_text` stood there.
  template <typename V, typename M>
  Table& WithDefault(std::string name, M T::*member, const Type<V>& type, std::string default_text,
                     std::string doc) {
    return Add({std::move(name), type.name, false, std::move(default_text), std::move(doc)}, member, type);
  }

  const TableInfo& info() const { return info_; }

  bool Read(const Node& node, Sink& sink, T& out) const {
    if (node.kind != Node::Kind::kMap) {
      sink.Add(node.at, Cat("here ", info_.name, " is described by keys and values, and this is ",
                            KindName(node), "; see docs/configuration.md"));
      return false;
    }
    if constexpr (requires { out.at; }) out.at = node.at;
    bool ok = CheckKeys(info_, node, sink);
    for (size_t i = 0; i < readers_.size(); ++i) {
      const KeyInfo& key = info_.keys[i];
      if (const Node::Entry* entry = FindEntry(node, key.name)) {
        ok &= readers_[i](entry->value, true, sink, out);
      } else if (!key.default_text.empty()) {
        const Node fallback{.kind = Node::Kind::kText, .at = node.at, .text = key.default_text};
        ok &= readers_[i](fallback, false, sink, out);
      }
    }
    return ok;
  }

 private:
  template <typename V, typename M>
  Table& Add(KeyInfo key, M T::*member, const Type<V>& type) {
    if (type.table != nullptr &&
        std::find(info_.tables.begin(), info_.tables.end(), type.table) == info_.tables.end()) {
      info_.tables.push_back(type.table);
    }
    info_.keys.push_back(std::move(key));
    readers_.push_back([member, read = type.read](const Node& node, bool written, Sink& sink, T& out) {
      if constexpr (std::is_same_v<M, Located<V>>) {
        (out.*member).at = node.at;
        (out.*member).present = written;
        (out.*member).given = read(node, sink, (out.*member).value);
        return (out.*member).given;
      } else if constexpr (std::is_same_v<M, std::optional<V>>) {
        return read(node, sink, (out.*member).emplace());
      } else {
        return read(node, sink, out.*member);
      }
    });
    return *this;
  }

  TableInfo info_;
  std::vector<std::function<bool(const Node&, bool, Sink&, T&)>> readers_;
};

// A value that is such a map. The table must live as long as the program.
template <typename T>
Type<T> ObjectOf(const Table<T>& table) {
  return {table.info().name.substr(table.info().name.find(' ') + 1),
          [&table](const Node& node, Sink& sink, T& out) { return table.Read(node, sink, out); },
          &table.info()};
}

}  // namespace vardvakt::config
