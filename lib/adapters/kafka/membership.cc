#include "lib/adapters/kafka/membership.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "lib/adapters/kafka/client.h"
#include "lib/adapters/kafka/status.h"
#include "lib/base/strings.h"

namespace vardvakt::kafka {
namespace {

using engine::Partition;

constexpr Duration kPollWait = milliseconds(100);
constexpr Duration kRetryEvery = seconds(1);

// Goes on while the process is stopped, and while the machine sleeps.
Duration BootTime() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return seconds(now.tv_sec) + milliseconds(now.tv_nsec / 1'000'000);
}

class GroupMembership final : public engine::Membership {
 public:
  GroupMembership(const Options& options, const MembershipOptions& membership)
      : options_(options),
        membership_(membership),
        heartbeat_(std::max(Duration(100), membership.session_timeout / 6)) {}
  ~GroupMembership() override { Stop(); }

  absl::Status Start(Changed changed) override;
  void Stop() override;

 private:
  enum class Ended { kStopped, kSlept, kFenced };

  absl::StatusOr<std::unique_ptr<Client>> Join();
  void Run(std::unique_ptr<Client> client);
  Ended Serve(Client& client);
  void Own(std::vector<Partition> owned);
  void Tell(const absl::Status& problem);
  static void OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t event,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);

  const Options options_;
  const MembershipOptions membership_;
  const Duration heartbeat_;
  Changed changed_;
  std::vector<Partition> owned_;  // the thread's alone
  bool shared_out_ = false;       // likewise
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<Client>> GroupMembership::Join() {
  Client::Settings settings = {
      {"group.id", membership_.group},
      {"partition.assignment.strategy", "range"},
      {"session.timeout.ms", Cat(membership_.session_timeout.count())},
      {"heartbeat.interval.ms", Cat(heartbeat_.count())},
      {"max.poll.interval.ms", Cat(std::max<Duration>(minutes(5), 2 * membership_.session_timeout).count())},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"allow.auto.create.topics", "false"},
      {"queued.max.messages.kbytes", "1"}};
  if (!membership_.instance.empty()) settings.emplace_back("group.instance.id", membership_.instance);
  auto client =
      Client::Make(RD_KAFKA_CONSUMER, options_, settings, {.rebalanced = OnRebalance, .context = this});
  if (!client.ok()) return client.status();
  rd_kafka_poll_set_consumer((*client)->get());
  OwnedPartitions topics(rd_kafka_topic_partition_list_new(static_cast<int>(membership_.topics.size())));
  for (const std::string& topic : membership_.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  if (absl::Status subscribed = ToStatus(rd_kafka_subscribe((*client)->get(), topics.get()),
                                         Cat("joining group ", membership_.group));
      !subscribed.ok()) {
    return subscribed;
  }
  return client;
}

absl::Status GroupMembership::Start(Changed changed) {
  changed_ = std::move(changed);
  auto client = Join();  // wrong settings show here
  if (!client.ok()) return client.status();
  thread_ = std::thread([this, joined = std::move(*client)]() mutable { Run(std::move(joined)); });
  return absl::OkStatus();
}

void GroupMembership::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void GroupMembership::Run(std::unique_ptr<Client> client) {
  while (true) {
    const Ended ended = Serve(*client);
    Own({});
    rd_kafka_consumer_close(client->get());
    client.reset();
    if (ended == Ended::kFenced) return;
    while (client == nullptr) {
      if (stopping_) return;
      auto joined = Join();
      if (joined.ok()) {
        client = *std::move(joined);
      } else {
        Tell(joined.status());
        std::this_thread::sleep_for(kRetryEvery);
      }
    }
  }
}

GroupMembership::Ended GroupMembership::Serve(Client& client) {
  // Later than this the coordinator may have given our partitions away.
  const Duration longest = membership_.session_timeout - heartbeat_ - kPollWait;
  Duration last = BootTime();
  while (!stopping_) {
    const OwnedMessage message(rd_kafka_consumer_poll(client.get(), static_cast<int>(kPollWait.count())));
    const Duration now = BootTime();
    if (now - std::exchange(last, now) > longest) {
      Own({});
      Tell(absl::UnavailableError(
          Cat("group ", membership_.group, ": this process stood still for longer than its ", "session of ",
              membership_.session_timeout.count(), " ms; it gives up what it owned and joins again")));
      return Ended::kSlept;
    }
    char text[512];
    if (rd_kafka_fatal_error(client.get(), text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      Own({});
      Tell(absl::AbortedError(Cat("group ", membership_.group, ": ", text,
                                  "; another process has taken instance ", membership_.instance,
                                  ": give each process an instance of its own")));
      return Ended::kFenced;
    }
    if (message != nullptr && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* detail = rd_kafka_message_errstr(message.get());
      Tell(ToStatus(message->err, Cat("group ", membership_.group), detail == nullptr ? "" : detail));
    }
  }
  return Ended::kStopped;
}

void GroupMembership::Own(std::vector<Partition> owned) {
  std::sort(owned.begin(), owned.end());
  if (owned == owned_) return;
  owned_ = std::move(owned);
  changed_(owned_);
}

void GroupMembership::Tell(const absl::Status& problem) {
  if (membership_.problem) membership_.problem(problem);
}

void GroupMembership::OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t event,
                                  rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  auto* self = static_cast<GroupMembership*>(Client::ContextOf(opaque));
  if (event != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    self->Own({});  // first, so that nobody else owns before we have stopped
    rd_kafka_assign(handle, nullptr);
    return;
  }
  std::vector<Partition> owned;
  for (int i = 0; i < partitions->cnt; ++i) {
    owned.push_back({partitions->elems[i].topic, partitions->elems[i].partition});
    partitions->elems[i].offset = 0;  // any: it is never read
  }
  rd_kafka_assign(handle, partitions);
  rd_kafka_pause_partitions(handle, partitions);
  // An empty first share is told too: the group has decided.
  if (!std::exchange(self->shared_out_, true) && owned.empty()) self->changed_({});
  self->Own(std::move(owned));
}

}  // namespace

std::unique_ptr<engine::Membership> MakeMembership(const Options& options,
                                                   const MembershipOptions& membership) {
  return std::make_unique<GroupMembership>(options, membership);
}

}  // namespace vardvakt::kafka
