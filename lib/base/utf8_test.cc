#include "lib/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace vardvakt {
namespace {

TEST(IsCleanText, WantsUtf8WithoutNul) {
  EXPECT_TRUE(IsCleanText(""));
  EXPECT_TRUE(IsCleanText("12345678"));
  EXPECT_TRUE(IsCleanText("123456789\x01\x7F"));
  EXPECT_TRUE(IsCleanText("Jönköping och Värnamo"));
  for (size_t size = 1; size < 20; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\0';
      EXPECT_FALSE(IsCleanText(text));
      text[at] = '\x80';
      EXPECT_FALSE(IsCleanText(text));
    }
  }
  EXPECT_FALSE(IsCleanText("\xED\xA0\x80"));  // a surrogate
  EXPECT_FALSE(IsCleanText("\xC0\x80"));      // NUL the long way
  EXPECT_FALSE(IsCleanText("\xF4\x90\x80\x80"));
}

}  // namespace
}  // namespace vardvakt
