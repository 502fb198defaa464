#include "services/ingest/publisher.h"

#include <chrono>
#include <map>
#include <utility>

#include "lib/base/personal_number.h"
#include "lib/base/strings.h"
#include "lib/wire/event_codec.h"

namespace vardvakt::ingest {

using Monotonic = std::chrono::steady_clock;

// One call of Publish on its way. `response` has a result for each record from the beginning, "unavailable"
// until the log has said otherwise.
struct Publisher::Request {
  std::string way_in;
  struct Origin {
    std::string stream;
    std::string source;
    bool operator==(const Origin&) const = default;
  };
  struct Place {
    int index = 0;      // in what was sent
    size_t origin = 0;  // index into `origins`
  };
  std::vector<Place> places;    // of each record
  std::vector<Origin> origins;  // who sent them, once each; what is not known is empty
  Monotonic::time_point begun = Monotonic::now();
  Published published;

  std::mutex mutex;
  Response response;
  size_t waiting = 0;     // records that nothing has been heard of
  bool log_full = false;  // then the rest is not tried
  bool answered = false;
};

namespace {

constexpr std::string_view kUnavailable = "unavailable";

// What the log's partitions are keyed by: what names the case (spec §2).
std::string CaseKey(const domain::Event& event, const domain::IntakeRules& rules) {
  auto schema = rules.streams.find(event.stream);
  const bool by_id_alone = schema != rules.streams.end() && schema->second.case_scope_stream;
  return by_id_alone ? event.case_id : Cat(event.source, "/", event.case_id);
}

std::string DeadLetterKey(const domain::Event& event, const domain::IntakeRules& rules) {
  std::string key = CaseKey(event, rules);
  return event.case_id.empty() || ContainsPersonalNumber(key) ? "" : key;
}

}  // namespace

Publisher::Publisher(std::shared_ptr<const config::Configuration> configuration,
                     std::shared_ptr<engine::Appender> appender, const Clock& clock, engine::Metrics& metrics,
                     PublisherOptions options)
    : configuration_(std::move(configuration)),
      appender_(std::move(appender)),
      clock_(clock),
      metrics_(metrics),
      options_(options),
      watcher_([this] { Watch(); }) {}

std::shared_ptr<Publisher> Publisher::Create(std::shared_ptr<const config::Configuration> configuration,
                                             std::shared_ptr<engine::Appender> appender, const Clock& clock,
                                             engine::Metrics& metrics, PublisherOptions options) {
  return std::shared_ptr<Publisher>(
      new Publisher(std::move(configuration), std::move(appender), clock, metrics, options));
}

void Publisher::Follow(std::shared_ptr<const config::Configuration> configuration) {
  const std::lock_guard lock(configuration_mutex_);
  configuration_ = std::move(configuration);
}

std::shared_ptr<const config::Configuration> Publisher::configuration() const {
  const std::lock_guard lock(configuration_mutex_);
  return configuration_;
}

Publisher::~Publisher() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  watcher_.join();
}

void Publisher::Stop() {
  const std::unique_lock lock(answering_);
  stopped_ = true;
}

void Publisher::Publish(std::string_view way_in, std::vector<Incoming> records, Published published) {
  auto request = std::make_shared<Request>();
  request->way_in = way_in;
  request->published = std::move(published);
  request->waiting = records.size() + 1;  // one for this call, so that nothing answers before its end
  for (size_t i = 0; i < records.size(); ++i) {
    v1::EventResult& result = *request->response.add_results();
    result.set_index(records[i].index);
    request->places.push_back({records[i].index, OriginOf(*request, records[i])});
    result.set_reason(std::string(kUnavailable));
    result.set_detail("the log has not answered in time; send it again");
  }
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    first = under_way_.empty();
    under_way_.push_back(request);
  }
  if (first) changed_.notify_all();

  for (size_t i = 0; i < records.size(); ++i) {
    const int index = static_cast<int>(i);
    std::string& original = records[i].original;
    if (auto* rejection = std::get_if<domain::Rejection>(&records[i].decoded)) {
      Reject(request, index, 0, "", std::move(original), *rejection, "decode");
      continue;
    }
    Decide(request, index, std::get<domain::Event>(std::move(records[i].decoded)), std::move(original));
  }
  Settle(request);
}

void Publisher::Decide(const RequestPtr& request, int index, domain::Event event, std::string original) {
  const std::shared_ptr<const config::Configuration> configuration = this->configuration();
  const domain::IntakeRules& rules = configuration->intake;
  const Instant now = clock_.Now();
  std::optional<domain::Rejection> rejection = domain::CheckEvent(event, rules, now);
  if (!rejection) rejection = domain::CheckAge(event, rules, now);
  const config::RegionConfiguration* region = configuration->FindRegion(event.region);
  const int32_t partition = region == nullptr ? 0 : region->partition;
  if (rejection) {
    return Reject(request, index, partition, DeadLetterKey(event, rules), std::move(original), *rejection,
                  "check");
  }
  event.region = region->code;
  engine::Outgoing record{
      {engine::StreamTopic(event.stream), partition}, CaseKey(event, rules), wire::EncodeEvent(event), {}};
  auto done = [this, request, index, partition,
               original = std::move(original)](const absl::Status& status) mutable {
    if (absl::IsInvalidArgument(status)) {
      return Reject(request, index, partition, "", std::move(original),
                    {domain::Reject::kTooLarge, "the log takes no record of this size"}, "append");
    }
    if (status.ok()) {
      MarkAccepted(*request, index);
    } else {
      MarkUnavailable(*request, index, status);
    }
    Settle(request);
  };
  Append(*request, std::move(record), std::move(done));
}

void Publisher::Reject(const RequestPtr& request, int index, int32_t partition, std::string key,
                       std::string original, const domain::Rejection& rejection, std::string_view stage) {
  const size_t size = original.size();
  const bool cut = size > options_.max_dead_letter_bytes;
  if (cut) original.resize(options_.max_dead_letter_bytes);
  engine::DeadLetterOrigin origin{"vardvakt-ingest", std::string(stage), request->way_in, 0,
                                  request->places[static_cast<size_t>(index)].index};
  engine::Outgoing letter =
      engine::DeadLetter(origin, partition, std::move(key), std::move(original), rejection);
  if (cut) letter.headers.push_back({"vardvakt.original-bytes", std::to_string(size)});
  auto done = [this, request, index, rejection](const absl::Status& status) {
    if (status.ok()) {
      MarkRejected(*request, index, rejection);
    } else {
      MarkUnavailable(*request, index, status);
    }
    Settle(request);
  };
  Append(*request, std::move(letter), std::move(done));
}

// Hands `record` to the log; `done` is called once, at once when the log does not take it.
void Publisher::Append(Request& request, engine::Outgoing record, Done done) {
  {
    std::unique_lock lock(request.mutex);
    if (request.log_full) {
      lock.unlock();
      return done(absl::ResourceExhaustedError("the log's queue is full"));
    }
  }
  auto shared = std::make_shared<Done>(std::move(done));
  auto answered = [self = weak_from_this(), shared](const absl::StatusOr<engine::Offset>& offset) {
    if (auto publisher = self.lock()) (*shared)(offset.status());
  };
  absl::Status handed = appender_->Append(std::move(record), std::move(answered));
  if (handed.ok()) return;
  if (absl::IsResourceExhausted(handed)) {
    std::lock_guard lock(request.mutex);
    request.log_full = true;
  }
  (*shared)(handed);
}

void Publisher::MarkAccepted(Request& request, int index) {
  std::lock_guard lock(request.mutex);
  if (request.answered) return;
  v1::EventResult& result = *request.response.mutable_results(index);
  result.set_accepted(true);
  result.clear_reason();
  result.clear_detail();
}

void Publisher::MarkRejected(Request& request, int index, const domain::Rejection& rejection) {
  std::lock_guard lock(request.mutex);
  if (request.answered) return;
  v1::EventResult& result = *request.response.mutable_results(index);
  result.set_reason(std::string(domain::RejectName(rejection.reason)));
  result.set_detail(rejection.detail);
}

void Publisher::MarkUnavailable(Request& request, int index, const absl::Status& status) {
  std::lock_guard lock(request.mutex);
  if (request.answered) return;
  request.response.mutable_results(index)->set_detail(
      Cat("the log has not taken it: ", ToStd(status.message()), "; send it again"));
}

// Who is told in metrics to have sent a record: nothing that a stranger could have made up.
size_t Publisher::OriginOf(Request& request, const Incoming& record) const {
  Request::Origin origin;
  const auto* event = std::get_if<domain::Event>(&record.decoded);
  if (event != nullptr && configuration()->intake.streams.contains(event->stream)) {
    origin.stream = event->stream;
    const bool few = request.origins.size() < engine::kMaxSources;
    if (few && !ContainsPersonalNumber(event->source)) origin.source = event->source;
  }
  for (size_t i = 0; i < request.origins.size(); ++i) {
    if (request.origins[i] == origin) return i;
  }
  request.origins.push_back(std::move(origin));
  return request.origins.size() - 1;
}

// One thing less to wait for; the last one answers.
void Publisher::Settle(const RequestPtr& request) {
  {
    std::lock_guard lock(request->mutex);
    if (--request->waiting > 0) return;
  }
  Answer(*request);
}

void Publisher::Answer(Request& request) {
  Response response;
  Published published;
  {
    std::lock_guard lock(request.mutex);
    if (request.answered) return;
    request.answered = true;
    response = std::move(request.response);
    published = std::move(request.published);
  }
  int accepted = 0;
  int unavailable = 0;
  for (const v1::EventResult& result : response.results()) {
    if (result.accepted()) ++accepted;
    if (result.reason() == kUnavailable) ++unavailable;
  }
  response.set_accepted(accepted);
  response.set_unavailable(unavailable);
  response.set_rejected(response.results_size() - accepted - unavailable);
  CountResults(request, response);
  const std::shared_lock lock(answering_);
  if (!stopped_) published(std::move(response));
}

void Publisher::CountResults(const Request& request, const Response& response) {
  std::map<std::pair<size_t, std::string>, int> counts;  // by origin and reason, "" for accepted
  for (int i = 0; i < response.results_size(); ++i) {
    ++counts[{request.places[static_cast<size_t>(i)].origin, response.results(i).reason()}];
  }
  for (const auto& [key, count] : counts) {
    const auto& [stream, source] = request.origins[key.first];
    if (key.second.empty()) {
      metrics_.Count(engine::Metric::kIngestEventsAccepted, {stream, source}, count);
    } else if (key.second != kUnavailable) {
      metrics_.Count(engine::Metric::kIngestEventsRejected, {stream, source, key.second}, count);
    }
  }
}

// Answers what the log has left without an answer until the deadline.
void Publisher::Watch() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (!under_way_.empty() && IsAnswered(*under_way_.front())) under_way_.pop_front();
    if (stopping_) return;
    if (under_way_.empty()) {
      changed_.wait(lock);
      continue;
    }
    RequestPtr oldest = under_way_.front();
    const auto deadline = oldest->begun + options_.deadline;
    if (Monotonic::now() < deadline) {
      changed_.wait_until(lock, deadline, [this] { return stopping_; });
      continue;
    }
    under_way_.pop_front();
    lock.unlock();
    Answer(*oldest);
    oldest = nullptr;
    lock.lock();
  }
}

bool Publisher::IsAnswered(Request& request) {
  std::lock_guard lock(request.mutex);
  return request.answered;
}

}  // namespace vardvakt::ingest
