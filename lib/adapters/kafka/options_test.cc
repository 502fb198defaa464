#include "lib/adapters/kafka/options.h"

#include <gmock/gmock.h>

#include <fstream>

#include "lib/adapters/kafka/log.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt::kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SecurityFileTest : public testing::Test {
 protected:
  absl::StatusOr<Security> Load(const std::string& text) {
    std::ofstream(file_) << text;
    return LoadSecurity(file_);
  }
  testkit::TempDir dir_;
  const std::string file_ = dir_ / "kafka.properties";
};

TEST_F(SecurityFileTest, ReadsNamesAndValues) {
  auto security = Load("# who we are\n\n  security.protocol = sasl_ssl \r\nsasl.password=a=b\n");
  ASSERT_TRUE(security.ok()) << security.status();
  EXPECT_THAT(*security,
              ElementsAre(std::pair("sasl.password", "a=b"), std::pair("security.protocol", "sasl_ssl")));
}

TEST_F(SecurityFileTest, RefusesWhatDoesNotBelongThereAndNamesNoValue) {
  const absl::Status other = Load("security.protocol=ssl\ngroup.id=hunter2\n").status();
  EXPECT_EQ(other.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(other.message()), HasSubstr("kafka.properties:2: group.id is no security setting"));
  EXPECT_THAT(std::string(other.message()), Not(HasSubstr("hunter2")));
  EXPECT_THAT(std::string(Load("hunter2\n").status().message()), Not(HasSubstr("hunter2")));
  EXPECT_THAT(std::string(Load("ssl.ca.location=a\nssl.ca.location=b\n").status().message()),
              HasSubstr(":2:"));
  EXPECT_EQ(LoadSecurity(dir_ / "absent").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SecurityFileTest, AValueThatTheClientRefusesIsNotNamedEither) {
  Options options;
  options.bootstrap_servers = "127.0.0.1:1";
  options.security = {{"security.protocol", "hunter2"}};
  const absl::Status refused = OpenLog(options).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("security.protocol"));
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace vardvakt::kafka
