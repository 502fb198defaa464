#include "services/notifier/outbox.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/strings.h"
#include "lib/testkit/memory_store.h"
#include "services/notifier/outbox_codec.h"

namespace vardvakt::notifier {
namespace {

using alertmanager::Outcome;
using domain::EpisodeState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kStart = InstantFromMillis(1'776'247'200'000);
constexpr size_t kAlertmanager = 0, kWebhook = 1;

std::vector<Outbox::SinkName> Sinks() {
  return {{"alertmanager", SinkKind::kAlertmanager}, {"webhook", SinkKind::kWebhook}};
}
domain::Episode Episode(std::string fingerprint, EpisodeState state, Instant started_at = kStart) {
  domain::Episode episode;
  episode.fingerprint = std::move(fingerprint);
  episode.rule = "rule";
  episode.state = state;
  episode.started_at = started_at;
  if (state != EpisodeState::kPending) episode.firing_at = started_at + seconds(1);
  if (state == EpisodeState::kResolved) episode.resolved_at = started_at + seconds(2);
  return episode;
}
Version At(int64_t offset, uint32_t revision = 1) { return {revision, offset, kStart}; }

class OutboxTest : public ::testing::Test {
 protected:
  // Tells the sink all that is due and returns it as "fingerprint news".
  std::vector<std::string> Tell(size_t sink, Outcome outcome = Outcome::kDelivered) {
    std::vector<std::string> told;
    const SinkPlan plan = outbox_.Plan(sink, now_, 100);
    for (size_t i = 0; i < plan.keys.size(); ++i) {
      told.push_back(Cat(plan.keys[i].fingerprint, " ", NewsName(plan.notices[i].news)));
      outbox_.End(sink, plan.keys[i], plan.notices[i].news, outcome, now_);
    }
    return told;
  }

  Outbox outbox_{Sinks(), PlanOptions()};
  Instant now_ = kStart;
};

TEST_F(OutboxTest, TheGreatestVersionStands) {
  EXPECT_TRUE(outbox_.Take(At(5), Episode("a", EpisodeState::kResolved), now_));
  EXPECT_FALSE(outbox_.Take(At(5), Episode("a", EpisodeState::kFiring), now_));
  EXPECT_FALSE(outbox_.Take(At(4), Episode("a", EpisodeState::kFiring), now_));
  EXPECT_EQ(outbox_.Find(KeyOf(Episode("a", EpisodeState::kFiring)))->episode.state, EpisodeState::kResolved);
  EXPECT_TRUE(outbox_.Take(At(1, 2), Episode("a", EpisodeState::kFiring), now_));
}

TEST_F(OutboxTest, LifeOfAnEpisode) {
  outbox_.Take(At(1), Episode("a", EpisodeState::kPending), now_);
  EXPECT_THAT(Tell(kAlertmanager), IsEmpty());
  outbox_.Take(At(2), Episode("a", EpisodeState::kFiring), now_);
  EXPECT_EQ(outbox_.Plan(kWebhook, now_, 100).waiting, 1u);
  EXPECT_THAT(Tell(kAlertmanager, Outcome::kUncertain), ElementsAre("a firing"));
  EXPECT_THAT(Tell(kAlertmanager), ElementsAre("a firing"));
  EXPECT_THAT(Tell(kAlertmanager), IsEmpty());
  EXPECT_EQ(outbox_.Plan(kAlertmanager, now_, 100).next, now_ + minutes(1));
  EXPECT_THAT(Tell(kWebhook), ElementsAre("a firing"));
  now_ += minutes(1);
  EXPECT_THAT(Tell(kAlertmanager), ElementsAre("a firing"));
  outbox_.Take(At(3), Episode("a", EpisodeState::kResolved), now_);
  EXPECT_THAT(Tell(kWebhook), ElementsAre("a resolved"));
  int times = 0;
  for (int minute = 0; minute < 60; ++minute, now_ += minutes(1)) {
    times += static_cast<int>(Tell(kAlertmanager).size());
    EXPECT_THAT(Tell(kWebhook), IsEmpty());
  }
  EXPECT_EQ(times, 16);
  EXPECT_TRUE(outbox_.Find(KeyOf(Episode("a", EpisodeState::kFiring)))->finished);
}

TEST_F(OutboxTest, NewsGoesBeforeRepetitionAndOldBeforeYoung) {
  outbox_.Take(At(1), Episode("a", EpisodeState::kFiring), now_);
  Tell(kAlertmanager);
  now_ += minutes(2);
  outbox_.Take(At(2), Episode("c", EpisodeState::kFiring, kStart + seconds(9)), now_);
  outbox_.Take(At(3), Episode("b", EpisodeState::kFiring, kStart + seconds(20)), now_);
  EXPECT_THAT(Tell(kAlertmanager), ElementsAre("c firing", "b firing", "a firing"));
}

TEST_F(OutboxTest, NewDefinitionsTakeAnEpisodeOverWithoutTellingItAgain) {
  outbox_.Take(At(1), Episode("a", EpisodeState::kFiring), now_);
  Tell(kAlertmanager);
  Tell(kWebhook);
  outbox_.Take(At(1, 2), Episode("a", EpisodeState::kFiring, kStart + minutes(5)), now_);
  EXPECT_THAT(Tell(kWebhook), IsEmpty());
  outbox_.Take(At(2, 2), Episode("a", EpisodeState::kResolved, kStart + minutes(5)), now_);
  EXPECT_THAT(Tell(kWebhook), ElementsAre("a resolved"));
  EXPECT_THAT(Tell(kAlertmanager), ElementsAre("a resolved"));
}

TEST_F(OutboxTest, ALaterEpisodeOfTheSameRevisionIsToldOfItsOwn) {
  outbox_.Take(At(1), Episode("a", EpisodeState::kFiring), now_);
  Tell(kWebhook);
  outbox_.Take(At(2), Episode("a", EpisodeState::kResolved), now_);
  outbox_.Take(At(3), Episode("a", EpisodeState::kFiring, kStart + minutes(5)), now_);
  EXPECT_THAT(Tell(kWebhook), ElementsAre("a resolved", "a firing"));
}

TEST_F(OutboxTest, PruneForgetsWhatIsOver) {
  outbox_.Take(At(1), Episode("a", EpisodeState::kResolved), now_);
  outbox_.Take(At(2), Episode("b", EpisodeState::kFiring), now_);
  Tell(kWebhook);
  EXPECT_THAT(outbox_.Prune(kStart), IsEmpty());
  EXPECT_THAT(outbox_.Prune(kStart + seconds(1)), ElementsAre(KeyOf(Episode("a", EpisodeState::kResolved))));
  EXPECT_EQ(outbox_.size(), 1u);
}

TEST(OutboxCodecTest, ReadsWhatItWrote) {
  KnownEpisode known{.version = At(7, 3), .episode = Episode("a", EpisodeState::kResolved)};
  known.deliveries["webhook"] = {
      .told = News::kResolved, .refused = {}, .first_told_at = kStart, .last_told_at = kStart + seconds(1)};
  known.deliveries["alertmanager"] = {};
  known.finished = true;
  KnownEpisode read = DecodeKnown(EncodeKnown(known)).value();
  EXPECT_EQ(read.version, known.version);
  EXPECT_EQ(read.episode, known.episode);
  EXPECT_EQ(read.deliveries["webhook"], known.deliveries["webhook"]);
  EXPECT_TRUE(read.finished);
  EXPECT_FALSE(read.replaced);
  EXPECT_EQ(DecodeKnown("\xff").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_LT(EpisodeRow({"a", InstantFromMillis(-1)}), EpisodeRow({"a", InstantFromMillis(0)}));
  EXPECT_LT(EpisodeRow({"a", kStart}), std::string(kEpisodesEnd));
}

// The notifier in a world of bad luck: records come late, twice and out of order, answers get lost, and the
// process dies between any two of its steps, with what it had not synced.
class World {
 public:
  explicit World(uint32_t seed) : random_(seed) { Open(); }

  void LiveThrough(int steps) {
    for (int i = 0; i < steps; ++i) {
      switch (Draw(6)) {
        case 0:
        case 1:
          Happen();
          break;
        case 2:
          now_ += seconds(Draw(90));
          break;
        case 3:
          Crash();
          break;
        default:
          TurnOnce(true);
      }
    }
  }
  // Nothing more happens and everything works: all must be told in the end.
  void ComeToRest() {
    for (int i = 0; i < 40; ++i) {
      TurnOnce(false);
      now_ += minutes(1);
    }
  }
  void Check() const {
    for (const auto& [fingerprint, state] : truth_) {
      CheckWebhook(fingerprint, state, Told(kWebhook, fingerprint));
      CheckAlertmanager(state, Told(kAlertmanager, fingerprint));
    }
  }

 private:
  static void CheckWebhook(const std::string& fingerprint, EpisodeState state,
                           const std::vector<News>& told) {
    for (size_t i = 0; i < told.size(); ++i) {
      const bool is_end = told[i] != News::kFiring;
      EXPECT_FALSE(told[i] == News::kResolved && i == 0) << fingerprint << ": resolved before firing";
      EXPECT_FALSE(i > 0 && told[i - 1] != News::kFiring && !is_end)
          << fingerprint << ": firing after its end";
    }
    if (state == EpisodeState::kPending) {
      EXPECT_THAT(told, IsEmpty());
      return;
    }
    ASSERT_FALSE(told.empty()) << fingerprint << ": never told";
    EXPECT_EQ(told.back() == News::kFiring, state == EpisodeState::kFiring) << fingerprint;
  }
  static void CheckAlertmanager(EpisodeState state, const std::vector<News>& told) {
    for (size_t i = 0; i < told.size(); ++i) {
      EXPECT_NE(told[i], News::kPast);
      EXPECT_FALSE(told[i] == News::kResolved && i == 0) << "resolved before firing";
      EXPECT_FALSE(i > 0 && told[i - 1] == News::kResolved && told[i] == News::kFiring)
          << "firing after its end";
    }
    if (state == EpisodeState::kFiring) {
      EXPECT_FALSE(told.empty());
    }
  }
  std::vector<News> Told(size_t sink, const std::string& fingerprint) const {
    const auto found = received_[sink].find(fingerprint);
    return found == received_[sink].end() ? std::vector<News>() : found->second;
  }

  uint32_t Draw(uint32_t below) { return random_() % below; }

  // An episode goes on by one state, or is only said again, perhaps as it was.
  void Happen() {
    const std::string fingerprint(1, static_cast<char>('a' + Draw(4)));
    const auto [it, is_new] = truth_.try_emplace(fingerprint, EpisodeState::kPending);
    if (!is_new && it->second != EpisodeState::kResolved && Draw(3) > 0) {
      it->second = it->second == EpisodeState::kPending ? EpisodeState::kFiring : EpisodeState::kResolved;
    }
    log_.push_back({At(static_cast<int64_t>(log_.size())), Episode(fingerprint, it->second)});
    if (Draw(4) == 0) log_.push_back(log_[Draw(static_cast<uint32_t>(log_.size()))]);
  }

  void Open() {
    store_.Crash(Draw(3));
    outbox_.emplace(Sinks(), PlanOptions());
    ASSERT_TRUE(store_
                    .Scan(kEpisodesBegin, kEpisodesEnd,
                          [&](std::string_view, std::string_view value) {
                            outbox_->Restore(DecodeKnown(value).value(), now_);
                            return true;
                          })
                    .ok());
    const auto offset = store_.Get(OffsetRow(0)).value();
    offset_ = offset ? static_cast<size_t>(DecodeOffset(*offset).value()) : 0;
  }
  void Crash() { Open(); }

  void Save() {
    engine::WriteBatch batch;
    for (const EpisodeKey& key : outbox_->TakeChanged())
      batch.Put(EpisodeRow(key), EncodeKnown(*outbox_->Find(key)));
    batch.Put(OffsetRow(0), EncodeOffset(static_cast<int64_t>(offset_)));
    ASSERT_TRUE(store_.Write(batch, Draw(2) == 0).ok());
  }

  // What the notifier does when it wakes. Bad luck strikes between the steps.
  void TurnOnce(bool bad_luck) {
    for (; offset_ < log_.size(); ++offset_)
      outbox_->Take(log_[offset_].version, log_[offset_].episode, now_);
    if (bad_luck && Draw(10) == 0) return Crash();
    Save();
    for (size_t sink : {kAlertmanager, kWebhook}) {
      const SinkPlan plan = outbox_->Plan(sink, now_, 3);
      for (size_t i = 0; i < plan.keys.size(); ++i) {
        const uint32_t luck = bad_luck ? Draw(10) : 9;
        if (luck > 1) received_[sink][plan.keys[i].fingerprint].push_back(plan.notices[i].news);
        if (luck == 2) return Crash();
        const Outcome outcome = luck == 0  ? Outcome::kNotSent
                                : luck < 4 ? Outcome::kUncertain
                                           : Outcome::kDelivered;
        outbox_->End(sink, plan.keys[i], plan.notices[i].news, outcome, now_);
        if (outcome != Outcome::kDelivered) break;
      }
    }
    if (bad_luck && Draw(10) == 0) return Crash();
    Save();
  }

  std::mt19937 random_;
  Instant now_ = kStart;
  std::map<std::string, EpisodeState> truth_;
  std::vector<AlertRecord> log_;
  testkit::MemoryStore store_;
  std::optional<Outbox> outbox_;
  size_t offset_ = 0;
  std::map<std::string, std::vector<News>> received_[2];
};

TEST(OutboxProperty, AtLeastOnceAndInOrderWhateverHappens) {
  for (uint32_t seed = 0; seed < 3000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(Cat("seed ", seed));
    World world(seed);
    world.LiveThrough(40);
    world.ComeToRest();
    world.Check();
  }
}

}  // namespace
}  // namespace vardvakt::notifier
