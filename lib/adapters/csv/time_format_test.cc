#include "lib/adapters/csv/time_format.h"

#include <gtest/gtest.h>

#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

std::string Read(std::string_view format, std::string_view text, const char* zone = "Europe/Stockholm") {
  const absl::StatusOr<TimeFormat> compiled = TimeFormat::Compile(format);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  const std::optional<Instant> at = compiled->Read(text, *TimeZone::Load(zone));
  return at ? FormatMillis(*at) : "none";
}

TEST(TimeFormat, ReadsTwelveHourClocks) {
  constexpr char kFormat[] = "%m/%d/%Y %I:%M:%S %p";
  constexpr char kZone[] = "America/Los_Angeles";
  EXPECT_EQ(Read(kFormat, "04/07/2020 11:53:08 PM", kZone), "2020-04-08T06:53:08.000Z");
  EXPECT_EQ(Read(kFormat, "04/08/2020 12:00:00 AM", kZone), "2020-04-08T07:00:00.000Z");
  EXPECT_EQ(Read(kFormat, "4/8/2020 12:00:00 pm", kZone), "2020-04-08T19:00:00.000Z");
  EXPECT_EQ(Read(kFormat, "04/08/2020 13:00:00 PM", kZone), "none");
  EXPECT_EQ(Read(kFormat, "04/08/2020 00:00:00 AM", kZone), "none");
  EXPECT_EQ(Read(kFormat, "04/08/2020 12:00:00", kZone), "none");
}

TEST(TimeFormat, ReadsFractionsWhereTheyStand) {
  EXPECT_EQ(Read("%Y/%m/%d %H:%M:%S", "2014/10/22 11:15:41.000"), "2014-10-22T09:15:41.000Z");
  EXPECT_EQ(Read("%Y/%m/%d %H:%M:%S", "2014/10/22 11:15:41"), "2014-10-22T09:15:41.000Z");
  EXPECT_EQ(Read("%Y/%m/%d %H:%M:%S", "2014/10/22 11:15:41,1239"), "2014-10-22T09:15:41.123Z");
  EXPECT_EQ(Read("%Y-%m-%d %H:%M:%S.%f", "2014-10-22 11:15:41.5"), "2014-10-22T09:15:41.500Z");
  EXPECT_EQ(Read("%Y-%m-%d %H:%M:%S", "2014-10-22 11:15:41."), "none");
}

TEST(TimeFormat, ReadsOffsetsNamesAndShorthands) {
  EXPECT_EQ(Read("%FT%T%z", "2026-04-15T12:17:33.25+02:00"), "2026-04-15T10:17:33.250Z");
  EXPECT_EQ(Read("%FT%T%z", "2026-04-15T10:17:33Z"), "2026-04-15T10:17:33.000Z");
  EXPECT_EQ(Read("%F %R %z", "2026-04-15 10:17 -0730"), "2026-04-15T17:47:00.000Z");
  EXPECT_EQ(Read("%F %T %z", "2026-04-15 10:17:33 UTC"), "2026-04-15T10:17:33.000Z");
  EXPECT_EQ(Read("%d %b %y", "5 Mar 26"), "2026-03-04T23:00:00.000Z");
  EXPECT_EQ(Read("%e-%b-%Y %H:%M", "05-OKT-2026 10:00"), "none");
  EXPECT_EQ(Read("100%% %F", "100% 2026-04-15"), "2026-04-14T22:00:00.000Z");
}

TEST(TimeFormat, ReadsSecondsAndMillisecondsSince1970) {
  EXPECT_EQ(Read("%s", "1413969341"), "2014-10-22T09:15:41.000Z");
  EXPECT_EQ(Read("epoch_seconds", "1413969341.5"), "2014-10-22T09:15:41.500Z");
  EXPECT_EQ(Read("epoch_millis", "1413969341125"), "2014-10-22T09:15:41.125Z");
  EXPECT_EQ(Read("epoch_millis", "1413969341125.9"), "2014-10-22T09:15:41.125Z");
  EXPECT_EQ(Read("epoch_seconds", "-1"), "none");
  EXPECT_EQ(Read("epoch_seconds", "1413969341 "), "none");
  EXPECT_EQ(Read("epoch_seconds", "999999999999999"), "none");
}

TEST(TimeFormat, ReadsWrittenOutDates) {
  EXPECT_EQ(Read("%A, %d %B %Y", "Thursday, 5 March 2026"), "2026-03-04T23:00:00.000Z");
  EXPECT_EQ(Read("%a %b %e %Y", "thu MAR  5 2026"), "2026-03-04T23:00:00.000Z");
  EXPECT_EQ(Read("%B %d, %Y %l:%M %p", "March 5, 2026  9:30 AM"), "2026-03-05T08:30:00.000Z");
  EXPECT_EQ(Read("%D %R", "03/05/26 09:30"), "2026-03-05T08:30:00.000Z");
  EXPECT_EQ(Read("%Y-%j", "2026-064"), "2026-03-04T23:00:00.000Z");
  EXPECT_EQ(Read("%Y-%j", "2026-366"), "none");
  EXPECT_EQ(Read("%d %B %Y", "5 Marz 2026"), "none");
}

TEST(TimeFormat, TakesMissingAndDoubledHoursAsTheZoneDoes) {
  EXPECT_EQ(Read("%F %T", "2026-03-29 02:30:00"), "2026-03-29T01:00:00.000Z");
  EXPECT_EQ(Read("%F %T", "2026-10-25 02:30:00"), "2026-10-25T00:30:00.000Z");
}

TEST(TimeFormat, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-02-29 10:00:00", "2026-13-01 10:00:00", "2026-00-01 10:00:00", "2026-04-15 24:00:00",
        "2026-04-15 10:60:00", "2026-04-15 10:00:60", "0000-01-01 10:00:00", "2026-04-15 10:00:00 ",
        " 2026-04-15 10:00:00", "26-04-15 10:00:00", "2026-04-15 10:00"}) {
    EXPECT_EQ(Read("%F %T", text), "none") << text;
  }
  EXPECT_EQ(Read("%FT%T%z", "0001-01-01T00:00:00+01:00"), "none");
  EXPECT_EQ(Read("%FT%T%z", "2026-04-15T10:17:33+25:00"), "none");
}

TEST(TimeFormat, SaysWhatIsWrongWithAFormat) {
  const auto refusal = [](std::string_view format) {
    const absl::StatusOr<TimeFormat> compiled = TimeFormat::Compile(format);
    EXPECT_FALSE(compiled.ok()) << format;
    return std::string(compiled.status().message());
  };
  EXPECT_EQ(refusal("%Y-%m-%d %Q").substr(0, 16), "%Q is not known;");
  EXPECT_EQ(refusal("%F %"), "the format ends with a lone %; write %% for it");
  EXPECT_EQ(refusal("%H:%M"), "the format gives no date; it needs a year, a month and a day");
  EXPECT_EQ(refusal("%F %I:%M"), "%I and %p belong together; for the hours 0 to 23 write %H");
}

}  // namespace
}  // namespace vardvakt::csv
