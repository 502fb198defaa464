#pragma once

#include <string>

#include "lib/adapters/kafka/options.h"
#include "lib/testkit/kafka_server.h"

namespace vardvakt::kafka {

// One broker for all tests of a program, started by the first that asks.
testkit::KafkaServer& Broker();

Options OptionsForTests();

// A topic name that no other test uses.
std::string NewName();

}  // namespace vardvakt::kafka
