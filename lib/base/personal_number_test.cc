#include "lib/base/personal_number.h"

#include <gtest/gtest.h>

#include <string>

namespace vardvakt {
namespace {

// The Luhn digit is added here, so that no number of a person stands in this file.
std::string WithLuhnDigit(const std::string& nine) {
  int sum = 0;
  for (size_t at = 0; at < 9; ++at) {
    const int doubled = (nine[at] - '0') * (at % 2 == 0 ? 2 : 1);
    sum += doubled / 10 + doubled % 10;
  }
  return nine + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string Split(const std::string& number, const std::string& separator) {
  return number.substr(0, number.size() - 4) + separator + number.substr(number.size() - 4);
}

const std::string kTen = WithLuhnDigit("121212121");
const std::string kCoordination = WithLuhnDigit("701063239");

TEST(ContainsPersonalNumber, FindsEachWayToWriteOne) {
  for (const std::string& number : {kTen, "19" + kTen, kCoordination, "19" + kCoordination}) {
    EXPECT_TRUE(ContainsPersonalNumber(number));
    EXPECT_TRUE(ContainsPersonalNumber(Split(number, "-")));
    EXPECT_TRUE(ContainsPersonalNumber(Split(number, "+")));
    EXPECT_TRUE(ContainsPersonalNumber(Split(number, " ")));
    EXPECT_TRUE(ContainsPersonalNumber("case " + number + ", second"));
    EXPECT_TRUE(ContainsPersonalNumber("x" + Split(number, "-") + "y"));
    EXPECT_TRUE(ContainsPersonalNumber("123-" + number + "/7"));
  }
}

TEST(ContainsPersonalNumber, LeavesEverythingElse) {
  std::string wrong_digit = kTen;
  wrong_digit.back() = static_cast<char>('0' + (wrong_digit.back() - '0' + 1) % 10);
  EXPECT_FALSE(ContainsPersonalNumber(wrong_digit));
  EXPECT_FALSE(ContainsPersonalNumber(kTen + "0"));
  EXPECT_FALSE(ContainsPersonalNumber("1" + kTen));
  EXPECT_FALSE(ContainsPersonalNumber("99" + kTen));
  EXPECT_FALSE(ContainsPersonalNumber(Split(kTen, "-") + "0"));
  EXPECT_FALSE(ContainsPersonalNumber("0" + Split(kTen, "-")));
  EXPECT_FALSE(ContainsPersonalNumber(Split(kTen, "--")));
  EXPECT_FALSE(ContainsPersonalNumber(Split(kTen, "/")));
  EXPECT_FALSE(ContainsPersonalNumber(""));
  EXPECT_FALSE(ContainsPersonalNumber("18:1358629:2"));
  EXPECT_FALSE(ContainsPersonalNumber("SE2321000057-U00"));
}

TEST(ContainsPersonalNumber, NeedsADateThatExists) {
  EXPECT_FALSE(ContainsPersonalNumber(WithLuhnDigit("121312121")));
  EXPECT_FALSE(ContainsPersonalNumber(WithLuhnDigit("120012121")));
  EXPECT_FALSE(ContainsPersonalNumber(WithLuhnDigit("120431121")));
  EXPECT_FALSE(ContainsPersonalNumber(WithLuhnDigit("120400121")));
  EXPECT_FALSE(ContainsPersonalNumber(WithLuhnDigit("120460121")));
  EXPECT_FALSE(ContainsPersonalNumber(WithLuhnDigit("120492121")));
  EXPECT_FALSE(ContainsPersonalNumber(WithLuhnDigit("130229121")));
  EXPECT_TRUE(ContainsPersonalNumber(WithLuhnDigit("120229121")));
  EXPECT_TRUE(ContainsPersonalNumber("20" + WithLuhnDigit("000229121")));
  EXPECT_FALSE(ContainsPersonalNumber("19" + WithLuhnDigit("000229121")));
}

}  // namespace
}  // namespace vardvakt
