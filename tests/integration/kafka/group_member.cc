// For membership_test: joins a group and says what it owns, until it is killed or its input says so.
#include <cstdio>
#include <string>
#include <thread>

#include "lib/adapters/kafka/membership.h"

int main(int argc, char** argv) {
  if (argc != 6) return 2;  // brokers, group, instance, topic, session in ms
  vardvakt::kafka::Options options;
  options.bootstrap_servers = argv[1];
  vardvakt::kafka::MembershipOptions member{.group = argv[2],
                                            .instance = argv[3],
                                            .topics = {argv[4]},
                                            .session_timeout = vardvakt::milliseconds(std::stol(argv[5])),
                                            .problem = [](const absl::Status& problem) {
                                              if (problem.code() == absl::StatusCode::kAborted) {
                                                std::printf("fenced\n");
                                                std::fflush(stdout);
                                              }
                                            }};
  auto membership = vardvakt::kafka::MakeMembership(options, member);
  const absl::Status started = membership->Start([](std::vector<vardvakt::engine::Partition> owned) {
    std::string text = "owns";
    for (const vardvakt::engine::Partition& partition : owned)
      text += " " + std::to_string(partition.partition);
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  });
  if (!started.ok()) return 1;
  while (true) std::this_thread::sleep_for(vardvakt::hours(1));
}
