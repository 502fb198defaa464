#include <iostream>

#include "lib/adapters/grpc/compliance_client.h"
#include "lib/base/strings.h"
#include "lib/wire/compliance_codec.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/explain_text.h"
#include "services/vardvakt/input.h"
#include "services/vardvakt/recorded.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::cli {
namespace {

namespace v1 = compliance::v1;

struct ExplainOptions {
  std::string what;
  std::string server = "127.0.0.1:9080";
  std::string config = "config";
  InputOptions input;
  std::string as_of;
  std::string format = "text";
  std::string region;
  // case
  std::string stream;
  std::string source;
  std::string case_id;
  // share
  std::string indicator;
  std::string level = "region";
  std::string key = "region";
  std::string sex;
  std::string age;
  std::string measure = "decided";
  std::string window;
  std::string from;
  std::string to;
  bool with_cases = false;
};

absl::StatusOr<v1::ExplainShareRequest> ShareRequest(const ExplainOptions& given) {
  v1::ExplainShareRequest request;
  v1::GetComplianceRequest& share = *request.mutable_share();
  share.set_region(given.region);
  share.set_indicator(given.indicator);
  share.set_level(given.level);
  share.set_key(given.key);
  share.set_sex(given.sex);
  share.set_age(given.age);
  share.set_measure(given.measure);
  share.set_window(given.window);
  request.set_with_cases(given.with_cases);
  if (!given.from.empty()) {
    absl::StatusOr<Instant> from = ReadInstant("from", given.from);
    if (!from.ok()) return from.status();
    wire::SetTimestamp(*from, share.mutable_from());
  }
  if (!given.to.empty()) {
    absl::StatusOr<Instant> to = ReadInstant("to", given.to);
    if (!to.ok()) return to.status();
    wire::SetTimestamp(*to, share.mutable_to());
  }
  if (given.window.empty() && given.from.empty()) share.set_window("24h");
  return request;
}

template <typename Response>
absl::Status Print(const absl::StatusOr<Response>& response, const std::string& format) {
  if (!response.ok()) return response.status();
  if (format == "text") {
    std::cout << ExplainText(*response);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> json = wire::ToJson(*response);
  if (!json.ok()) return json.status();
  std::cout << *json << "\n";
  return absl::OkStatus();
}

// `api`: a process asked by gRPC, or recorded input.
template <typename Api>
absl::Status Ask(Api& api, const ExplainOptions& given) {
  if (given.what == "share") {
    absl::StatusOr<v1::ExplainShareRequest> request = ShareRequest(given);
    return request.ok() ? Print(api.ExplainShare(*request), given.format) : request.status();
  }
  v1::ExplainCaseRequest request;
  request.set_region(given.region);
  request.set_stream(given.stream);
  request.set_source(given.source);
  request.set_case_id(given.case_id);
  return Print(api.ExplainCase(request), given.format);
}

absl::Status Explain(const ExplainOptions& given, runtime::Context& context) {
  if (given.what != "case" && given.what != "share") {
    return absl::InvalidArgumentError("say `explain case` or `explain share`");
  }
  if (given.what == "case" && given.case_id.empty()) {
    return absl::InvalidArgumentError("--case is missing: the case's id");
  }
  if (given.what == "share" && given.indicator.empty()) {
    return absl::InvalidArgumentError("--indicator is missing: the indicator's id");
  }
  if (!given.input.given()) {
    return Ask(*rpc::ConnectCompliance({.target = given.server}), given);
  }
  auto configuration = process::LoadConfiguration(given.config);
  if (!configuration.ok()) return configuration.status();
  std::optional<Instant> as_of;
  if (!given.as_of.empty()) {
    absl::StatusOr<Instant> read = ReadInstant("as-of", given.as_of);
    if (!read.ok()) return read.status();
    as_of = *read;
  }
  auto recorded = Recorded::Read(*configuration, given.input, as_of, context);
  return recorded.ok() ? Ask(**recorded, given) : recorded.status();
}

void DeclareExplain(runtime::Options& options, ExplainOptions* given) {
  options.Positional("WHAT", &given->what, "case or share.")
      .Required()
      .Text("server", &given->server, "HOST:PORT of the gRPC of serve, a gateway or a compliance process.");
  process::DeclareConfig(options, &given->config);
  Declare(options, &given->input);
  options.Text("as-of", &given->as_of, "With recorded input: now, RFC 3339; empty: the greatest recorded_at.")
      .Text("format", &given->format, "How the answer is written.", {"text", "json"})
      .Text("region", &given->region, "The region's code; empty: any.")
      .Text("stream", &given->stream, "case: its stream; empty: any.")
      .Text("source", &given->source, "case: the system that sent it; empty: any.")
      .Text("case", &given->case_id, "case: its id.")
      .Text("indicator", &given->indicator, "share: its indicator.")
      .Text("level", &given->level, "share: its level.")
      .Text("key", &given->key, "share: its key at that level.")
      .Text("sex", &given->sex, "share: all, F, M or U.")
      .Text("age", &given->age, "share: all or a band such as 65-79.")
      .Text("measure", &given->measure, "share: its measure.", {"completed", "decided"})
      .Text("window", &given->window, "share: its window; 24h where neither this nor --from is given.")
      .Text("from", &given->from, "share: begin of a range instead of a window, RFC 3339.")
      .Text("to", &given->to, "share: end of that range, RFC 3339.")
      .Flag("cases", &given->with_cases, "share: name its cases too.");
}

}  // namespace

runtime::Command ExplainCommand() {
  auto given = std::make_shared<ExplainOptions>();
  return {.name = "explain",
          .doc = "Tells why a case was judged so (case), or what a share consists of (share).",
          .declare = [given](runtime::Options& options) { DeclareExplain(options, given.get()); },
          .run =
              [given](runtime::Context& context, runtime::ExitCode& exit_code) {
                return TellFailure("explain", Explain(*given, context), exit_code);
              }};
}

}  // namespace vardvakt::cli
