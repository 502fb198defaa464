#include "lib/simulator/ndjson.h"

#include <gtest/gtest.h>

#include "lib/simulator/testing.h"

namespace vardvakt::simulator {
namespace {

TEST(AppendNdjson, WritesWhatIsThereInOneLine) {
  domain::Event event{.event_id = "e1",
                      .source = "zenit",
                      .stream = "ambulance",
                      .case_id = "18:1:2",
                      .occurred_at = At("2026-01-10T06:00:00Z"),
                      .recorded_at = At("2026-01-10T06:00:01.250Z"),
                      .milestone = "arrived",
                      .resource = "A\"1",
                      .attributes = {{"priority", "1"}, {"unit", ""}}};
  std::string line;
  AppendNdjson(event, line);
  EXPECT_EQ(
      line,
      "{\"event_id\": \"e1\", \"source\": \"zenit\", \"stream\": \"ambulance\", \"case_id\": \"18:1:2\", "
      "\"occurred_at\": \"2026-01-10T06:00:00.000Z\", \"recorded_at\": \"2026-01-10T06:00:01.250Z\", "
      "\"milestone\": \"arrived\", \"resource\": \"A\\\"1\", "
      "\"attributes\": {\"priority\": \"1\", \"unit\": \"\"}}\n");
}

TEST(AppendNdjson, WritesTheRareFields) {
  domain::Event event{.event_id = "e2",
                      .retract = true,
                      .deviation = domain::Deviation::kNone,
                      .closed = "cancelled",
                      .exempted = domain::Exemption{.indicator = "i", .reason = "r", .revoked = true},
                      .deleted = true};
  std::string line;
  AppendNdjson(event, line);
  EXPECT_EQ(
      line,
      "{\"event_id\": \"e2\", \"retract\": true, \"deviation\": \"\", \"closed\": \"cancelled\", "
      "\"exempted\": {\"indicator\": \"i\", \"reason\": \"r\", \"revoked\": true}, \"deleted\": true}\n");
}

}  // namespace
}  // namespace vardvakt::simulator
