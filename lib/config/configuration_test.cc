#include "lib/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vardvakt::config {
namespace {

TEST(ShippedConfiguration, LoadsWithoutProblems) {
  const LoadResult result = Load("config");
  ASSERT_EQ(FormatProblems(result.problems), "");
  ASSERT_NE(result.configuration, nullptr);
}

}  // namespace
}  // namespace vardvakt::config
