#pragma once

#include "lib/base/time.h"
#include "lib/domain/definition.h"

namespace vardvakt::compliance::v1 {
class IndicatorInfo;
}

namespace vardvakt::compliance {

// What an indicator is, as in force on a day: of every shape, with its limits also in words.
v1::IndicatorInfo DescribeIndicator(const domain::Indicator& indicator,
                                    const domain::StreamDefinition& stream, LocalDay today);

}  // namespace vardvakt::compliance
