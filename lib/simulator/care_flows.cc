#include "lib/simulator/care_flows.h"

namespace vardvakt::simulator {
namespace {

// The phones of primary care; the surgeries and clinics; the dentists.
constexpr Rhythm kPhones = {
    .hours = {1, 1, 1, 1, 1, 1, 2, 60, 100, 90, 75, 60, 45, 55, 50, 40, 25, 6, 4, 3, 2, 2, 1, 1},
    .weekdays = {125, 105, 100, 95, 90, 12, 12},
    .months = {112, 110, 108, 102, 98, 94, 78, 92, 102, 104, 106, 96},
    .holiday_per_mille = 150};
constexpr Rhythm kSurgeries = {
    .hours = {0, 0, 0, 0, 0, 0, 0, 20, 80, 100, 100, 80, 45, 90, 95, 80, 40, 10, 2, 1, 0, 0, 0, 0},
    .weekdays = {104, 106, 102, 102, 86, 2, 2},
    .months = {107, 106, 110, 104, 102, 100, 58, 92, 106, 108, 110, 97},
    .holiday_per_mille = 40};
constexpr Rhythm kDentists = {
    .hours = {0, 0, 0, 0, 0, 0, 0, 10, 90, 100, 100, 70, 40, 100, 100, 80, 30, 0, 0, 0, 0, 0, 0, 0},
    .weekdays = {104, 106, 106, 104, 80, 0, 0},
    .months = {108, 104, 112, 104, 104, 98, 42, 94, 110, 112, 112, 100},
    .holiday_per_mille = 0};

constexpr CareFlowShape kShapes[kCareFlows] = {
    {CareFlow::kContact, MakeContact, &kPhones, kWaitStream, "vc", "pv", 345, days(220)},
    {CareFlow::kFirstVisit, MakeFirstVisit, &kSurgeries, kWaitStream, "cosmic", "fb", 204, days(850)},
    {CareFlow::kProcedure, MakeProcedure, &kSurgeries, kWaitStream, "cosmic", "op", 75, days(850)},
    {CareFlow::kFollowUp, MakeFollowUp, &kSurgeries, kWaitStream, "cosmic", "ab", 376, days(900)},
    {CareFlow::kPathway, MakePathway, &kSurgeries, kPathwayStream, "cosmic", "svf", 1000, days(400)},
    {CareFlow::kDentalReferral, MakeDentalReferral, &kDentists, kDentalStream, "t4", "td", 80, days(700)},
    {CareFlow::kDentalRecall, MakeDentalRecall, &kDentists, kDentalStream, "t4", "rev", 876, days(1300)},
    {CareFlow::kDentalOutreach, MakeDentalOutreach, &kDentists, kDentalStream, "t4", "uo", 44, days(300)},
};

}  // namespace

const CareFlowShape& ShapeOf(CareFlow flow) { return kShapes[static_cast<size_t>(flow)]; }

}  // namespace vardvakt::simulator
