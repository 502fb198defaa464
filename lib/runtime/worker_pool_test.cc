#include "lib/runtime/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace vardvakt::runtime {
namespace {

TEST(WorkerPoolTest, RunsEverythingBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool(2, 1000);
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(pool.TryRun([&] { ++done; }));
  }
  EXPECT_EQ(done, 500);
}

TEST(WorkerPoolTest, TurnsAwayWhatDoesNotFitButContinuesWhatWasLetIn) {
  std::promise<void> gate;
  std::promise<void> begun;
  std::atomic<int> done = 0;
  {
    WorkerPool pool(1, 1);
    ASSERT_TRUE(pool.TryRun([&] {
      begun.set_value();
      gate.get_future().wait();
    }));
    begun.get_future().wait();
    EXPECT_TRUE(pool.TryRun([&] { ++done; }));
    EXPECT_FALSE(pool.TryRun([&] { ++done; }));
    pool.Continue([&] { ++done; });
    gate.set_value();
  }
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace vardvakt::runtime
