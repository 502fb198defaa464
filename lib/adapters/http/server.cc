#include "lib/adapters/http/server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "lib/adapters/http/message.h"
#include "lib/adapters/http/target.h"
#include "lib/base/strings.h"

namespace vardvakt::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Parser = beast::http::request_parser<beast::http::string_body>;

constexpr size_t kMaxDrainedBytes = 16 * 1024 * 1024;
constexpr Duration kMaxDrainTime = seconds(2);
constexpr Duration kAcceptRetry = milliseconds(100);

class Session;

// What the server's sessions share. Sessions and unanswered Responds may outlive the Server object; Post
// drops what comes after the end.
struct Core {
  Core(ServerOptions options_in, Router router_in)
      : options(std::move(options_in)), router(std::move(router_in)), io(std::max(1, options.threads)) {}

  void Post(asio::strand<asio::io_context::executor_type>& strand, std::function<void()> function) {
    std::lock_guard lock(mutex);
    if (!ended) asio::post(strand, std::move(function));
  }

  const ServerOptions options;
  const Router router;
  asio::io_context io;
  std::atomic<bool> stopping = false;
  std::atomic<size_t> body_bytes_under_way = 0;

  std::mutex mutex;
  std::condition_variable sessions_changed;
  std::unordered_set<Session*> sessions;  // each removes itself when it ends
  bool ended = false;
};

// One connection: reads a request, waits for its answer, writes it, and again. Everything but Answer runs on
// its strand. It lives as long as one of its operations; the timer's is always under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core, tcp::socket socket, bool over_the_limit)
      : core_(std::move(core)),
        strand_(asio::make_strand(core_->io)),
        socket_(std::move(socket)),
        timer_(strand_),
        over_the_limit_(over_the_limit) {}
  ~Session() {
    ReleaseBody();
    std::lock_guard lock(core_->mutex);
    core_->sessions.erase(this);
    core_->sessions_changed.notify_all();
  }

  void Start() {
    {
      std::lock_guard lock(core_->mutex);
      core_->sessions.insert(this);
    }
    asio::dispatch(strand_, [self = shared_from_this()] { self->Begin(); });
  }
  // The handler's answer to request `serial`; any thread.
  void Answer(uint64_t serial, Response response) {
    core_->Post(strand_, [self = shared_from_this(), serial, response = std::move(response)]() mutable {
      self->HandleAnswer(serial, std::move(response));
    });
  }
  // Closes at once when nothing is under way, else after the answer; `now`: in any case. Any thread.
  void Close(bool now) {
    core_->Post(strand_, [self = shared_from_this(), now] {
      if (now || self->phase_ == Phase::kIdle) self->End();
    });
  }

 private:
  enum class Phase { kIdle, kHeader, kBody, kHandler, kWriting, kDraining, kEnded };

  // A completion handler on the strand that keeps the session alive and does nothing after its end.
  template <typename Function>
  auto On(Function function) {
    return asio::bind_executor(strand_,
                               [self = shared_from_this(), function = std::move(function)](auto... result) {
                                 if (self->phase_ != Phase::kEnded) function(result...);
                               });
  }

  void Begin() {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint peer = socket_.remote_endpoint(ignored);
    peer_ = peer.address().to_string(ignored);
    if (core_->stopping) return End();
    Enter(Phase::kIdle, core_->options.idle_timeout);
    WaitForTimer();
    if (over_the_limit_) return Refuse(503, "UNAVAILABLE", "too many connections; try again later");
    WaitForRequest();
  }

  void Enter(Phase phase, Duration timeout) {
    phase_ = phase;
    deadline_ = std::chrono::steady_clock::now() + timeout;
    if (deadline_ < timer_.expiry()) timer_.cancel();  // wakes WaitForTimer, which takes the new deadline
  }
  void WaitForTimer() {
    if (phase_ == Phase::kEnded) return;
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](error_code) {
      if (self->phase_ != Phase::kEnded && std::chrono::steady_clock::now() >= self->deadline_)
        self->TimedOut();
      self->WaitForTimer();
    });
  }
  void TimedOut() {
    switch (phase_) {
      case Phase::kHeader:
      case Phase::kBody:
        timed_out_ = true;
        Enter(phase_, core_->options.write_timeout);
        socket_.cancel();  // the read ends and answers 408
        return;
      case Phase::kHandler:
        close_after_ = true;
        return Write(StatusResponse(504, "DEADLINE_EXCEEDED", "no answer in time; try again later"));
      default:
        return End();
    }
  }

  // Between requests: the first byte may take idle_timeout, from then on header_timeout counts.
  void WaitForRequest() {
    if (core_->stopping) return End();
    if (buffer_.size() > 0) return ReadHeader();
    Enter(Phase::kIdle, core_->options.idle_timeout);
    socket_.async_wait(tcp::socket::wait_read, On([this](error_code error) {
                         if (error) return End();
                         ReadHeader();
                       }));
  }
  void ReadHeader() {
    Enter(Phase::kHeader, core_->options.header_timeout);
    timed_out_ = false;
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(core_->options.max_header_bytes));
    parser_->body_limit(core_->options.max_body_bytes);
    beast::http::async_read_header(socket_, buffer_, *parser_, On([this](error_code error, size_t) {
                                     if (error) return RefuseUnreadable(error);
                                     HandleHeader();
                                   }));
  }
  void HandleHeader() {
    const auto& message = parser_->get();
    keep_alive_ = message.keep_alive();
    head_ = message.method() == beast::http::verb::head;
    http_1_0_ = message.version() < 11;
    const bool one_host = message.count(beast::http::field::host) == 1;
    if (!one_host && !http_1_0_)
      return Refuse(400, "INVALID_ARGUMENT", "exactly one Host header is required");
    if (parser_->is_done()) return Dispatch();
    if (!ReserveBody()) return Refuse(503, "UNAVAILABLE", "too many requests under way; try again later");
    Enter(Phase::kBody, core_->options.body_timeout);
    if (!absl::EqualsIgnoreCase(std::string(message[beast::http::field::expect]), "100-continue"))
      return ReadBody();
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(socket_, asio::buffer(kContinue), On([this](error_code error, size_t) {
                        if (error) return End();
                        ReadBody();
                      }));
  }
  void ReadBody() {
    beast::http::async_read(socket_, buffer_, *parser_, On([this](error_code error, size_t) {
                              if (error) return RefuseUnreadable(error);
                              Dispatch();
                            }));
  }

  // A body of unknown length is counted as the longest one.
  bool ReserveBody() {
    const auto length = parser_->content_length();
    reserved_ = length ? static_cast<size_t>(*length) : core_->options.max_body_bytes;
    if (core_->body_bytes_under_way.fetch_add(reserved_) + reserved_ <=
        core_->options.max_body_bytes_under_way) {
      return true;
    }
    ReleaseBody();
    return false;
  }
  void ReleaseBody() {
    core_->body_bytes_under_way -= reserved_;
    reserved_ = 0;
  }

  void Dispatch();

  void HandleAnswer(uint64_t serial, Response response) {
    if (phase_ != Phase::kHandler || serial != serial_) return;
    Write(std::move(response));
  }
  void Refuse(int status, std::string_view code, std::string_view message) {
    close_after_ = true;
    drain_after_ = true;
    Write(StatusResponse(status, code, message));
  }
  void RefuseUnreadable(error_code error) {
    if (timed_out_) return Refuse(408, "DEADLINE_EXCEEDED", "the request took too long to arrive");
    if (error == beast::http::error::header_limit) {
      return Refuse(431, "INVALID_ARGUMENT",
                    Cat("the header is larger than ", core_->options.max_header_bytes, " bytes"));
    }
    if (error == beast::http::error::body_limit) {
      return Refuse(
          413, "INVALID_ARGUMENT",
          Cat("the body is larger than ", core_->options.max_body_bytes, " bytes; send it in smaller parts"));
    }
    const bool of_the_text = error.category() == make_error_code(beast::http::error::bad_method).category();
    if (!of_the_text || error == beast::http::error::end_of_stream ||
        error == beast::http::error::partial_message) {
      return End();  // the other side went away
    }
    Refuse(400, "INVALID_ARGUMENT", "this is not an HTTP/1.1 request");
  }

  void Write(Response response) {
    Enter(Phase::kWriting, core_->options.write_timeout);
    const bool close = close_after_ || !keep_alive_ || core_->stopping;
    body_ = std::move(response.body);
    head_text_ = FormatResponseHead(response, body_.size(), close, http_1_0_);
    const std::array<asio::const_buffer, 2> parts = {
        asio::buffer(head_text_), head_ ? asio::const_buffer() : asio::const_buffer(asio::buffer(body_))};
    asio::async_write(socket_, parts, On([this, close](error_code error, size_t) {
                        ReleaseBody();
                        body_.clear();
                        if (error) return End();
                        if (!close) return WaitForRequest();
                        if (!drain_after_) return End();
                        Drain();
                      }));
  }
  // Reads on for a while after refusing what is still being sent: closing at once would reset the connection,
  // and the other side would never see the answer.
  void Drain() {
    Enter(Phase::kDraining, kMaxDrainTime);
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    ReadAndDrop();
  }
  void ReadAndDrop() {
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(64 * 1024), On([this](error_code error, size_t bytes) {
                              drained_ += bytes;
                              if (error || drained_ > kMaxDrainedBytes) return End();
                              ReadAndDrop();
                            }));
  }

  void End() {
    if (phase_ == Phase::kEnded) return;
    phase_ = Phase::kEnded;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    timer_.cancel();
  }

  const std::shared_ptr<Core> core_;
  asio::strand<asio::io_context::executor_type> strand_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  const bool over_the_limit_;
  std::string peer_;

  Phase phase_ = Phase::kIdle;
  std::chrono::steady_clock::time_point deadline_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  uint64_t serial_ = 0;  // of the request that the handler has
  size_t reserved_ = 0;  // of core_->body_bytes_under_way
  size_t drained_ = 0;
  bool keep_alive_ = false;
  bool head_ = false;
  bool http_1_0_ = false;
  bool timed_out_ = false;
  bool close_after_ = false;
  bool drain_after_ = false;
  std::string head_text_;
  std::string body_;
};

// The one answer to one request: what is held by the handler's Respond. Dropped unused, it answers 500.
class Reply {
 public:
  Reply(const std::shared_ptr<Session>& session, uint64_t serial) : session_(session), serial_(serial) {}
  ~Reply() { Send(StatusResponse(500, "INTERNAL", "the request was dropped without an answer")); }
  void Send(Response response) {
    if (sent_.exchange(true)) return;
    if (const std::shared_ptr<Session> session = session_.lock())
      session->Answer(serial_, std::move(response));
  }

 private:
  const std::weak_ptr<Session> session_;
  const uint64_t serial_;
  std::atomic<bool> sent_ = false;
};

Request RequestOf(beast::http::request<beast::http::string_body> message) {
  Request request;
  request.method = std::string(message.method_string());
  for (const auto& field : message) {
    std::string name = absl::AsciiStrToLower(std::string(field.name_string()));
    const std::string value(field.value());
    const auto [it, is_new] = request.headers.emplace(std::move(name), value);
    if (!is_new) CatTo(it->second, it->first == "cookie" ? "; " : ", ", value);
  }
  request.body = std::move(message.body());
  return request;
}

void Session::Dispatch() {
  Enter(Phase::kHandler, core_->options.respond_timeout);
  const std::string target(parser_->get().target());
  Request request = RequestOf(parser_->release());
  request.peer = peer_;
  if (!ParseTarget(target, request)) {
    return Write(StatusResponse(400, "INVALID_ARGUMENT", "the path or query is not well formed"));
  }
  Response error;
  const Handler* handler = core_->router.Find(request, error);
  if (handler == nullptr) return Write(std::move(error));
  const auto reply = std::make_shared<Reply>(shared_from_this(), ++serial_);
  try {
    (*handler)(std::move(request), [reply](Response response) { reply->Send(std::move(response)); });
  } catch (...) {
    reply->Send(StatusResponse(500, "INTERNAL", "the request could not be handled"));
  }
}

class BeastServer final : public Server {
 public:
  BeastServer(ServerOptions options, Router router)
      : core_(std::make_shared<Core>(std::move(options), std::move(router))),
        acceptor_(core_->io),
        accept_retry_(core_->io) {}
  ~BeastServer() override { Stop(Duration::zero()); }

  absl::Status Listen() {
    const ServerOptions& options = core_->options;
    error_code error;
    const asio::ip::address address = asio::ip::make_address(options.address, error);
    const std::string subject = Cat(options.address, ":", options.port);
    if (error) {
      return absl::InvalidArgumentError(
          Cat("can't listen on ", subject, ": this is no IP address; give one such as 127.0.0.1"));
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) {
      return absl::FailedPreconditionError(Cat("can't listen on ", subject, ": ", error.message(),
                                               "; stop what uses it or choose another address or port"));
    }
    Accept();
    for (int i = 0; i < std::max(1, options.threads); ++i) {
      threads_.emplace_back([core = core_] { core->io.run(); });
    }
    return absl::OkStatus();
  }

  uint16_t port() const override { return port_; }

  void Stop(Duration grace) override {
    std::lock_guard stop_lock(stop_mutex_);
    if (threads_.empty()) return;
    core_->stopping = true;
    asio::post(core_->io, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      accept_retry_.cancel();
    });
    CloseAll(false);
    const bool all_ended = WaitForSessions(grace);
    if (!all_ended) CloseAll(true);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    {
      std::lock_guard lock(core_->mutex);
      core_->ended = true;
    }
    // What was posted after the last thread had left holds its session, and that the core: run it, or both
    // stay.
    core_->io.restart();
    core_->io.poll();
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (core_->stopping || error == asio::error::operation_aborted) return;
      if (error) return RetryAccept();
      Admit(std::move(socket));
      Accept();
    });
  }
  // Out of descriptors or the like: trying at once would spin.
  void RetryAccept() {
    accept_retry_.expires_after(kAcceptRetry);
    accept_retry_.async_wait([this](error_code) {
      if (!core_->stopping) Accept();
    });
  }
  void Admit(tcp::socket socket) {
    size_t connections;
    {
      std::lock_guard lock(core_->mutex);
      connections = core_->sessions.size();
    }
    const size_t limit = core_->options.max_connections;
    if (connections >= limit + limit / 8 + 1) return;  // not even a word of refusal
    std::make_shared<Session>(core_, std::move(socket), connections >= limit)->Start();
  }

  void CloseAll(bool now) {
    std::vector<std::shared_ptr<Session>> sessions;
    {
      std::lock_guard lock(core_->mutex);
      for (Session* session : core_->sessions) {
        if (auto alive = session->weak_from_this().lock()) sessions.push_back(std::move(alive));
      }
    }
    for (const auto& session : sessions) session->Close(now);
  }
  bool WaitForSessions(Duration grace) {
    std::unique_lock lock(core_->mutex);
    return core_->sessions_changed.wait_for(lock, grace, [this] { return core_->sessions.empty(); });
  }

  const std::shared_ptr<Core> core_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_retry_;
  uint16_t port_ = 0;
  std::mutex stop_mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, Router router) {
  auto server = std::make_unique<BeastServer>(std::move(options), std::move(router));
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace vardvakt::http
