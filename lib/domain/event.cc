#include "lib/domain/event.h"

namespace vardvakt::domain {

std::string_view DeviationCode(Deviation deviation) {
  switch (deviation) {
    case Deviation::kNone:
      return "";
    case Deviation::kPvv:
      return "pvv";
    case Deviation::kMov:
      return "mov";
    case Deviation::kSov:
      return "sov";
  }
  return "";
}

std::optional<Deviation> ParseDeviation(std::string_view code) {
  for (Deviation d : {Deviation::kNone, Deviation::kPvv, Deviation::kMov, Deviation::kSov}) {
    if (code == DeviationCode(d)) return d;
  }
  return std::nullopt;
}

}  // namespace vardvakt::domain
