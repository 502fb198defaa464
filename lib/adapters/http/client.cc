#include "lib/adapters/http/client.h"

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "lib/base/strings.h"

namespace vardvakt::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Message = beast::http::request<beast::http::string_body>;
using Parser = beast::http::response_parser<beast::http::string_body>;

// One request: its operations and its timer share an io_context that the caller's thread runs.
class Exchange {
 public:
  Exchange(const ClientOptions& options, const ClientRequest& request)
      : options_(options), url_(request.url), resolver_(io_), timer_(io_), socket_(io_) {
    message_.method_string(request.method);
    message_.target(url_.target);
    message_.version(11);
    message_.set(beast::http::field::host, url_.Authority());
    message_.set(beast::http::field::user_agent, "vardvakt");
    message_.set(beast::http::field::connection, "close");
    for (const auto& [name, value] : request.headers) message_.set(name, value);
    message_.body() = request.body;
    message_.prepare_payload();
    parser_.body_limit(options.max_response_bytes);
    if (request.method == "HEAD") parser_.skip(true);
  }

  absl::StatusOr<ClientResponse> Run() {
    if (url_.scheme == "https") {
      if (absl::Status status = PrepareTls(); !status.ok()) return status;
    }
    deadline_ = std::chrono::steady_clock::now() + options_.timeout;
    SetTimer(std::min(options_.connect_timeout, options_.timeout),
             absl::UnavailableError("no connection in time"));
    resolver_.async_resolve(
        url_.host, Cat(url_.port), [this](error_code error, tcp::resolver::results_type found) {
          if (error) return Fail(absl::UnavailableError(Cat("can't find the host: ", error.message())));
          Connect(std::move(found));
        });
    io_.run();
    if (!result_.ok()) {
      return absl::Status(result_.code(), ToAbsl(Cat(url_.Authority(), ": ", ToStd(result_.message()))));
    }
    return std::move(response_);
  }

  // From another thread.
  void Cancel() {
    asio::post(io_, [this] { Fail(absl::CancelledError("the request was cancelled")); });
  }

 private:
  absl::Status PrepareTls() {
    error_code error;
    tls_.emplace(asio::ssl::context::tls_client);
    if (options_.ca_file.empty()) {
      tls_->set_default_verify_paths(error);
    } else {
      tls_->load_verify_file(options_.ca_file, error);
    }
    if (error) {
      return absl::FailedPreconditionError(Cat("can't read the certificates of ",
                                               options_.ca_file.empty() ? "the system" : options_.ca_file,
                                               ": ", error.message()));
    }
    stream_.emplace(socket_, *tls_);
    stream_->set_verify_mode(asio::ssl::verify_peer);
    stream_->set_verify_callback(asio::ssl::host_name_verification(url_.host));
    SSL_set_tlsext_host_name(stream_->native_handle(), url_.host.c_str());
    return absl::OkStatus();
  }

  void SetTimer(Duration after, absl::Status failure) {
    timer_.expires_after(after);
    timer_.async_wait([this, failure = std::move(failure)](error_code error) {
      if (!error) Fail(failure);
    });
  }

  void Connect(tcp::resolver::results_type found) {
    asio::async_connect(socket_, found, [this](error_code error, const tcp::endpoint&) {
      if (error) return Fail(absl::UnavailableError(Cat("can't connect: ", error.message())));
      error_code ignored;
      socket_.set_option(tcp::no_delay(true), ignored);
      if (!stream_) return Exchanged(socket_);
      stream_->async_handshake(asio::ssl::stream_base::client, [this](error_code failed) {
        if (failed) return Fail(absl::UnavailableError(Cat("no trusted TLS connection: ", failed.message())));
        Exchanged(*stream_);
      });
    });
  }

  template <typename Stream>
  void Exchanged(Stream& stream) {
    SetTimer(std::chrono::ceil<Duration>(deadline_ - std::chrono::steady_clock::now()),
             absl::DeadlineExceededError("no answer in time"));
    // A server may answer and close before it has read all: what it said counts, not that the rest was not
    // taken.
    beast::http::async_write(stream, message_, [](error_code, size_t) {});
    beast::http::async_read(stream, buffer_, parser_, [this](error_code error, size_t) {
      if (error == beast::http::error::body_limit || error == beast::http::error::header_limit) {
        return Fail(absl::ResourceExhaustedError(
            Cat("the answer is larger than ", options_.max_response_bytes, " bytes")));
      }
      if (error) return Fail(absl::UnknownError(Cat("no answer: ", error.message())));
      Succeed();
    });
  }

  void Succeed() {
    if (ended_) return;
    response_.status = static_cast<int>(parser_.get().result_int());
    for (const auto& field : parser_.get()) {
      response_.headers.emplace(absl::AsciiStrToLower(std::string(field.name_string())),
                                std::string(field.value()));
    }
    response_.body = std::move(parser_.get().body());
    End();
  }
  void Fail(absl::Status status) {
    if (ended_) return;
    result_ = std::move(status);
    End();
  }
  void End() {
    ended_ = true;
    error_code ignored;
    resolver_.cancel();
    timer_.cancel();
    socket_.close(ignored);
    io_.stop();
  }

  const ClientOptions& options_;
  const Url& url_;
  asio::io_context io_{1};
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  tcp::socket socket_;
  std::optional<asio::ssl::context> tls_;
  std::optional<asio::ssl::stream<tcp::socket&>> stream_;
  Message message_;
  Parser parser_;
  beast::flat_buffer buffer_;
  std::chrono::steady_clock::time_point deadline_;
  bool ended_ = false;
  absl::Status result_;
  ClientResponse response_;
};

}  // namespace

std::string Url::Authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return Cat(ipv6 ? "[" : "", host, ipv6 ? "]:" : ":", port);
}

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  const absl::Status bad = absl::InvalidArgumentError(
      "this is no URL of the form http://host:port/path or https://host:port/path, without user and "
      "password");
  Url url;
  for (const std::string_view scheme : {"http", "https"}) {
    if (text.starts_with(Cat(scheme, "://"))) url.scheme = std::string(scheme);
  }
  if (url.scheme.empty()) return bad;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return bad;
  }
  text.remove_prefix(url.scheme.size() + 3);
  text = text.substr(0, text.find('#'));
  const size_t end = text.find_first_of("/?");
  std::string_view authority = text.substr(0, end);
  url.target = end == std::string_view::npos ? "/" : std::string(text.substr(end));
  if (url.target.front() == '?') url.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) return bad;
  const bool bracketed = authority.starts_with('[');
  const size_t host_end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && host_end == std::string_view::npos) return bad;
  url.host = std::string(bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end));
  std::string_view rest =
      host_end == std::string_view::npos ? "" : authority.substr(host_end + (bracketed ? 1 : 0));
  url.port = url.scheme == "https" ? 443 : 80;
  uint32_t port = 0;
  if (!rest.empty()) {
    const bool valid =
        rest.front() == ':' && absl::SimpleAtoi(ToAbsl(rest.substr(1)), &port) && port > 0 && port < 65536;
    if (!valid) return bad;
    url.port = static_cast<uint16_t>(port);
  }
  if (url.host.empty()) return bad;
  return url;
}

class Client::Impl {
 public:
  explicit Impl(ClientOptions options) : options_(std::move(options)) {}

  absl::StatusOr<ClientResponse> Send(const ClientRequest& request) {
    Exchange exchange(options_, request);
    {
      std::lock_guard lock(mutex_);
      if (cancelled_) return absl::CancelledError("the client has been stopped");
      under_way_.insert(&exchange);
    }
    auto result = exchange.Run();
    std::lock_guard lock(mutex_);
    under_way_.erase(&exchange);
    return result;
  }

  void Cancel() {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    for (Exchange* exchange : under_way_) exchange->Cancel();
  }

 private:
  const ClientOptions options_;
  std::mutex mutex_;
  std::set<Exchange*> under_way_;
  bool cancelled_ = false;
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;
absl::StatusOr<ClientResponse> Client::Send(const ClientRequest& request) { return impl_->Send(request); }
void Client::Cancel() { impl_->Cancel(); }

}  // namespace vardvakt::http
