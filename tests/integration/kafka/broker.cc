#include "tests/integration/kafka/broker.h"

#include "lib/base/strings.h"

namespace vardvakt::kafka {

testkit::KafkaServer& Broker() {
  static testkit::KafkaServer broker(
      testkit::KafkaServer::Properties{{"group.min.session.timeout.ms", "500"}});
  return broker;
}

Options OptionsForTests() {
  Options options;
  options.bootstrap_servers = Broker().bootstrap();
  return options;
}

std::string NewName() {
  static int count = 0;
  return Cat("test-", ++count);
}

}  // namespace vardvakt::kafka
