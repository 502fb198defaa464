#include <memory>
#include <utility>

#include "lib/base/strings.h"
#include "lib/runtime/run_main.h"
#include "services/notifier/chance.h"
#include "services/notifier/service.h"
#include "services/process/configuration.h"
#include "services/process/front.h"
#include "services/process/kafka_options.h"
#include "services/process/live_configuration.h"
#include "services/process/storage.h"
#include "services/process/topics.h"

namespace vardvakt::notifier {
namespace {

struct MainOptions {
  std::string config = "config";
  process::KafkaOptions kafka;
  process::StorageOptions storage{.data_dir = "data/notifier", .memory_mb = 64};
  process::ListenOptions listen{.http_port = 8083};
  ServiceOptions service;
};

// What is acquired, in this order; the lifecycle lets go of it in the reverse one.
struct Parts {
  std::shared_ptr<process::Vitals> vitals;
  std::unique_ptr<process::Storage> storage;
  std::unique_ptr<engine::Log> log;
  std::unique_ptr<engine::Store> store;
  std::unique_ptr<Notifier> notifier;
};

absl::Status Run(const MainOptions& options, runtime::Context& context) {
  auto configuration = process::LoadConfiguration(options.config);
  if (!configuration.ok()) return configuration.status();
  auto parts = std::make_shared<Parts>();
  parts->vitals = process::MakeVitals("notifier", context.clock);
  auto storage = process::Storage::Open(options.storage);
  if (!storage.ok()) return storage.status();
  parts->storage = *std::move(storage);
  auto log = process::OpenKafkaLog(options.kafka, &context.logger);
  if (!log.ok()) return log.status();
  parts->log = *std::move(log);
  auto store = parts->storage->OpenNotifierStore();
  if (!store.ok()) return store.status();
  parts->store = *std::move(store);
  absl::Status why;  // set before the stop is requested, read after it
  auto failed = [&why, &signals = context.signals](absl::Status reason) {
    why = std::move(reason);
    signals.RequestStop();
  };
  auto notifier = MakeNotifier(options.service,
                               {*parts->log, *parts->store, context.clock, context.logger,
                                parts->vitals->metrics, parts->vitals->health, SystemChance()},
                               process::PartitionsOf(**configuration), failed);
  if (!notifier.ok()) return notifier.status();
  parts->notifier = *std::move(notifier);
  context.lifecycle.OnStop("notifier", [parts] { parts->notifier->Stop(); });

  // Only the number of partitions is the configuration's, and that changes at a start.
  process::ReadAgainOnHangup(std::make_shared<process::LiveConfiguration>(
                                 options.config, *configuration, context.logger, parts->vitals->metrics),
                             context.signals, context.lifecycle);

  auto http = process::StartHttp(options.listen, {}, parts->vitals, context.lifecycle, context.logger);
  if (!http.ok()) return http.status();
  absl::Status topics = process::AwaitTopics(*parts->log, process::TopicsOf(**configuration),
                                             parts->vitals->health, context.signals);
  if (absl::IsCancelled(topics)) return absl::OkStatus();
  if (!topics.ok()) return topics;
  if (absl::Status status = parts->notifier->Start(); !status.ok()) return status;
  parts->vitals->SayStarted();
  process::WatchTopics(*parts->log, process::TopicsOf(**configuration), parts->vitals->health,
                       context.signals);
  parts->notifier->Stop();  // so that nothing sets `why` any more
  return why;
}

void DeclareAll(runtime::Options& declared, MainOptions* options) {
  process::DeclareConfig(declared, &options->config);
  process::DeclareKafka(declared, &options->kafka);
  process::DeclareStorage(declared, &options->storage);
  process::DeclareHttp(declared, &options->listen);
  notifier::Declare(declared, &options->service);
}

}  // namespace
}  // namespace vardvakt::notifier

int main(int argc, char** argv) {
  using namespace vardvakt;
  notifier::MainOptions options;
  const runtime::Program program{
      .name = "vardvakt-notifier",
      .doc = "Tells Alertmanager and webhooks of alert episodes.",
      .commands = {{.declare = [&](runtime::Options& declared) { notifier::DeclareAll(declared, &options); },
                    .run = [&](runtime::Context& context,
                               runtime::ExitCode&) { return notifier::Run(options, context); }}}};
  return runtime::RunMain(program, argc, argv);
}
