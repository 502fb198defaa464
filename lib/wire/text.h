#pragma once

#include <string_view>

namespace vardvakt::wire {

// True when the text is UTF-8 and holds no NUL: what every string of an event must be.
bool IsCleanText(std::string_view text);

}  // namespace vardvakt::wire
