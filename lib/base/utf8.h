#pragma once

#include <cstddef>
#include <string_view>

namespace vardvakt {

// The length of the UTF-8 character at the head of `text`, which is not empty; 0 when there is none (RFC
// 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF).
size_t Utf8CharacterLength(std::string_view text);

// True when the text is UTF-8 and holds no NUL: what every text that comes from outside must be.
bool IsCleanText(std::string_view text);

}  // namespace vardvakt
