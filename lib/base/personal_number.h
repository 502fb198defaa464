#pragma once

#include <string_view>

namespace vardvakt {

// True when the text contains a valid Swedish personnummer or samordningsnummer: ten digits (YYMMDDNNNC) or
// twelve (with the century, 18 to 20), with or without '-', '+' or one space before the last four, whose date
// exists (day + 60 for samordningsnummer) and whose last digit is the Luhn digit, and that is no part of a
// longer run of digits. Sources: SKV 704, SFS 1991:481 §18.
bool ContainsPersonalNumber(std::string_view text);

}  // namespace vardvakt
