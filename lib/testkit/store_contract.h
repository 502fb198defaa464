#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "lib/engine/store.h"

namespace vardvakt::testkit {

// One store as the contract sees it.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual engine::Store& store() = 0;
  // Closes the store and opens it again; false: this one does not outlive its process.
  virtual bool Reopen() { return false; }
};

// What every store promises (lib/engine/store.h). Instantiate with a maker.
class StoreContract : public testing::TestWithParam<std::function<std::unique_ptr<StoreUnderTest>()>> {
 protected:
  void SetUp() override;
  engine::Store& store() { return subject_->store(); }

  std::unique_ptr<StoreUnderTest> subject_;
};

}  // namespace vardvakt::testkit
