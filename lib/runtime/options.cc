#include "lib/runtime/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "lib/base/strings.h"

namespace vardvakt::runtime {
namespace {

std::string FlagText(bool value) { return value ? "true" : "false"; }

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

std::string Shown(const std::string& value) { return value.empty() ? "" : Cat("`", value, "`"); }

}  // namespace

Options& Options::Add(Option option) {
  option.shown_default = option.show();
  options_.push_back(std::move(option));
  return *this;
}

Options& Options::Text(std::string name, std::string* target, std::string doc,
                       std::vector<std::string> choices) {
  const std::string type = choices.empty() ? "text" : absl::StrJoin(choices, ", ");
  return Add({.name = std::move(name),
              .doc = std::move(doc),
              .type = type,
              .assign = [target, choices, type](const std::vector<std::string>& given) -> std::string {
                if (!choices.empty() && std::ranges::find(choices, given.back()) == choices.end()) {
                  return Cat("must be one of ", type);
                }
                *target = given.back();
                return "";
              },
              .show = [target] { return *target; }});
}

template <typename T>
Options& Options::AddInteger(std::string name, T* target, std::string doc, IntegerBounds bounds) {
  bounds.most = static_cast<int64_t>(std::min<uint64_t>(
      static_cast<uint64_t>(bounds.most), static_cast<uint64_t>(std::numeric_limits<T>::max())));
  const bool unbounded =
      bounds.most == std::numeric_limits<int64_t>::max() || bounds.most == std::numeric_limits<int>::max();
  const std::string type =
      unbounded ? Cat("number from ", bounds.least) : Cat("number ", bounds.least, " to ", bounds.most);
  return Add({.name = std::move(name),
              .doc = std::move(doc),
              .type = type,
              .assign = [target, bounds, type](const std::vector<std::string>& given) -> std::string {
                int64_t value = 0;
                const bool is_number = absl::SimpleAtoi(given.back(), &value);
                if (!is_number || value < bounds.least || value > bounds.most) return Cat("must be a ", type);
                *target = static_cast<T>(value);
                return "";
              },
              .show = [target] { return Cat(*target); }});
}

Options& Options::Integer(std::string name, int* target, std::string doc, IntegerBounds bounds) {
  return AddInteger(std::move(name), target, std::move(doc), bounds);
}
Options& Options::Integer(std::string name, int64_t* target, std::string doc, IntegerBounds bounds) {
  return AddInteger(std::move(name), target, std::move(doc), bounds);
}
Options& Options::Integer(std::string name, size_t* target, std::string doc, IntegerBounds bounds) {
  return AddInteger(std::move(name), target, std::move(doc), bounds);
}
Options& Options::Port(std::string name, uint16_t* target, std::string doc) {
  return AddInteger(std::move(name), target, std::move(doc), {});
}

Options& Options::Time(std::string name, Duration* target, std::string doc, DurationBounds bounds) {
  return Add({.name = std::move(name),
              .doc = std::move(doc),
              .type = bounds.most == DurationBounds{}.most
                          ? Cat("time from ", FormatDuration(bounds.least))
                          : Cat("time ", FormatDuration(bounds.least), " to ", FormatDuration(bounds.most)),
              .assign = [target, bounds](const std::vector<std::string>& given) -> std::string {
                const std::optional<Duration> value = ParseDuration(given.back());
                if (!value) return "must be a time such as 90s, 20min, 72h or 3d";
                if (*value < bounds.least) return Cat("must be at least ", FormatDuration(bounds.least));
                if (*value > bounds.most) return Cat("must be at most ", FormatDuration(bounds.most));
                *target = *value;
                return "";
              },
              .show = [target] { return FormatDuration(*target); }});
}

Options& Options::Flag(std::string name, bool* target, std::string doc) {
  return Add({.name = std::move(name),
              .doc = std::move(doc),
              .type = "flag",
              .is_flag = true,
              .assign = [target](const std::vector<std::string>& given) -> std::string {
                if (given.back() != "true" && given.back() != "false") return "must be true or false";
                *target = given.back() == "true";
                return "";
              },
              .show = [target] { return FlagText(*target); }});
}

Options& Options::List(std::string name, std::vector<std::string>* target, std::string doc) {
  return Add({.name = std::move(name),
              .doc = std::move(doc),
              .type = "text, several times",
              .is_list = true,
              .assign = [target](const std::vector<std::string>& given) -> std::string {
                *target = given;
                return "";
              },
              .show = [target] { return absl::StrJoin(*target, " "); }});
}

Options& Options::Required() {
  options_.back().is_required = true;
  return *this;
}

Options& Options::Positional(std::string name, std::string* target, std::string doc) {
  Text(std::move(name), target, std::move(doc));
  options_.back().is_positional = true;
  return *this;
}
Options& Options::PositionalList(std::string name, std::vector<std::string>* target, std::string doc) {
  List(std::move(name), target, std::move(doc));
  options_.back().is_positional = true;
  return *this;
}

absl::Status Options::Parse(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();
  std::map<std::string, std::vector<std::string>> given;
  std::map<std::string, std::string> given_flags;
  for (const Option& option : options_) {
    const std::string name = option.is_positional ? option.name : Cat("--", option.name);
    if (option.is_flag) {
      app.add_flag(name, given_flags[option.name])->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      continue;
    }
    CLI::Option* added = app.add_option(name, given[option.name]);
    if (option.is_positional && option.is_list) continue;
    added->expected(1)->allow_extra_args(false);
    added->multi_option_policy(option.is_list ? CLI::MultiOptionPolicy::TakeAll
                                              : CLI::MultiOptionPolicy::TakeLast);
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  for (const auto& [name, value] : given_flags) {
    if (!value.empty()) given[name] = {value};
  }
  std::vector<std::string> problems;
  for (const Option& option : options_) {
    const std::string shown = option.is_positional ? option.name : Cat("--", option.name);
    const std::vector<std::string>& values = given[option.name];
    if (values.empty()) {
      if (option.is_required) problems.push_back(Cat(shown, " is missing: ", option.doc));
      continue;
    }
    const std::string problem = option.assign(values);
    if (!problem.empty()) problems.push_back(Cat(shown, " ", problem));
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
}

std::vector<std::pair<std::string, std::string>> Options::Effective() const {
  std::vector<std::pair<std::string, std::string>> values;
  for (const Option& option : options_) values.emplace_back(option.name, option.show());
  return values;
}

std::string Options::Help() const {
  std::string help;
  for (const Option& option : options_) {
    const std::string name = option.is_positional ? option.name : Cat("--", option.name);
    CatTo(help, "  ", Padded(name, 28), option.doc);
    const std::string fallback = option.is_required ? "required" : option.shown_default;
    CatTo(help, " (", option.type,
          fallback.empty() ? "" : Cat("; ", option.is_required ? "" : "default ", fallback), ")\n");
  }
  return help;
}

std::string Options::Reference() const {
  std::string table = "| option | value | default | what it does |\n|---|---|---|---|\n";
  for (const Option& option : options_) {
    CatTo(table, "| `", option.is_positional ? "" : "--", option.name, "` | ", option.type, " | ",
          option.is_required ? "required" : Shown(option.shown_default), " | ", option.doc, " |\n");
  }
  return table;
}

}  // namespace vardvakt::runtime
