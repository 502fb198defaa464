#include "lib/testkit/memory_store.h"

#include <gmock/gmock.h>

#include "lib/adapters/memory/memory_store.h"
#include "lib/testkit/store_contract.h"

namespace vardvakt::testkit {
namespace {

using engine::WriteBatch;

template <typename S>
class InMemory final : public StoreUnderTest {
 public:
  engine::Store& store() override { return store_; }

 private:
  S store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract,
                         testing::Values([] { return std::make_unique<InMemory<memory::MemoryStore>>(); }));
INSTANTIATE_TEST_SUITE_P(Testkit, StoreContract,
                         testing::Values([] { return std::make_unique<InMemory<MemoryStore>>(); }));

absl::Status Put(engine::Store& store, std::string key, std::string value, bool durable) {
  WriteBatch batch;
  batch.Put(std::move(key), std::move(value));
  return store.Write(batch, durable);
}

TEST(MemoryStoreTest, ACrashDropsWhatWasNotSynced) {
  MemoryStore store;
  ASSERT_TRUE(Put(store, "a", "1", true).ok());
  ASSERT_TRUE(Put(store, "a", "2", false).ok());
  ASSERT_TRUE(Put(store, "b", "1", false).ok());
  EXPECT_EQ(store.unsynced_batches(), 2u);
  store.Crash();
  EXPECT_EQ(**store.Get("a"), "1");
  EXPECT_FALSE(store.Get("b")->has_value());

  ASSERT_TRUE(Put(store, "a", "3", false).ok());
  ASSERT_TRUE(Put(store, "b", "3", false).ok());
  store.Crash(1);
  EXPECT_EQ(**store.Get("a"), "3");
  EXPECT_FALSE(store.Get("b")->has_value());

  ASSERT_TRUE(Put(store, "c", "1", false).ok());
  ASSERT_TRUE(Put(store, "d", "1", true).ok());  // takes the earlier one with it
  store.Crash();
  EXPECT_EQ(**store.Get("c"), "1");
}

TEST(MemoryStoreTest, AFailedWriteIsThereOrNotAfterTheCrash) {
  for (const bool applied : {false, true}) {
    MemoryStore store;
    ASSERT_TRUE(Put(store, "before", "1", false).ok());
    store.FailWrite(1, applied);
    EXPECT_FALSE(Put(store, "a", "1", true).ok());
    EXPECT_FALSE(Put(store, "b", "1", true).ok());
    store.Crash();
    EXPECT_EQ(store.Get("a")->has_value(), applied);
    EXPECT_EQ(store.Get("before")->has_value(), applied);
    EXPECT_FALSE(store.Get("b")->has_value());
    EXPECT_TRUE(Put(store, "c", "1", true).ok());
  }
}

TEST(MemoryStoreTest, ReadErrorsAreErrors) {
  MemoryStore store;
  ASSERT_TRUE(Put(store, "a", "1", true).ok());
  ASSERT_TRUE(Put(store, "b", "1", true).ok());
  store.FailRead(2);
  EXPECT_TRUE(store.Get("a").ok());
  EXPECT_FALSE(store.Get("a").ok());
  EXPECT_FALSE(store.MultiGet({"absent"}).ok());
  store.Crash();
  EXPECT_TRUE(store.Get("a").ok());

  store.Damage("b");
  EXPECT_TRUE(store.Get("a").ok());
  EXPECT_EQ(store.Get("b").status().code(), absl::StatusCode::kDataLoss);
  auto visit = [](std::string_view, std::string_view) { return true; };
  EXPECT_EQ(store.Scan("", "z", visit).code(), absl::StatusCode::kDataLoss);
}

TEST(MemoryStoreTest, AHandleDiesWithItsProcess) {
  MemoryStore store;
  auto zombie = store.OpenHandle();
  ASSERT_TRUE(Put(*zombie, "a", "1", true).ok());
  store.Crash();
  auto heir = store.OpenHandle();
  EXPECT_FALSE(Put(*zombie, "a", "2", true).ok());
  EXPECT_FALSE(zombie->Get("a").ok());
  EXPECT_EQ(**heir->Get("a"), "1");
}

}  // namespace
}  // namespace vardvakt::testkit
