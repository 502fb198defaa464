#include "lib/testkit/store_contract.h"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "lib/base/strings.h"

namespace vardvakt::testkit {

using engine::WriteBatch;
using testing::ElementsAre;
using testing::IsEmpty;
using Pairs = std::vector<std::pair<std::string, std::string>>;

namespace {

Pairs ScanAll(engine::Store& store, std::string_view from, std::string_view to, size_t at_most = SIZE_MAX) {
  Pairs pairs;
  const absl::Status scanned = store.Scan(from, to, [&](std::string_view key, std::string_view value) {
    pairs.emplace_back(key, value);
    return pairs.size() < at_most;
  });
  EXPECT_TRUE(scanned.ok()) << scanned;
  return pairs;
}

}  // namespace

void StoreContract::SetUp() {
  subject_ = GetParam()();
  ASSERT_NE(subject_, nullptr);
}

TEST_P(StoreContract, NotFoundIsNoErrorAndEmptyIsNotNotFound) {
  WriteBatch batch;
  batch.Put("empty", "");
  ASSERT_TRUE(store().Write(batch, true).ok());
  EXPECT_TRUE(batch.empty());
  auto absent = store().Get("absent");
  ASSERT_TRUE(absent.ok());
  EXPECT_FALSE(absent->has_value());
  auto empty = store().Get("empty");
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(*empty, "");
}

TEST_P(StoreContract, BatchesApplyInTheirOrder) {
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("a", "2");
  batch.Put("b", "1");
  batch.Delete("b");
  batch.Delete("c");
  batch.Put("c", "1");
  ASSERT_TRUE(store().Write(batch, false).ok());
  EXPECT_THAT(ScanAll(store(), "", "\xff"), ElementsAre(std::pair("a", "2"), std::pair("c", "1")));
}

TEST_P(StoreContract, MultiGetAnswersInTheOrderAsked) {
  WriteBatch batch;
  for (int i = 0; i < 100; i += 2) batch.Put(Cat("k", 100 + i), Cat(i));
  ASSERT_TRUE(store().Write(batch, false).ok());
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(Cat("k", 100 + i));
  auto values = store().MultiGet({keys.begin(), keys.end()});
  ASSERT_TRUE(values.ok()) << values.status();
  ASSERT_EQ(values->size(), keys.size());
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ((*values)[i].has_value(), i % 2 == 0);
    if (i % 2 == 0) {
      EXPECT_EQ(*(*values)[i], Cat(i));
    }
  }
  EXPECT_THAT(*store().MultiGet({}), IsEmpty());
}

TEST_P(StoreContract, ScanIsOrderedHalfOpenAndStopsWhenTold) {
  WriteBatch batch;
  for (const char* key : {"b", "a", "d", "c", "cc"}) batch.Put(key, key);
  batch.Put(std::string("c\0", 2), "zero");
  batch.Put("\xff\xff", "high");
  ASSERT_TRUE(store().Write(batch, false).ok());
  EXPECT_THAT(ScanAll(store(), "b", "d"),
              ElementsAre(std::pair("b", "b"), std::pair("c", "c"),
                          std::pair(std::string("c\0", 2), std::string("zero")), std::pair("cc", "cc")));
  EXPECT_THAT(ScanAll(store(), "", "\xff", 2), ElementsAre(std::pair("a", "a"), std::pair("b", "b")));
  EXPECT_THAT(ScanAll(store(), "d", "b"), IsEmpty());
  EXPECT_THAT(ScanAll(store(), "x", "x"), IsEmpty());
}

TEST_P(StoreContract, WhatWasWrittenOutlivesTheProcess) {
  WriteBatch batch;
  batch.Put("kept", "yes");
  ASSERT_TRUE(store().Write(batch, true).ok());
  if (!subject_->Reopen()) return;  // it promises nothing of the kind
  EXPECT_EQ(**store().Get("kept"), "yes");
}

TEST_P(StoreContract, EqualsAMapUnderRandomChanges) {
  std::mt19937 random(20260415);
  std::map<std::string, std::string> model;
  for (int round = 0; round < 60; ++round) {
    WriteBatch batch;
    for (int i = 0; i < 20; ++i) {
      const std::string key = Cat(random() % 100);
      if (random() % 3 == 0) {
        batch.Delete(key);
        model.erase(key);
      } else {
        const std::string value = Cat(round, ".", i);
        batch.Put(key, value);
        model[key] = value;
      }
    }
    ASSERT_TRUE(store().Write(batch, round % 7 == 0).ok());
    if (round % 20 == 19 && subject_->Reopen()) {
      EXPECT_EQ(ScanAll(store(), "", "\xff"), Pairs(model.begin(), model.end()));
    }
  }
  EXPECT_EQ(ScanAll(store(), "", "\xff"), Pairs(model.begin(), model.end()));
}

}  // namespace vardvakt::testkit
