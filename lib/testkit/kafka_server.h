#pragma once

#include <map>
#include <memory>
#include <string>

#include "lib/testkit/child_process.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt::testkit {

// A real Apache Kafka of one broker on free ports, in a directory of its own; both gone with this object. Its
// jars come from .cache/kafka (scripts/setup). One thread.
class KafkaServer {
 public:
  // `properties`: of the broker, beside those in deploy/kafka/server.properties. Returns once it answers, or
  // ends the test program with the broker's log.
  using Properties = std::map<std::string, std::string>;
  explicit KafkaServer(const Properties& properties = {});
  ~KafkaServer();

  std::string bootstrap() const;

  // The broker dies; its data stay.
  void Kill9();
  // Starts it again on the same ports and data; returns once it answers.
  void Restart();
  // SIGSTOP and SIGCONT: the broker stands still without having gone.
  void Pause();
  void Continue();

 private:
  void Start();
  void WaitUntilItAnswers();

  const Properties properties_;
  TempDir dir_;
  const int port_ = FreePort();
  const int controller_port_ = FreePort();
  std::unique_ptr<ChildProcess> broker_;
};

}  // namespace vardvakt::testkit
