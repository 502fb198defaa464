#include "lib/testkit/monitoring_servers.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/escaping.h"
#include "lib/adapters/http/client.h"
#include "lib/base/strings.h"

namespace vardvakt::testkit {
namespace {

constexpr std::chrono::seconds kPatience(30);
constexpr std::chrono::milliseconds kPause(20);
constexpr int kAttempts = 5;  // the free port may be taken by somebody else just then

std::string UrlOf(int port) { return Cat("http://127.0.0.1:", port); }

bool AwaitReady(const std::string& url, ChildProcess& process) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until && process.running()) {
    if (!HttpGet(url + "/-/ready").empty()) return true;
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

[[noreturn]] void GiveUp(std::string_view program, const std::string& log) {
  std::ifstream file(log);
  const std::string said(std::istreambuf_iterator<char>(file), {});
  std::fprintf(stderr, "%s did not start; it said:\n%s\n", std::string(program).c_str(), said.c_str());
  std::abort();
}

}  // namespace

std::string HttpGet(const std::string& url) {
  const auto answer =
      http::Client({.max_response_bytes = size_t{64} << 20}).Send({.url = http::ParseUrl(url).value()});
  return answer.ok() && answer->status == 200 ? answer->body : "";
}

std::string HttpGetUntil(const std::string& url, std::string_view text) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::string body = HttpGet(url);
  while (body.find(text) == std::string::npos && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kPause);
    body = HttpGet(url);
  }
  return body;
}

AlertmanagerServer::AlertmanagerServer(std::string_view config) {
  std::ofstream(dir_ / "alertmanager.yml") << config;
  for (int attempt = 0; attempt < kAttempts && !process_; ++attempt) {
    port_ = FreePort();
    url_ = UrlOf(port_);
    StartAgain();
  }
  if (!process_) GiveUp("prometheus-alertmanager", dir_ / "log");
}

void AlertmanagerServer::StartAgain() {
  const std::string storage = dir_ / "data";
  std::filesystem::remove_all(storage);
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{"/usr/bin/prometheus-alertmanager",
                               Cat("--config.file=", dir_ / "alertmanager.yml"),
                               Cat("--storage.path=", storage), Cat("--web.listen-address=127.0.0.1:", port_),
                               Cat("--web.external-url=", url_), "--cluster.listen-address="},
      ChildProcess::Output{dir_ / "log"});
  if (!AwaitReady(url_, *process_)) process_.reset();
}

PrometheusServer::PrometheusServer(const std::string& config_file) {
  for (int attempt = 0; attempt < kAttempts && !process_; ++attempt) {
    const int port = FreePort();
    url_ = UrlOf(port);
    process_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{"/usr/bin/prometheus", Cat("--config.file=", config_file),
                                 Cat("--storage.tsdb.path=", dir_ / "data"),
                                 Cat("--web.listen-address=127.0.0.1:", port)},
        ChildProcess::Output{dir_ / "log"});
    if (!AwaitReady(url_, *process_)) process_.reset();
  }
  if (!process_) GiveUp("prometheus", dir_ / "log");
}

std::string PrometheusServer::Query(std::string_view expression) const {
  std::string encoded;
  for (const char c : expression) CatTo(encoded, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
  return HttpGet(Cat(url_, "/api/v1/query?query=", encoded));
}

}  // namespace vardvakt::testkit
