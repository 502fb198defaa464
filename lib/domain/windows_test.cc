#include "lib/domain/windows.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace vardvakt::domain {
namespace {

Instant At(std::string_view text) { return *ParseRfc3339(text); }

const TimeZone& Stockholm() {
  static const TimeZone zone = *TimeZone::Load("Europe/Stockholm");
  return zone;
}
const TimeZone& Kolkata() {  // local midnight is 18:30 UTC
  static const TimeZone zone = *TimeZone::Load("Asia/Kolkata");
  return zone;
}

std::string BoundsAt(Window window, std::string_view now) {
  const Bounds bounds = BoundsOf(WindowPanes(window, At(now), Stockholm()), Stockholm());
  return FormatSeconds(bounds.from) + " " + FormatSeconds(bounds.to);
}

TEST(WindowsTest, NamesParseBack) {
  for (Window window : kWindows) EXPECT_EQ(ParseWindow(WindowName(window)), window);
  EXPECT_EQ(WindowName(Window::kPreviousTertial), "previous_tertial");
  EXPECT_EQ(ParseWindow("12h"), std::nullopt);
}

TEST(WindowsTest, EachNamedWindowEndsWithThePaneThatNowIsInOrIsWholeAndPast) {
  constexpr std::string_view kNow = "2026-04-15T10:17:33.250Z";
  EXPECT_EQ(BoundsAt(Window::k1h, kNow), "2026-04-15T09:18:00Z 2026-04-15T10:18:00Z");
  EXPECT_EQ(BoundsAt(Window::k24h, kNow), "2026-04-14T10:18:00Z 2026-04-15T10:18:00Z");
  EXPECT_EQ(BoundsAt(Window::k7d, kNow), "2026-04-08T22:00:00Z 2026-04-15T22:00:00Z");
  EXPECT_EQ(BoundsAt(Window::k30d, kNow), "2026-03-16T23:00:00Z 2026-04-15T22:00:00Z");
  EXPECT_EQ(BoundsAt(Window::k365d, kNow), "2025-04-15T22:00:00Z 2026-04-15T22:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kMonth, kNow), "2026-03-31T22:00:00Z 2026-04-15T22:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kPreviousMonth, kNow), "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kTertial, kNow), "2025-12-31T23:00:00Z 2026-04-15T22:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kPreviousTertial, kNow), "2025-08-31T22:00:00Z 2025-12-31T23:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kYear, kNow), "2025-12-31T23:00:00Z 2026-04-15T22:00:00Z");
}

TEST(WindowsTest, TheLocalCalendarDecidesAtTheTurnOfAPeriod) {
  // 23:30 UTC on New Year's Eve is 00:30 on 1 January in Sweden.
  EXPECT_EQ(BoundsAt(Window::kYear, "2025-12-31T23:30:00Z"), "2025-12-31T23:00:00Z 2026-01-01T23:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kPreviousMonth, "2025-12-31T23:30:00Z"),
            "2025-11-30T23:00:00Z 2025-12-31T23:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kPreviousTertial, "2025-12-31T23:30:00Z"),
            "2025-08-31T22:00:00Z 2025-12-31T23:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kTertial, "2026-04-30T22:00:00Z"), "2026-04-30T22:00:00Z 2026-05-01T22:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kTertial, "2026-12-01T12:00:00Z"), "2026-08-31T22:00:00Z 2026-12-01T23:00:00Z");
  EXPECT_EQ(BoundsAt(Window::kPreviousMonth, "2024-03-15T12:00:00Z"),
            "2024-01-31T23:00:00Z 2024-02-29T23:00:00Z");
}

TEST(WindowsTest, ADayOfTheClockChangeHas23Or25Hours) {
  const PaneIndex spring = PaneOf(Span::kDay, At("2026-03-29T10:00:00Z"), Stockholm());
  const Bounds short_day = BoundsOf({Span::kDay, spring, spring}, Stockholm());
  EXPECT_EQ(short_day.to - short_day.from, hours(23));
  const PaneIndex autumn = PaneOf(Span::kDay, At("2026-10-25T10:00:00Z"), Stockholm());
  const Bounds long_day = BoundsOf({Span::kDay, autumn, autumn}, Stockholm());
  EXPECT_EQ(long_day.to - long_day.from, hours(25));
}

TEST(WindowsTest, PanesBefore1970RoundDown) {
  EXPECT_EQ(PaneOf(Span::kMinute, InstantFromMillis(-1), Stockholm()), -1);
  EXPECT_EQ(PaneOf(Span::kHour, InstantFromMillis(-1), Stockholm()), -1);
  EXPECT_EQ(PaneOf(Span::kDay, At("1969-12-31T22:59:59Z"), Stockholm()), -1);
  EXPECT_EQ(PaneOf(Span::kDay, At("1969-12-31T23:00:00Z"), Stockholm()), 0);
}

TEST(WindowsTest, AllSpansEveryDayThatCanBeWritten) {
  const PaneRange all = WindowPanes(Window::kAll, At("2026-04-15T10:17:33Z"), Stockholm());
  EXPECT_LE(all.first, PaneOf(Span::kDay, At("0001-01-01T00:00:00Z"), Stockholm()));
  EXPECT_GE(all.last, PaneOf(Span::kDay, At("9999-12-31T23:59:59Z"), Stockholm()));
}

constexpr std::string_view kNow = "2026-04-15T10:17:33.250Z";

std::vector<PaneRange> Between(std::string_view from, std::string_view to) {
  const absl::StatusOr<std::vector<PaneRange>> ranges = PanesBetween(At(from), At(to), At(kNow), Stockholm());
  EXPECT_TRUE(ranges.ok()) << ranges.status();
  return ranges.value_or(std::vector<PaneRange>());
}

std::string Refused(std::string_view from, std::string_view to) {
  const absl::StatusOr<std::vector<PaneRange>> ranges = PanesBetween(At(from), At(to), At(kNow), Stockholm());
  EXPECT_EQ(ranges.status().code(), absl::StatusCode::kOutOfRange);
  return std::string(ranges.status().message());
}

std::vector<Span> SpansOf(const std::vector<PaneRange>& ranges) {
  std::vector<Span> spans;
  for (const PaneRange& range : ranges) spans.push_back(range.span);
  return spans;
}

TEST(PanesBetweenTest, WholeDaysAreDaysHoweverOld) {
  const std::vector<PaneRange> ranges = Between("2019-12-31T23:00:00Z", "2026-03-31T22:00:00Z");
  ASSERT_EQ(SpansOf(ranges), (std::vector{Span::kDay}));
  EXPECT_EQ(ranges[0].last, PaneOf(Span::kDay, At("2026-03-31T12:00:00Z"), Stockholm()));
}

TEST(PanesBetweenTest, FineAtTheEndsAndCoarseInTheMiddle) {
  EXPECT_EQ(SpansOf(Between("2026-04-13T10:18:00Z", "2026-04-15T10:18:00Z")),
            (std::vector{Span::kMinute, Span::kHour, Span::kDay, Span::kHour, Span::kMinute}));
  EXPECT_EQ(SpansOf(Between("2026-02-10T11:00:00Z", "2026-04-15T10:00:00Z")),
            (std::vector{Span::kHour, Span::kDay, Span::kHour}));
  EXPECT_EQ(SpansOf(Between("2026-04-15T10:05:00Z", "2026-04-15T10:15:00Z")), (std::vector{Span::kMinute}));
  EXPECT_EQ(SpansOf(Between("2026-04-15T08:00:00Z", "2026-04-15T10:00:00Z")), (std::vector{Span::kHour}));
}

TEST(PanesBetweenTest, ARefusalNamesTheBoundAndWhatWouldBeAccepted) {
  EXPECT_EQ(
      Refused("2026-01-10T10:30:00Z", "2026-04-15T10:00:00Z"),
      "no kept pane matches `from` 2026-01-10T10:30:00.000Z; accepted are starts of days in Europe/Stockholm "
      "(the nearest are 2026-01-09T23:00:00Z and 2026-01-10T23:00:00Z), whole UTC hours since "
      "2026-02-10T10:00:00Z and whole minutes since 2026-04-13T10:17:00Z");
  // Midnight to 10:00 of 10 February is no longer kept as hours, so hours can't follow days there.
  EXPECT_EQ(
      Refused("2026-01-09T23:00:00Z", "2026-02-10T12:00:00Z"),
      "no kept pane matches `to` 2026-02-10T12:00:00.000Z; accepted are starts of days in Europe/Stockholm "
      "(the nearest are 2026-02-09T23:00:00Z and 2026-02-10T23:00:00Z), whole UTC hours since "
      "2026-02-10T23:00:00Z and whole minutes since 2026-04-13T11:00:00Z");
  Refused("2026-04-13T10:16:00Z", "2026-04-15T10:00:00Z");
  Refused("2026-04-15T10:00:00Z", "2026-04-15T10:17:33Z");
  Refused("0001-01-01T00:00:00Z", "2026-04-15T10:00:00Z");
  Refused("2026-04-15T10:00:00Z", "9999-01-01T00:00:00Z");
}

TEST(PanesBetweenTest, AnEmptyRangeIsAnInvalidArgument) {
  EXPECT_EQ(PanesBetween(At(kNow), At(kNow), At(kNow), Stockholm()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Whether any chain of kept panes leads from one instant to the other.
bool SomeChainLeads(Instant from, Instant to, Instant now, const TimeZone& zone) {
  const int64_t length = (to - from) / minutes(1);
  std::vector<bool> reached(static_cast<size_t>(length) + 1, false);
  reached[0] = true;
  for (int64_t i = 0; i < length; ++i) {
    if (!reached[static_cast<size_t>(i)]) continue;
    const Instant here = from + minutes(i);
    for (Span span : {Span::kMinute, Span::kHour, Span::kDay}) {
      const PaneIndex pane = PaneOf(span, here, zone);
      if (PaneStart(span, pane, zone) != here || !PaneKept(span, pane, now, zone)) continue;
      const int64_t next = (PaneStart(span, pane + 1, zone) - from) / minutes(1);
      if (next <= length) reached[static_cast<size_t>(next)] = true;
    }
  }
  return reached[static_cast<size_t>(length)];
}

Instant SomeBound(Instant now, const TimeZone& zone) {
  const Instant about = now - minutes(*rc::gen::inRange(-2 * 24 * 60, 70 * 24 * 60));
  const Span span = *rc::gen::element(Span::kMinute, Span::kHour, Span::kDay);
  return PaneStart(span, PaneOf(span, about, zone), zone);
}

RC_GTEST_PROP(PanesBetweenTest, TilesExactlyWhereverKeptPanesCan, ()) {
  const TimeZone& zone = *rc::gen::element(true, false) ? Stockholm() : Kolkata();
  const Instant now =
      At("2026-04-20T00:00:00Z") + minutes(*rc::gen::inRange(0, 365 * 24 * 60)) + milliseconds(250);
  const Instant one = SomeBound(now, zone);
  const Instant other = SomeBound(now, zone);
  RC_PRE(one != other);
  const Instant from = std::min(one, other);
  const Instant to = std::max(one, other);
  const absl::StatusOr<std::vector<PaneRange>> ranges = PanesBetween(from, to, now, zone);
  RC_ASSERT(ranges.ok() == SomeChainLeads(from, to, now, zone));
  if (!ranges.ok()) return;
  Instant reached = from;
  for (const PaneRange& range : *ranges) {
    RC_ASSERT(range.first <= range.last);
    RC_ASSERT(PaneKept(range.span, range.first, now, zone));
    RC_ASSERT(BoundsOf(range, zone).from == reached);
    reached = BoundsOf(range, zone).to;
  }
  RC_ASSERT(reached == to);
}

}  // namespace
}  // namespace vardvakt::domain
