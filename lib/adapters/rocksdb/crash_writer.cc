// For store_test: writes batches durably until it is killed, and says each one that is written.
#include <cstdio>
#include <string>

#include "lib/adapters/rocksdb/store.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto store = vardvakt::rocksdb::OpenStore(argv[1], {.content = "crash test"});
  if (!store.ok()) {
    std::printf("refused: %s\n", std::string(store.status().message()).c_str());
    return 1;
  }
  std::printf("open\n");
  std::fflush(stdout);
  auto last = (*store)->Get("last");
  long batch_number = last.ok() && last->has_value() ? std::stol(**last) : 0;
  while (true) {
    vardvakt::engine::WriteBatch batch;
    const std::string value = std::to_string(++batch_number);
    for (int i = 0; i < 20; ++i) batch.Put("k" + std::to_string(i), value + std::string(500, 'x'));
    batch.Put("last", value);
    if (!(*store)->Write(batch, batch_number % 3 == 0).ok()) return 1;
    if (batch_number % 3 == 0) std::printf("%ld\n", batch_number);
    std::fflush(stdout);
  }
}
