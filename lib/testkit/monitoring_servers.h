#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lib/testkit/child_process.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt::testkit {

// What a GET of a URL answers; "" where nobody does.
std::string HttpGet(const std::string& url);
// Asks until the answer contains `text`, at most half a minute; the last answer.
std::string HttpGetUntil(const std::string& url, std::string_view text);

// Debian's Alertmanager on a free port of loopback, alone (no cluster), ready when constructed, killed and
// its files gone at the end. Aborts the test program when it can't be started.
class AlertmanagerServer {
 public:
  // `config` is the text of its configuration.
  explicit AlertmanagerServer(std::string_view config);

  std::string url() const { return url_; }
  // GET /api/v2/alerts: a JSON array of what is active.
  std::string Alerts() const { return HttpGet(url_ + "/api/v2/alerts"); }
  std::string AlertsUntil(std::string_view text) const { return HttpGetUntil(url_ + "/api/v2/alerts", text); }
  // kill -9.
  void Kill() { process_.reset(); }
  // Starts it again on the same port, with nothing remembered.
  void StartAgain();

 private:
  TempDir dir_;
  int port_ = 0;
  std::string url_;
  std::unique_ptr<ChildProcess> process_;
};

// Debian's Prometheus, likewise.
class PrometheusServer {
 public:
  // `config_file` with what it refers to.
  explicit PrometheusServer(const std::string& config_file);

  std::string url() const { return url_; }
  // The JSON answer to an instant query.
  std::string Query(std::string_view expression) const;

 private:
  TempDir dir_;
  std::string url_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace vardvakt::testkit
