#include <array>

#include "absl/status/statusor.h"
#include "lib/config/build.h"

namespace vardvakt::config {
namespace {

void RefuseReserved(const Located<std::string>& code, Sink& sink) {
  constexpr std::array<std::string_view, 3> kReserved = {domain::kUnknownKey, domain::kOutsideKey, "0000"};
  if (code.given && std::find(kReserved.begin(), kReserved.end(), code.value) != kReserved.end()) {
    sink.Add(code.at,
             Cat("code \"", code.value, "\" stands for cases without a known place; choose another code"));
  }
}

void CheckReference(const Located<std::string>& reference, std::string_view what, const Unique& known,
                    Sink& sink) {
  if (reference.given && !known.Has(reference.value)) {
    sink.Add(reference.at, Cat(what, " \"", reference.value, "\" is not in this file",
                               Remedy(reference.value, known.Names())));
  }
}

}  // namespace

domain::Geography BuildGeography(const UnitsText& text, Sink& sink, TimeZone& zone) {
  domain::Geography geography;
  geography.region_code = text.region.code.value;
  geography.region_name = text.region.name;
  geography.time_zone = text.region.time_zone.value;
  if (text.region.time_zone.given) {
    if (absl::StatusOr<TimeZone> loaded = TimeZone::Load(text.region.time_zone.value); loaded.ok()) {
      zone = *std::move(loaded);
    } else {
      sink.Add(text.region.time_zone.at,
               Cat("time zone \"", text.region.time_zone.value,
                   "\" is not known on this machine; write an IANA name, e.g. Europe/Stockholm"));
    }
  }

  Unique lansdelar("länsdel", sink);
  for (const LansdelText& lansdel : text.lansdelar) {
    lansdelar.Check(lansdel.code);
    RefuseReserved(lansdel.code, sink);
    geography.lansdelar.push_back({lansdel.code.value, lansdel.name});
  }
  Unique hospitals("hospital", sink);
  for (const HospitalText& hospital : text.hospitals) {
    hospitals.Check(hospital.code);
    RefuseReserved(hospital.code, sink);
    CheckReference(hospital.lansdel, "länsdel", lansdelar, sink);
    geography.hospitals.push_back({hospital.code.value, hospital.name, hospital.lansdel.value});
  }
  Unique municipalities("municipality", sink);
  Unique tiles("tile", sink);
  for (const MunicipalityText& municipality : text.municipalities) {
    municipalities.Check(municipality.code);
    RefuseReserved(municipality.code, sink);
    CheckReference(municipality.lansdel, "länsdel", lansdelar, sink);
    CheckReference(municipality.hospital, "hospital", hospitals, sink);
    domain::Municipality built{municipality.code.value, municipality.name, municipality.lansdel.value,
                               municipality.hospital.value};
    for (const HospitalText& hospital : text.hospitals) {
      if (built.lansdel.empty() && hospital.code.value == built.hospital)
        built.lansdel = hospital.lansdel.value;
    }
    if (municipality.tile.given) {
      built.tile_column = static_cast<int>(municipality.tile.value[0]);
      built.tile_row = static_cast<int>(municipality.tile.value[1]);
      tiles.Check(Cat("[", built.tile_column, ", ", built.tile_row, "]"), municipality.tile.at);
    }
    geography.municipalities.push_back(std::move(built));
  }
  Unique units("unit", sink);
  for (const UnitText& unit : text.units) {
    units.Check(unit.code);
    RefuseReserved(unit.code, sink);
    CheckReference(unit.hospital, "hospital", hospitals, sink);
    CheckReference(unit.lansdel, "länsdel", lansdelar, sink);
    CheckReference(unit.municipality, "municipality", municipalities, sink);
    geography.units.push_back({.code = unit.code.value,
                               .name = unit.name,
                               .kind = unit.kind,
                               .hospital = unit.hospital.value,
                               .lansdel = unit.lansdel.value,
                               .municipality = unit.municipality.value,
                               .tags = {unit.tags.begin(), unit.tags.end()},
                               .example = unit.example});
  }
  geography.Index();
  return geography;
}

void CheckRegions(const RegionsText& text, Sink& sink) {
  Unique codes("region", sink);
  Unique partitions("partition", sink);
  for (const DeployedRegionText& region : text.regions) {
    codes.Check(region.code);
    if (region.partition.given) partitions.Check(Cat(region.partition.value), region.partition.at);
  }
}

}  // namespace vardvakt::config
