#include "services/ingest/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>

#include "lib/testkit/manual_clock.h"
#include "lib/testkit/memory_log.h"
#include "lib/wire/event_codec.h"

namespace vardvakt::ingest {
namespace {

using domain::Event;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class CountingMetrics final : public engine::Metrics {
 public:
  void Count(engine::Metric counter, Labels labels, double by) override {
    std::string series(engine::SpecOf(counter).name);
    for (std::string_view label : labels) series += " " + std::string(label);
    std::lock_guard lock(mutex_);
    counts_[series] += by;
  }
  void Set(engine::Metric, Labels, double) override {}
  void Observe(engine::Metric, Labels, double) override {}
  void Remove(engine::Metric, Labels) override {}

  std::map<std::string, double> counts() const {
    std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, double> counts_;
};

std::shared_ptr<const config::Configuration> TwoRegions() {
  auto configuration = std::make_shared<config::Configuration>();
  configuration->streams = {"ambulance"};
  configuration->intake.streams["ambulance"].name = "ambulance";
  configuration->intake.regions = {"06", "07"};
  configuration->regions.resize(2);
  configuration->regions[0].code = "06";
  configuration->regions[1].code = "07";
  configuration->regions[1].partition = 1;
  return configuration;
}

class PublisherTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(log_.EnsureTopics(engine::Topics({"ambulance"}, 2)).ok());
    Start({});
  }

  void Start(PublisherOptions options) {
    publisher_.reset();
    publisher_ = Publisher::Create(TwoRegions(), log_.appender(), clock_, metrics_, options);
  }

  Event Called(const std::string& case_id, const std::string& region = "") {
    Event event;
    event.event_id = "e-" + case_id;
    event.source = "zenit";
    event.stream = "ambulance";
    event.region = region;
    event.case_id = case_id;
    event.milestone = "call_received";
    event.occurred_at = clock_.Now();
    event.recorded_at = clock_.Now();
    return event;
  }

  std::future<Publisher::Response> Send(std::vector<Incoming> records) {
    auto promise = std::make_shared<std::promise<Publisher::Response>>();
    auto answer = promise->get_future();
    publisher_->Publish("http", std::move(records),
                        [promise](Publisher::Response r) { promise->set_value(r); });
    return answer;
  }
  Publisher::Response Publish(std::vector<Incoming> records) { return Send(std::move(records)).get(); }

  std::vector<engine::Record> DeadLetters(int32_t partition = 0) {
    return log_.Records({std::string(engine::kDeadLettersTopic), partition});
  }

  testkit::ManualClock clock_;
  testkit::MemoryLog log_{clock_};
  CountingMetrics metrics_;
  std::shared_ptr<Publisher> publisher_;
};

TEST_F(PublisherTest, AnEventIsInItsRegionsPartitionOnceItIsAccepted) {
  Publisher::Response response = Publish({{0, Called("a"), "a"}, {1, Called("b", "07"), "b"}});
  EXPECT_EQ(response.accepted(), 2);
  EXPECT_TRUE(response.results(1).accepted());
  EXPECT_EQ(response.results(1).reason(), "");

  auto records = log_.Records({"vardvakt.ambulance.v1", 0});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].key, "zenit/a");
  Event read;
  ASSERT_FALSE(wire::DecodeEvent(records[0].value, read));
  Event sent = Called("a");
  sent.region = "06";  // left out: the first region, and the log says so
  EXPECT_EQ(read, sent);
  EXPECT_EQ(log_.Records({"vardvakt.ambulance.v1", 1}).size(), 1U);
  EXPECT_THAT(metrics_.counts(),
              ElementsAre(Pair("vardvakt_ingest_events_accepted_total ambulance zenit", 2)));
}

TEST_F(PublisherTest, WhatIsRejectedIsADeadLetterWithItsBytesAndReason) {
  Event late = Called("a", "07");
  late.occurred_at = clock_.Now() + hours(24);
  Publisher::Response response = Publish(
      {{3, domain::Rejection{domain::Reject::kMalformed, "no JSON object"}, "{\"half"}, {7, late, "bytes"}});
  EXPECT_EQ(response.rejected(), 2);
  EXPECT_EQ(response.results(0).index(), 3);
  EXPECT_EQ(response.results(0).reason(), "malformed");
  EXPECT_EQ(response.results(0).detail(), "no JSON object");
  EXPECT_EQ(response.results(1).reason(), "from_the_future");

  EXPECT_THAT(metrics_.counts(),
              ElementsAre(Pair("vardvakt_ingest_events_rejected_total   malformed", 1),
                          Pair("vardvakt_ingest_events_rejected_total ambulance zenit from_the_future", 1)));

  ASSERT_EQ(DeadLetters().size(), 1U);
  engine::Record letter = DeadLetters()[0];
  EXPECT_EQ(letter.value, "{\"half");
  EXPECT_EQ(letter.key, "");
  EXPECT_THAT(letter.headers, AllOf(Contains(engine::Header{"vardvakt.reason", "malformed"}),
                                    Contains(engine::Header{"vardvakt.detail", "no JSON object"}),
                                    Contains(engine::Header{"__connect.errors.topic", "http"}),
                                    Contains(engine::Header{"__connect.errors.offset", "3"})));
  ASSERT_EQ(DeadLetters(1).size(), 1U);
  EXPECT_EQ(DeadLetters(1)[0].key, "zenit/a");
}

TEST_F(PublisherTest, NoPersonalNumberIsInADeadLettersKeyOrHeaders) {
  const std::string person = std::string("19121212") + "-" + "1212";  // Skatteverket's published test number
  Publisher::Response response = Publish({{0, Called(person), "bytes"}});
  EXPECT_EQ(response.results(0).reason(), "personal_number");
  engine::Record letter = DeadLetters().at(0);
  EXPECT_EQ(letter.key, "");
  for (const engine::Header& header : letter.headers) {
    EXPECT_EQ(header.value.find(person), std::string::npos) << header.name;
  }
  Event from_a_person = Called("a");
  from_a_person.source = person;
  EXPECT_EQ(Publish({{0, from_a_person, "bytes"}}).results(0).reason(), "personal_number");
  EXPECT_EQ(DeadLetters().at(1).key, "");
}

TEST_F(PublisherTest, NothingIsAnsweredBeforeTheLogHasIt) {
  log_.HoldAcknowledgements();
  auto answer = Send({{0, Called("a"), ""}, {1, domain::Rejection{domain::Reject::kMalformed, ""}, ""}});
  EXPECT_EQ(answer.wait_for(milliseconds(20)), std::future_status::timeout);
  log_.ReleaseAcknowledgements();
  Publisher::Response response = answer.get();
  EXPECT_EQ(response.accepted(), 1);
  EXPECT_EQ(response.rejected(), 1);
}

TEST_F(PublisherTest, WhatTheLogDoesNotTakeInTimeIsUnavailable) {
  Start({.deadline = milliseconds(30)});
  log_.HoldAcknowledgements();
  Publisher::Response response = Publish({{0, Called("a"), ""}});
  EXPECT_EQ(response.unavailable(), 1);
  EXPECT_EQ(response.results(0).reason(), "unavailable");
  log_.ReleaseAcknowledgements();
}

TEST_F(PublisherTest, OnlyTheRecordsThatTheLogFailedAreUnavailable) {
  log_.FailAppends(1, absl::UnavailableError("no leader"), false);
  Publisher::Response response = Publish({{0, Called("a"), ""}, {1, Called("b"), ""}});
  EXPECT_EQ(response.results(0).reason(), "unavailable");
  EXPECT_THAT(response.results(0).detail(), HasSubstr("no leader"));
  EXPECT_TRUE(response.results(1).accepted());
}

TEST_F(PublisherTest, ARejectionIsNotSaidWhenItsDeadLetterIsNotInTheLog) {
  log_.FailAppends(1, absl::UnavailableError("no leader"), false);
  Publisher::Response response = Publish({{0, domain::Rejection{domain::Reject::kMalformed, ""}, "x"}});
  EXPECT_EQ(response.results(0).reason(), "unavailable");
}

TEST(PublisherFullLogTest, AFullQueueTakesNothingMoreOfTheRequest) {
  testkit::ManualClock clock;
  testkit::MemoryLog log(clock, {.max_unacknowledged = 2});
  ASSERT_TRUE(log.EnsureTopics(engine::Topics({"ambulance"}, 2)).ok());
  engine::NoMetrics metrics;
  auto publisher = Publisher::Create(TwoRegions(), log.appender(), clock, metrics);
  log.HoldAcknowledgements();
  std::vector<Incoming> records;
  for (int i = 0; i < 4; ++i) {
    records.push_back({i, domain::Rejection{domain::Reject::kMalformed, ""}, "x"});
  }
  std::promise<Publisher::Response> answer;
  publisher->Publish("grpc", std::move(records), [&](Publisher::Response r) { answer.set_value(r); });
  log.ReleaseAcknowledgements();
  Publisher::Response response = answer.get_future().get();
  EXPECT_EQ(response.rejected(), 2);
  EXPECT_EQ(response.unavailable(), 2);
  EXPECT_THAT(response.results(3).detail(), HasSubstr("full"));
}

TEST_F(PublisherTest, ARecordTheLogFindsTooLargeIsADeadLetterCutToFit) {
  Event big = Called("a");
  for (int i = 0; i < 60; ++i) big.attributes.emplace_back("a" + std::to_string(i), std::string(1000, 'x'));
  testkit::MemoryLog small(clock_, {.max_record_bytes = 5000});
  ASSERT_TRUE(small.EnsureTopics(engine::Topics({"ambulance"}, 2)).ok());
  auto publisher =
      Publisher::Create(TwoRegions(), small.appender(), clock_, metrics_, {.max_dead_letter_bytes = 1000});
  std::promise<Publisher::Response> answer;
  publisher->Publish("http", {{0, big, std::string(60'000, 'y')}},
                     [&](Publisher::Response r) { answer.set_value(r); });
  EXPECT_EQ(answer.get_future().get().results(0).reason(), "too_large");
  engine::Record letter = small.Records({std::string(engine::kDeadLettersTopic), 0}).at(0);
  EXPECT_EQ(letter.value.size(), 1000U);
  EXPECT_THAT(letter.headers, Contains(engine::Header{"vardvakt.original-bytes", "60000"}));
}

TEST_F(PublisherTest, AfterAStopNothingIsAnsweredAnyMore) {
  log_.HoldAcknowledgements();
  bool answered = false;
  publisher_->Publish("http", {{0, Called("a"), ""}}, [&](const Publisher::Response&) { answered = true; });
  publisher_->Stop();
  log_.ReleaseAcknowledgements();
  EXPECT_FALSE(answered);
}

TEST_F(PublisherTest, AnEmptyRequestIsAnsweredAtOnce) { EXPECT_EQ(Publish({}).results_size(), 0); }

}  // namespace
}  // namespace vardvakt::ingest
