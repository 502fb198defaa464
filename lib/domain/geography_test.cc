#include "lib/domain/geography.h"

#include <gtest/gtest.h>

namespace vardvakt::domain {
namespace {

Geography County() {
  Geography g;
  g.lansdelar = {{"jonkoping", "Jönköping"}, {"hoglandet", "Höglandet"}};
  g.hospitals = {{"22010", "Ryhov", "jonkoping"}, {"22011", "Eksjö", "hoglandet"}};
  g.municipalities = {{"0643", "Habo", "jonkoping", "22010"}, {"0682", "Nässjö", "hoglandet", "22011"}};
  Unit habo{.code = "U-HABO"};
  habo.municipality = "0643";
  Unit nassjo{.code = "U-NASSJO"};
  nassjo.lansdel = "hoglandet";
  Unit clinic{.code = "U-CLINIC"};
  clinic.hospital = "22010";
  clinic.tags = {{"care_area", "medicine"}};
  g.units = {habo, nassjo, clinic};
  g.Index();
  return g;
}

CaseState CaseWith(std::vector<std::pair<std::string, std::string>> attributes) {
  Event e;
  e.event_id = "1";
  e.source = "zenit";
  e.recorded_at = InstantFromMillis(0);
  e.attributes = std::move(attributes);
  CaseState state;
  Merge(e, state);
  return state;
}

std::string At(LevelKind kind, std::vector<std::pair<std::string, std::string>> attributes) {
  return KeyAtLevel(Level{.kind = kind}, CaseWith(std::move(attributes)), County());
}

TEST(KeyAtLevelTest, PlacesFollowTheUnitThenItsHospitalThenItsMunicipality) {
  EXPECT_EQ(At(LevelKind::kLansdel, {{"unit", "U-CLINIC"}}), "jonkoping");
  EXPECT_EQ(At(LevelKind::kHospital, {{"unit", "U-HABO"}}), "22010");
}

TEST(KeyAtLevelTest, WhatTheUnitDoesNotGiveComesFromTheCasesMunicipality) {
  EXPECT_EQ(At(LevelKind::kHospital, {{"unit", "U-NASSJO"}, {"municipality", "0643"}}), "22010");
  EXPECT_EQ(At(LevelKind::kLansdel, {{"unit", "U-NASSJO"}, {"municipality", "0643"}}), "hoglandet");
  EXPECT_EQ(At(LevelKind::kHospital, {{"unit", "not listed"}, {"municipality", "1480"}}), "outside");
}

TEST(KeyAtLevelTest, NothingIsDropped) {
  EXPECT_EQ(At(LevelKind::kUnit, {}), "unknown");
  EXPECT_EQ(At(LevelKind::kUnit, {{"unit", "not listed"}}), "not listed");
  EXPECT_EQ(At(LevelKind::kMunicipality, {{"municipality", "0000"}}), "unknown");
  EXPECT_EQ(At(LevelKind::kMunicipality, {{"municipality", "1480"}}), "outside");
  EXPECT_EQ(At(LevelKind::kLansdel, {}), "unknown");
}

TEST(KeyAtLevelTest, AnAttributeOrATagOfTheUnitCanBeALevel) {
  EXPECT_EQ(KeyAtLevel({.kind = LevelKind::kAttribute, .attribute = "battalion"},
                       CaseWith({{"battalion", "B06"}}), County()),
            "B06");
  EXPECT_EQ(KeyAtLevel({.kind = LevelKind::kUnitTag, .attribute = "care_area"},
                       CaseWith({{"unit", "U-CLINIC"}}), County()),
            "medicine");
}

}  // namespace
}  // namespace vardvakt::domain
