#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/adapters/kafka/client.h"
#include "lib/engine/log.h"

namespace vardvakt::kafka {

// Consumer handles, shared by the readers; a handle reads a partition once at a time, so two readers of one
// partition get two. Thread-safe.
class Consumers {
 public:
  explicit Consumers(const Options& options) : options_(options) {}

  class Lease {
   public:
    Lease(Consumers& owner, Client* client, engine::Partition partition)
        : owner_(owner), client_(client), partition_(std::move(partition)) {}
    ~Lease();
    Client* client() const { return client_; }

   private:
    Consumers& owner_;
    Client* const client_;
    const engine::Partition partition_;
  };
  absl::StatusOr<std::unique_ptr<Lease>> Acquire(const engine::Partition& partition);

 private:
  struct Consumer {
    std::unique_ptr<Client> client;
    std::set<engine::Partition> in_use;
  };

  const Options options_;
  std::mutex mutex_;
  std::vector<Consumer> consumers_;
};

// Reads one partition with a queue of its own. `queries`: another handle, for a broker answers one request at
// a time on a connection, and a fetch may be held.
absl::StatusOr<std::unique_ptr<engine::Reader>> OpenReader(Consumers& consumers, Client& queries,
                                                           const engine::Partition& partition,
                                                           engine::Offset from, bool gapless,
                                                           const Options& options);

}  // namespace vardvakt::kafka
