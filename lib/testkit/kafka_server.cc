#include "lib/testkit/kafka_server.h"

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "lib/base/strings.h"

namespace vardvakt::testkit {

using Steady = std::chrono::steady_clock;

KafkaServer::KafkaServer(const Properties& properties) : properties_(properties) { Start(); }

KafkaServer::~KafkaServer() { Kill9(); }

std::string KafkaServer::bootstrap() const { return Cat("127.0.0.1:", port_); }

void KafkaServer::Start() {
  const std::string script = VARDVAKT_SOURCE_DIR "/scripts/kafka";
  std::vector<std::string> command = {script,   "run",      "--data-dir",        dir_ / "data",
                                      "--port", Cat(port_), "--controller-port", Cat(controller_port_)};
  for (const auto& [name, value] : properties_) {
    command.push_back("--property");
    command.push_back(Cat(name, "=", value));
  }
  broker_ = std::make_unique<ChildProcess>(command, ChildProcess::Output{dir_ / "broker.log"});
  WaitUntilItAnswers();
}

void KafkaServer::WaitUntilItAnswers() {
  const auto deadline = Steady::now() + std::chrono::seconds(120);
  while (Steady::now() < deadline && broker_->running()) {
    ChildProcess question({"kcat", "-b", bootstrap(), "-L", "-m", "2"}, ChildProcess::Output{"/dev/null"});
    if (question.Wait() == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::ifstream log(dir_ / "broker.log");
  std::string line;
  while (std::getline(log, line)) std::fprintf(stderr, "%s\n", line.c_str());
  std::fprintf(stderr, "Kafka does not answer on %s (is it installed? ./scripts/setup)\n",
               bootstrap().c_str());
  std::abort();
}

void KafkaServer::Kill9() { broker_->Kill9(); }

void KafkaServer::Restart() {
  Kill9();
  Start();
}

void KafkaServer::Pause() { broker_->Signal(SIGSTOP); }
void KafkaServer::Continue() { broker_->Signal(SIGCONT); }

}  // namespace vardvakt::testkit
