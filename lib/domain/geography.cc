#include "lib/domain/geography.h"

#include "lib/base/strings.h"

namespace vardvakt::domain {
namespace {

const Hospital* FindHospital(const Geography& geography, std::string_view code) {
  for (const Hospital& hospital : geography.hospitals) {
    if (hospital.code == code) return &hospital;
  }
  return nullptr;
}

// What a unit leaves out follows from its hospital, then from its municipality (interfaces §2).
void Complete(const Geography& geography, Unit& unit) {
  if (unit.lansdel.empty() && !unit.hospital.empty()) {
    if (const Hospital* hospital = FindHospital(geography, unit.hospital)) unit.lansdel = hospital->lansdel;
  }
  const Municipality* municipality = geography.FindMunicipality(unit.municipality);
  if (municipality == nullptr) return;
  if (unit.hospital.empty()) unit.hospital = municipality->hospital;
  if (unit.lansdel.empty()) unit.lansdel = municipality->lansdel;
}

std::string OrUnknown(std::string_view key) { return std::string(key.empty() ? kUnknownKey : key); }

bool NoMunicipality(std::string_view code) { return code.empty() || code == "0000"; }

// Länsdel and hospital: from the unit where the units file gives or implies it, else from the case's
// municipality (spec §5).
std::string PlaceOf(LevelKind kind, const CaseState& state, const Geography& geography) {
  if (const Unit* unit = geography.FindUnit(state.Attribute("unit"))) {
    const std::string& code = kind == LevelKind::kLansdel ? unit->lansdel : unit->hospital;
    if (!code.empty()) return code;
  }
  const std::string_view code = state.Attribute("municipality");
  if (NoMunicipality(code)) return std::string(kUnknownKey);
  const Municipality* municipality = geography.FindMunicipality(code);
  if (municipality == nullptr) return std::string(kOutsideKey);
  return OrUnknown(kind == LevelKind::kLansdel ? municipality->lansdel : municipality->hospital);
}

}  // namespace

void Geography::Index() {
  for (size_t i = 0; i < municipalities.size(); ++i) municipality_by_code_[municipalities[i].code] = i;
  for (size_t i = 0; i < units.size(); ++i) {
    unit_by_code_[units[i].code] = i;
    Complete(*this, units[i]);
  }
}

const Unit* Geography::FindUnit(std::string_view code) const {
  const auto it = unit_by_code_.find(ToAbsl(code));
  return it == unit_by_code_.end() ? nullptr : &units[it->second];
}

const Municipality* Geography::FindMunicipality(std::string_view code) const {
  const auto it = municipality_by_code_.find(ToAbsl(code));
  return it == municipality_by_code_.end() ? nullptr : &municipalities[it->second];
}

std::string KeyAtLevel(const Level& level, const CaseState& state, const Geography& geography) {
  switch (level.kind) {
    case LevelKind::kRegion:
      return std::string(kRegionKey);
    case LevelKind::kLansdel:
    case LevelKind::kHospital:
      return PlaceOf(level.kind, state, geography);
    case LevelKind::kUnit:
      return OrUnknown(state.Attribute("unit"));
    case LevelKind::kMunicipality: {
      const std::string_view code = state.Attribute("municipality");
      if (NoMunicipality(code)) return std::string(kUnknownKey);
      return std::string(geography.FindMunicipality(code) != nullptr ? code : kOutsideKey);
    }
    case LevelKind::kAttribute:
      return OrUnknown(state.Attribute(level.attribute));
    case LevelKind::kUnitTag: {
      const Unit* unit = geography.FindUnit(state.Attribute("unit"));
      if (unit == nullptr) return std::string(kUnknownKey);
      const auto tag = unit->tags.find(level.attribute);
      return tag == unit->tags.end() ? std::string(kUnknownKey) : OrUnknown(tag->second);
    }
  }
  return std::string(kUnknownKey);
}

}  // namespace vardvakt::domain
