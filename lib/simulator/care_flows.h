#pragma once

#include "lib/simulator/arrivals.h"
#include "lib/simulator/care_case.h"
#include "lib/simulator/care_draft.h"

namespace vardvakt::simulator {

// What happens in the cases of each flow. Every function makes up one whole case; the same world and key give
// the same one.
CareCase MakeContact(const CareWorld& world, const CareKey& key);
CareCase MakeFirstVisit(const CareWorld& world, const CareKey& key);
CareCase MakeProcedure(const CareWorld& world, const CareKey& key);
CareCase MakeFollowUp(const CareWorld& world, const CareKey& key);
CareCase MakePathway(const CareWorld& world, const CareKey& key);
CareCase MakeDentalReferral(const CareWorld& world, const CareKey& key);
CareCase MakeDentalRecall(const CareWorld& world, const CareKey& key);
CareCase MakeDentalOutreach(const CareWorld& world, const CareKey& key);

// How a flow's cases come.
struct CareFlowShape {
  CareFlow flow;
  CareCase (*make)(const CareWorld&, const CareKey&);
  const Rhythm* rhythm;
  std::string_view stream;
  std::string_view source;  // the system that reports
  std::string_view case_prefix;
  int64_t per_mille_of_stream;  // of the stream's cases
  days longest;                 // from its beginning until a source says that it has ended
};
const CareFlowShape& ShapeOf(CareFlow flow);

inline constexpr std::string_view kWaitStream = "wait";
inline constexpr std::string_view kPathwayStream = "svf";
inline constexpr std::string_view kDentalStream = "dental";

}  // namespace vardvakt::simulator
