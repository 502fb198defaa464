#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/time.h"

namespace vardvakt::runtime {

struct IntegerBounds {
  int64_t least = 0;
  int64_t most = std::numeric_limits<int64_t>::max();
};
struct DurationBounds {
  Duration least{0};
  Duration most = hours(24 * 36500);
};

// The options of one command: each is declared once, with name, target, what it does and its bounds. Its
// default is what its target holds when it is declared, so that a default stands in one place, the struct.
// The targets must outlive Parse. Not thread-safe.
class Options {
 public:
  // Text; `choices`, when there are any, are all that is taken.
  Options& Text(std::string name, std::string* target, std::string doc,
                std::vector<std::string> choices = {});
  Options& Integer(std::string name, int* target, std::string doc, IntegerBounds bounds = {});
  Options& Integer(std::string name, int64_t* target, std::string doc, IntegerBounds bounds = {});
  Options& Integer(std::string name, size_t* target, std::string doc, IntegerBounds bounds = {});
  // A TCP port; 0 takes a free one.
  Options& Port(std::string name, uint16_t* target, std::string doc);
  // "90s", "20min", "72h", "3d".
  Options& Time(std::string name, Duration* target, std::string doc, DurationBounds bounds = {});
  // --name or --name=false.
  Options& Flag(std::string name, bool* target, std::string doc);
  // May be given several times; what is given replaces the default.
  Options& List(std::string name, std::vector<std::string>* target, std::string doc);
  // What the option declared last must be given.
  Options& Required();
  // An argument without a name; last ones first to last.
  Options& Positional(std::string name, std::string* target, std::string doc);
  Options& PositionalList(std::string name, std::vector<std::string>* target, std::string doc);

  // Reads `arguments` (without the program's name) into the targets. kInvalidArgument with every problem, one
  // a line.
  absl::Status Parse(const std::vector<std::string>& arguments);

  // Name and value of every option, as they are now, in the order of declaration.
  std::vector<std::pair<std::string, std::string>> Effective() const;
  // For --help: what it takes.
  std::string Help() const;
  // For docs/options.md: a table in Markdown.
  std::string Reference() const;

 private:
  struct Option {
    std::string name;
    std::string doc;
    std::string type;  // as shown: "text", "number 1..9", "time", "flag", …
    std::string shown_default;
    bool is_flag = false;
    bool is_list = false;
    bool is_positional = false;
    bool is_required = false;
    std::function<std::string(const std::vector<std::string>&)> assign;  // what is wrong, or ""
    std::function<std::string()> show;
  };
  template <typename T>
  Options& AddInteger(std::string name, T* target, std::string doc, IntegerBounds bounds);
  Options& Add(Option option);

  std::vector<Option> options_;
};

}  // namespace vardvakt::runtime
