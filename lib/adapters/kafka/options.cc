#include "lib/adapters/kafka/options.h"

#include <fstream>

#include "lib/base/strings.h"

namespace vardvakt::kafka {
namespace {

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool IsSecurity(std::string_view name) {
  return name == "security.protocol" || name == "enable.ssl.certificate.verification" ||
         name.starts_with("sasl.") || name.starts_with("ssl.");
}

}  // namespace

absl::StatusOr<Security> LoadSecurity(const std::string& file) {
  std::ifstream lines(file);
  if (!lines) {
    return absl::NotFoundError(
        Cat("security file ", file, " can't be read; name one that this user may read"));
  }
  Security security;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view text = Trim(line);
    if (text.empty() || text.front() == '#') continue;
    const size_t equals = text.find('=');
    const std::string_view name = Trim(text.substr(0, equals));
    if (equals == std::string_view::npos) {
      return absl::InvalidArgumentError(Cat(file, ":", number, ": no NAME=VALUE"));
    }
    if (!IsSecurity(name)) {
      return absl::InvalidArgumentError(
          Cat(file, ":", number, ": ", name,
              " is no security setting; only security.protocol, sasl.*, ssl.* and "
              "enable.ssl.certificate.verification belong here"));
    }
    if (!security.emplace(name, Trim(text.substr(equals + 1))).second) {
      return absl::InvalidArgumentError(Cat(file, ":", number, ": ", name, " is there twice"));
    }
  }
  return security;
}

}  // namespace vardvakt::kafka
