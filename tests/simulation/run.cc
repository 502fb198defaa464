#include "tests/simulation/run.h"

#include <algorithm>
#include <memory>
#include <set>

#include "lib/base/strings.h"
#include "tests/simulation/process.h"
#include "tests/simulation/reader.h"
#include "tests/simulation/truth.h"
#include "tests/simulation/world.h"

namespace vardvakt::simulation {
namespace {

using engine::Record;
using engine::TaskVersion;

constexpr Duration kSkew = milliseconds(120);        // at most, of every clock
constexpr Duration kVisibility = milliseconds(200);  // at most, from stamp to sight
constexpr size_t kAllRecords = 100'000;

// The broker's clock.
class SkewedClock final : public Clock {
 public:
  explicit SkewedClock(const Clock& truth) : truth_(truth) {}
  Instant Now() const override { return truth_.Now() + skew_; }
  void set_skew(Duration skew) { skew_ = skew; }

 private:
  const Clock& truth_;
  Duration skew_{};
};

// What a run is like, drawn first.
struct Pace {
  Instant begins;
  Duration step;  // about how far apart events are
  Duration grid;
  bool plain_rules;  // few enough grid points to ask at every one
  int operations;
};

class Run {
 public:
  Run(uint64_t seed, Sabotage sabotage)
      : random_(seed, 1),
        sabotage_(sabotage),
        pace_(DrawPace()),
        world_(pace_.grid),
        events_(random_, pace_.begins),
        redefines_(sabotage == Sabotage::kNone && random_.Chance(350)),
        truth_clock_(pace_.begins),
        broker_clock_(truth_clock_),
        margin_(random_.Chance(400) && sabotage != Sabotage::kNoMargin ? Duration()
                                                                       : 2 * kSkew + kVisibility),
        log_(broker_clock_, {.clock_margin = margin_}) {}

  RunResult Play() {
    log_.EnsureTopics({{.name = world_.setting().partition.topic}}).IgnoreError();
    const int64_t processes = random_.Between(1, 3);
    for (int64_t i = 0; i < processes; ++i) AddProcess();
    for (int i = 0; i < pace_.operations && result_.problem.empty(); ++i) Operate();
    if (result_.problem.empty()) Finish();
    result_.records = records().size();
    return result_;
  }

 private:
  Pace DrawPace() {
    static constexpr int64_t kBegins[] = {
        1'776'247'200'000,  // 2026-04-15T10:00Z
        1'774'737'000'000,  // 2026-03-28T22:30Z: daylight saving begins that night
        1'792'881'000'000,  // 2026-10-24T22:30Z: and ends
        1'777'584'600'000,  // 2026-04-30T21:30Z: a tertial ends
        1'798'756'200'000,  // 2026-12-31T22:30Z: a year ends
        1'774'993'800'000,  // 2026-03-31T21:50Z: another limit and goal from midnight on
    };
    struct Kind {
      Duration step, grid;
      bool plain_rules;
    };
    // Grids finer than the events are far apart, and coarser ones, within which much is merged at once.
    static constexpr Kind kKinds[] = {
        {seconds(40), seconds(1), true}, {minutes(4), seconds(10), true},  {minutes(25), minutes(1), true},
        {hours(5), minutes(10), true},   {hours(30), hours(1), true},      {seconds(40), minutes(10), true},
        {minutes(4), hours(1), true},    {minutes(30), seconds(1), false}, {hours(100), seconds(1), false},
    };
    const Kind& kind = kKinds[random_.Below(std::size(kKinds))];
    return {.begins = InstantFromMillis(kBegins[random_.Below(std::size(kBegins))] +
                                        random_.Below(minutes(10).count())),
            .step = kind.step,
            .grid = kind.grid,
            .plain_rules = kind.plain_rules,
            .operations = static_cast<int>(random_.Between(30, 110))};
  }

  void AddProcess() {
    processes_.push_back(
        std::make_unique<Process>(world_.setting(), events_.Decode(), log_, truth_clock_, random_));
    if (sabotage_ == Sabotage::kNoMargin) processes_.back()->set_clock_margin(Duration());
    processes_.back()->set_former([this](const engine::DefinitionsId& id) {
      return random_.Chance(700) ? std::optional(WorldOf(id.revision).setting()) : std::nullopt;
    });
    Expect(processes_.back()->Start(), "starting");
  }

  const World& WorldOf(uint32_t revision) const {
    return revision == 1 ? world_ : *further_worlds_[revision - 2];
  }
  uint32_t newest_revision() const { return static_cast<uint32_t>(further_worlds_.size()) + 1; }
  const World& NewWorld() {
    return *further_worlds_.emplace_back(std::make_unique<World>(pace_.grid, newest_revision() + 1));
  }

  // Somebody changes the definitions, and one process after the other is told.
  void Redefine(Process& process) {
    if (process.revision() == newest_revision() || random_.Chance(200)) NewWorld();
    ++result_.redefinitions;
    if (!process.Redefine(WorldOf(newest_revision()).setting()).ok()) Restart(process);
  }

  std::vector<Record> records() const { return log_.Records(world_.setting().partition); }

  void Operate() {
    const int64_t what = random_.Below(100);
    Process& process = *processes_[random_.Below(std::ssize(processes_))];
    if (redefines_ && random_.Chance(40)) Redefine(process);
    if (what < 34) {
      Append();
    } else if (what < 52) {
      PassTime();
    } else if (what < 58) {
      Deliver();
    } else if (what < 64) {
      Kill(process);
    } else if (what < 66) {
      DrawSkews();
    } else if (what < 68) {
      QuietPoint();
    } else {
      Work(process);
    }
  }

  void Append() {
    if (margin_ > Duration() && random_.Chance(200)) Hide();
    for (int64_t i = random_.Between(1, 4); i > 0; --i) {
      const std::string value = events_.Make(truth_clock_.Now(), pace_.step);
      auto appended = log_.AppendAndWait({.to = world_.setting().partition, .key = "k", .value = value});
      Expect(appended.status(), "appending");
      if (random_.Chance(500)) Advance(milliseconds(random_.Below(1500)));
    }
  }

  // Stamped now, seen later.
  void Hide() {
    if (hidden_since_) return;
    log_.HideAppends();
    hidden_since_ = truth_clock_.Now();
  }
  void Show() {
    log_.ShowAppends();
    hidden_since_.reset();
  }

  void PassTime() {
    const int64_t how = random_.Below(10);
    if (how < 3) return Advance(milliseconds(random_.Below(400)));
    if (how < 6) return Advance(milliseconds(random_.Below(pace_.step.count() * 2)));
    // To about the instant at which the tasks come to something.
    const Instant at =
        events_.Interesting(truth_clock_.Now()) + margin_ + milliseconds(random_.Between(-1, 2));
    if (at - truth_clock_.Now() < pace_.step * 6) Advance(at - truth_clock_.Now());
  }

  void Advance(Duration by) {
    if (by <= Duration()) return;
    const Instant to = truth_clock_.Now() + by;
    if (hidden_since_ && to > *hidden_since_ + kVisibility) {
      truth_clock_.Set(*hidden_since_ + kVisibility);
      Show();
    }
    truth_clock_.Set(to);
  }

  void DrawSkews() {
    if (margin_ == Duration()) return;
    const auto draw = [&] { return milliseconds(random_.Between(-kSkew.count(), kSkew.count())); };
    broker_clock_.set_skew(draw());
    for (const auto& process : processes_) process->set_skew(draw());
  }

  void Work(Process& process) {
    if (random_.Chance(20)) process.SpoilWrite();
    const bool bad_disk = random_.Chance(20);
    if (bad_disk) process.SpoilRead(static_cast<size_t>(random_.Between(1, 4)));
    const size_t most = random_.Chance(500) ? kAllRecords : static_cast<size_t>(random_.Between(1, 3));
    const auto at_end = process.Step(most);
    if (!at_end.ok() || bad_disk) return Restart(process);  // a read or write failed on the way
    if (*at_end) CheckNothingWasOvertaken(process);
    if (random_.Chance(250)) return;  // the commit comes later, or never
    if (!process.Commit().ok()) return Restart(process);
    if (random_.Chance(250)) Check(process);
    if (random_.Chance(250)) CheckBetween(process);
    if (random_.Chance(500)) Say(process, random_.Chance(100));
  }

  void Say(Process& process, bool all) {
    if (!process.task().complete()) return;  // as a worker does
    auto saying = process.Say(all);
    if (!saying.ok()) return Restart(process);
    under_way_.push_back(*std::move(saying));
    if (random_.Chance(700)) Deliver();
  }

  // In any order.
  void Deliver() {
    while (!under_way_.empty() && random_.Chance(800)) {
      const auto at = under_way_.begin() + random_.Below(std::ssize(under_way_));
      reader_.Hear(*at);
      under_way_.erase(at);
    }
  }

  void Kill(Process& process) {
    ++result_.kills;
    process.Kill();
    const int64_t how = random_.Below(10);
    if (how == 0) process.LoseDisk();
    if (how == 1 || how == 2) process.GoBack();
    if (random_.Chance(500)) PassTime();
    Expect(process.Start(), "starting again");
  }

  void Restart(Process& process) {
    ++result_.kills;
    process.Kill();
    Expect(process.Start(), "starting after a failed write");
  }

  // Architecture §4: log time is never past a record that is still unread.
  void CheckNothingWasOvertaken(Process& process) {
    const std::vector<Record> all = records();
    const auto unread = static_cast<size_t>(process.task().version().offset);
    if (unread < all.size() && all[unread].append_time <= process.advanced_to()) {
      Problem(Cat("log time ", FormatMillis(process.advanced_to()),
                  " has overtaken the unread record at offset ", unread, " of ",
                  FormatMillis(all[unread].append_time)));
    }
  }

  // What a process shows is what follows from the records that it has read. An instant that a record's append
  // time has just reached has its turn later, so nothing is said of it here.
  void Check(Process& process) {
    engine::Task& task = process.task();
    if (!task.complete()) return;
    const World& world = WorldOf(task.version().revision);
    if (task.timers().NextInstant() <= task.version().log_time) return;
    const std::string difference = FirstDifference(Told(task), TruthBy(world, task.version()));
    if (!difference.empty()) {
      Problem(Cat("at offset ", task.version().offset, ", log time ", FormatMillis(task.version().log_time),
                  " ", difference));
    }
  }

  // Any other window than the named ones: from and to are starts of minutes, hours or days.
  void CheckBetween(Process& process) {
    engine::Task& task = process.task();
    const TaskVersion version = task.version();
    if (version.offset == 0 || !task.complete() || task.timers().NextInstant() <= version.log_time) return;
    const Instant to = DrawBound(version.log_time + (random_.Chance(500) ? hours(25) : Duration()));
    const Instant from = DrawBound(to);
    if (from >= to) return;
    const auto told = ToldBetween(task, from, to);
    if (!told.ok()) {
      if (told.status().code() != absl::StatusCode::kOutOfRange) Expect(told.status(), "asking from, to");
      return;
    }
    ++result_.ranges;
    const auto truth = CountsBetween(WorldOf(version.revision).setting(), events_.Decode(), records(),
                                     static_cast<size_t>(version.offset), version.log_time, from, to);
    for (const auto* one : {&*told, &truth}) {
      for (const auto& [name, text] : *one) {
        const auto a = told->find(name), b = truth.find(name);
        if (a != told->end() && b != truth.end() && a->second == b->second) continue;
        return Problem(Cat("from ", FormatMillis(from), " to ", FormatMillis(to), " at ",
                           FormatMillis(version.log_time), " ", name, " is ",
                           a == told->end() ? "nothing" : a->second, ", in truth ",
                           b == truth.end() ? "nothing" : b->second));
      }
    }
  }

  Instant DrawBound(Instant before) {
    static constexpr Duration kBack[] = {minutes(90), hours(30), hours(47), days(20), days(63), days(200)};
    const Instant at = before - milliseconds(random_.Below(Pick(kBack).count()));
    switch (random_.Below(3)) {
      case 0:
        return std::chrono::floor<minutes>(at);
      case 1:
        return std::chrono::floor<hours>(at);
      default:
        return Zone().StartOf(Zone().DayOf(at));
    }
  }
  template <typename T, size_t N>
  const T& Pick(const T (&list)[N]) {
    return list[random_.Below(N)];
  }

  Answer TruthAt(const TaskVersion& version) { return TruthBy(WorldOf(version.revision), version); }
  Answer TruthBy(const World& world, const TaskVersion& version) {
    return Truth(world.setting(), events_.Decode(), records(), static_cast<size_t>(version.offset),
                 version.log_time);
  }

  // Time passes without an event until every process has read everything.
  void QuietPoint() {
    Show();
    Advance(margin_ + kSkew + seconds(2) + milliseconds(random_.Below(pace_.step.count())));
    for (const auto& process : processes_) {
      while (result_.problem.empty() && !ReadToTheEnd(*process)) Restart(*process);
      if (!result_.problem.empty()) return;
      CheckNothingWasOvertaken(*process);
      Check(*process);
      CheckBetween(*process);
    }
  }

  // False when a write failed on the way.
  bool ReadToTheEnd(Process& process) {
    while (true) {
      const auto at_end = process.Step(random_.Chance(500) ? kAllRecords : 7);
      if (!at_end.ok()) return false;
      if (*at_end) return random_.Chance(500) || process.Commit().ok();
    }
  }

  void Finish() {
    broker_clock_.set_skew(Duration());
    for (const auto& process : processes_) process->set_skew(Duration());
    Advance(kSkew * 3);
    QuietPoint();
    if (redefines_) return FinishRedefined();
    if (!result_.problem.empty()) return;
    const Instant end = processes_.front()->task().version().log_time;
    CheckSabotage(processes_.front()->task().version());
    const std::vector<std::string> undisturbed = CheckRebuilt(end);
    for (const auto& process : processes_) {
      if (!process->Commit().ok()) {
        Restart(*process);
        if (!ReadToTheEnd(*process)) Problem("reading to the end failed twice");
        Expect(process->Commit(), "committing");
      }
      CompareEpisodes(undisturbed, EpisodesOf(process->task()), "a disturbed process", "an undisturbed one");
    }
    if (sabotage_ == Sabotage::kNone && random_.Chance(300)) CheckSnapshots(end);
    if (pace_.plain_rules) {
      CompareEpisodes(PlainEpisodes(world_.setting(), events_.Decode(), records(), end), undisturbed,
                      "the task", "the plain computation");
    }
    if (result_.problem.empty()) CheckReader();
    if (result_.problem.empty()) CheckOtherDefinitions(*processes_.front());
  }

  void CheckSnapshots(Instant end) {
    const auto truth = PlainSnapshots(world_.setting(), events_.Decode(), records(), end);
    for (const auto& process : processes_) {
      const auto kept =
          KeptSnapshots(process->task(), Zone().DayOf(pace_.begins - days(1)), Zone().DayOf(end + days(1)));
      Expect(kept.status(), "reading snapshots");
      if (!kept.ok()) return;
      result_.snapshots += kept->size();
      for (const auto* one : {&*kept, &truth}) {
        for (const auto& [name, text] : *one) {
          const auto a = kept->find(name), b = truth.find(name);
          if (a != kept->end() && b != truth.end() && a->second == b->second) continue;
          return Problem(Cat("the snapshot of ", name, " is ", a == kept->end() ? "nothing" : a->second,
                             ", in truth ", b == truth.end() ? "nothing" : b->second));
        }
      }
    }
  }

  // All of them come to the newest definitions in the end, and readers see what these say. Episodes depend on
  // when each process came to them.
  void FinishRedefined() {
    for (const auto& process : processes_) {
      if (process->revision() != newest_revision()) Redefine(*process);
      JudgeToTheEnd(*process);
      if (!result_.problem.empty()) return;
      if (process->task().version().revision != newest_revision())
        return Problem("an older revision is shown");
      Check(*process);
    }
    CheckReader();
    if (result_.problem.empty()) CheckOtherDefinitions(*processes_.front());
  }

  void JudgeToTheEnd(Process& process) {
    for (int tries = 0; tries < 1000 && result_.problem.empty(); ++tries) {
      if (!ReadToTheEnd(process)) {
        Restart(process);
      } else if (!process.task().has_more_to_judge()) {
        return;
      }
    }
    Problem("judging by other definitions does not come to an end");
  }

  // Every case is judged again, with crashes on the way, and again by others before that is through. Who has
  // heard of an episode hears of its end.
  void CheckOtherDefinitions(Process& process) {
    Reader reader;
    HearAll(process, reader);  // of a store that is lost as well, nobody could know what had been said
    for (int tries = 0; tries < 4 && result_.problem.empty(); ++tries) {
      process.Kill();
      if (tries == 0 || random_.Chance(300))
        Expect(process.Redefine(NewWorld().setting()), "taking other definitions");
      if (tries < 3) process.SpoilWrite(static_cast<size_t>(random_.Between(1, 6)));
      if (!process.Start().ok()) continue;
      if (tries < 3 && random_.Chance(500)) continue;
      if (!ReadToTheEnd(process)) continue;
      Check(process);
    }
    JudgeToTheEnd(process);
    Advance(margin_ + pace_.grid + seconds(1));
    if (!ReadToTheEnd(process)) StartOver(process);
    if (!process.task().complete()) Problem("not all cases were judged by other definitions");
    Check(process);
    HearAll(process, reader);
    CheckEpisodesEnd(process, reader);
  }

  // The write that was to fail may come as late as here.
  void StartOver(Process& process) {
    Restart(process);
    JudgeToTheEnd(process);
  }

  void HearAll(Process& process, Reader& reader) {
    if (!process.CommitDurably().ok()) {
      StartOver(process);
      Expect(process.CommitDurably(), "committing");
    }
    const auto saying = process.Say(true);
    Expect(saying.status(), "publishing");
    if (saying.ok()) reader.Hear(*saying);
  }

  void CheckEpisodesEnd(Process& process, const Reader& reader) {
    std::set<std::string> open;
    for (const domain::Episode& e : process.task().rules().OpenEpisodes()) open.insert(EpisodeText(e));
    for (const auto& [name, text] : reader.Shown()) {
      const bool ends = !name.starts_with("episode") || text.find("resolved -") == text.npos;
      if (!ends && !open.contains(text))
        Problem("under other definitions nobody hears of the end of " + text);
    }
  }

  std::vector<std::string> EpisodesOf(engine::Task& task) {
    const auto kept = task.rules().Kept(SIZE_MAX);
    Expect(kept.status(), "reading episodes");
    return kept.ok() ? FiredEpisodes(*kept) : std::vector<std::string>();
  }

  void CompareEpisodes(const std::vector<std::string>& truth, const std::vector<std::string>& ours,
                       std::string_view who, std::string_view than) {
    std::vector<std::string> missing, extra;
    std::set_difference(truth.begin(), truth.end(), ours.begin(), ours.end(), std::back_inserter(missing));
    std::set_difference(ours.begin(), ours.end(), truth.begin(), truth.end(), std::back_inserter(extra));
    if (missing.empty() && extra.empty()) return;
    std::string text = Cat(who, " has other episodes than ", than);
    for (const std::string& e : missing) text += "\n  missing: " + e;
    for (const std::string& e : extra) text += "\n  extra:   " + e;
    Problem(text);
  }

  // From an empty store, in one go and never disturbed; the refusals are compared too.
  std::vector<std::string> CheckRebuilt(Instant end) {
    testkit::MemoryStore store;
    std::map<engine::Offset, domain::Reject> refused;
    auto task = engine::Task::Open(world_.setting(), {}, store, events_.Decode());
    Expect(task.status(), "opening an empty store");
    if (!task.ok()) return {};
    Expect((*task)->Apply(records()), "applying everything");
    Expect((*task)->AdvanceTo(end), "advancing to the end");
    Expect((*task)->Commit(), "committing everything");
    for (const engine::RejectedRecord& r : (*task)->TakeRejected()) refused[r.offset] = r.rejection.reason;
    if (refused != Refused(world_.setting(), events_.Decode(), records()))
      Problem("other records are refused");
    const std::string difference = FirstDifference(Told(**task), TruthAt((*task)->version()));
    if (!difference.empty()) Problem("undisturbed: " + difference);
    std::vector<std::string> episodes = EpisodesOf(**task);
    result_.episodes = episodes.size();
    return episodes;
  }

  // The last process says everything; what was under way comes even later.
  void CheckReader() {
    Process& last = *processes_[random_.Below(std::ssize(processes_))];
    const auto saying = last.Say(true);
    Expect(saying.status(), "publishing");
    if (!saying.ok()) return;
    reader_.Hear(*saying);
    for (const Saying& late : under_way_) reader_.Hear(late);
    Reader fresh;
    fresh.Hear(*saying);
    const auto shown = reader_.Shown();
    const auto wanted = fresh.Shown();
    const auto as_it_came = [this](const std::string& name) {
      return redefines_ && name.starts_with("episode");
    };
    for (const auto& [name, text] : shown) {
      if (as_it_came(name)) continue;
      const auto it = wanted.find(name);
      if (it == wanted.end() || it->second != text)
        return Problem(
            Cat("readers see ", name, ": ", text, ", not ", it == wanted.end() ? "-" : it->second));
    }
    for (const auto& [name, text] : wanted) {
      if (!shown.contains(name) && !as_it_came(name))
        return Problem(Cat("readers do not see ", name, ": ", text));
    }
  }

  // The truth is falsified, and the comparison must fail.
  void CheckSabotage(const TaskVersion& version) {
    if (sabotage_ == Sabotage::kNone || sabotage_ == Sabotage::kNoMargin) return;
    const Answer told = Told(processes_.front()->task());
    const Answer truth = TruthAt(version);
    result_.sabotaged = false;
    std::vector<Record> all = records();
    if (sabotage_ == Sabotage::kAlterOutcome) return AlterOutcome(version, told, truth);
    if (all.empty()) return;
    const auto at = random_.Below(std::ssize(all));
    if (sabotage_ == Sabotage::kDropRecord) all.erase(all.begin() + at);
    if (sabotage_ == Sabotage::kDoubleRecord) all.insert(all.begin() + at, all[static_cast<size_t>(at)]);
    result_.sabotaged = true;
    const Answer falsified = Truth(world_.setting(), events_.Decode(), all, all.size(), version.log_time);
    const std::string difference = FirstDifference(told, falsified);
    if (!difference.empty()) Problem(difference);
  }

  // One that stands: the batch over the altered events differs from that over the true ones.
  void AlterOutcome(const TaskVersion& version, const Answer& told, const Answer& truth) {
    for (size_t i = 0; i < events_.size(); ++i) {
      domain::Event& event = events_.event(i);
      if (event.milestone != "arrived" || !event.occurred_at) continue;
      const domain::Event was = event;
      event.occurred_at = *event.occurred_at - hours(7);
      const Answer falsified = TruthAt(version);
      event = was;
      if (falsified == truth) continue;
      result_.sabotaged = true;
      const std::string difference = FirstDifference(told, falsified);
      if (!difference.empty()) Problem(difference);
      return;
    }
  }

  void Expect(const absl::Status& status, std::string_view what) {
    if (!status.ok()) Problem(Cat(what, ": ", status.message()));
  }
  void Problem(std::string text) {
    if (result_.problem.empty()) result_.problem = std::move(text);
  }

  simulator::Random random_;
  const Sabotage sabotage_;
  const Pace pace_;
  const World world_;
  std::vector<std::unique_ptr<World>> further_worlds_;
  EventMaker events_;
  const bool redefines_;
  testkit::ManualClock truth_clock_;
  SkewedClock broker_clock_;
  const Duration margin_;
  testkit::MemoryLog log_;
  std::optional<Instant> hidden_since_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::vector<Saying> under_way_;
  Reader reader_;
  RunResult result_;
};

}  // namespace

RunResult PlayRun(uint64_t seed, Sabotage sabotage) { return Run(seed, sabotage).Play(); }

}  // namespace vardvakt::simulation
