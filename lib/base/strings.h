#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace vardvakt {

// Debian's absl has a string_view of its own; these two carry text across.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

namespace internal {
template <typename T>
const T& CatArgument(const T& value) {
  return value;
}
inline absl::string_view CatArgument(std::string_view text) { return ToAbsl(text); }
}  // namespace internal

// absl::StrCat, and std::string_view as well.
template <typename... Parts>
std::string Cat(const Parts&... parts) {
  return absl::StrCat(internal::CatArgument(parts)...);
}
template <typename... Parts>
void CatTo(std::string& out, const Parts&... parts) {
  absl::StrAppend(&out, internal::CatArgument(parts)...);
}

}  // namespace vardvakt
