#include "lib/adapters/kafka/client.h"

#include "lib/base/strings.h"

namespace vardvakt::kafka {
namespace {

constexpr int kWarningLevel = 4;  // syslog's; above it: notices and debugging

using OwnedConf = Owned<rd_kafka_conf_t, rd_kafka_conf_destroy>;

absl::Status Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char text[512];
  const rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text);
  if (result == RD_KAFKA_CONF_OK) return absl::OkStatus();
  // The library's text may quote the value.
  return absl::InvalidArgumentError(
      Cat("Kafka setting ", name, ": ",
          result == RD_KAFKA_CONF_UNKNOWN ? "there is no such setting" : "the value is not allowed"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Make(rd_kafka_type_t type, const Options& options,
                                                     const Settings& settings, const Callbacks& callbacks) {
  OwnedConf conf(rd_kafka_conf_new());
  Settings all = {
      {"bootstrap.servers", options.bootstrap_servers},
      {"client.id", "vardvakt"},
      {"socket.nagle.disable", "true"},  // an acknowledgement of the network would cost 40 ms
      {"socket.keepalive.enable", "true"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"topic.metadata.propagation.max.ms", "5000"},
      {"log.connection.close", "false"},
  };
  all.insert(all.end(), options.security.begin(), options.security.end());
  all.insert(all.end(), settings.begin(), settings.end());
  for (const auto& [name, value] : all) {
    if (absl::Status set = Set(conf.get(), name, value); !set.ok()) return set;
  }
  std::unique_ptr<Client> client(new Client(options, callbacks.context));
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_error_cb(conf.get(), OnError);
  rd_kafka_conf_set_log_cb(conf.get(), OnLog);
  if (callbacks.delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), callbacks.delivered);
  if (callbacks.rebalanced != nullptr) rd_kafka_conf_set_rebalance_cb(conf.get(), callbacks.rebalanced);
  char text[512];
  client->handle_ = rd_kafka_new(type, conf.get(), text, sizeof text);
  if (client->handle_ == nullptr) {
    return absl::InvalidArgumentError(
        Cat("Kafka client: ", text, "; check the brokers' addresses and security"));
  }
  static_cast<void>(conf.release());  // the handle's now
  return client;
}

Client::~Client() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

std::string Client::last_trouble() const {
  std::lock_guard lock(mutex_);
  return last_trouble_;
}

void Client::OnError(rd_kafka_t* /*handle*/, int error, const char* reason, void* opaque) {
  auto* client = static_cast<Client*>(opaque);
  std::lock_guard lock(client->mutex_);
  client->last_trouble_ = Cat(rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(error)), ": ", reason);
}

void Client::OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  auto* client = static_cast<Client*>(rd_kafka_opaque(handle));
  if (level <= kWarningLevel && client->warn_) client->warn_(Cat(facility, ": ", text));
}

}  // namespace vardvakt::kafka
