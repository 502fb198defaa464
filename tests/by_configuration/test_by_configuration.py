"""Indicators of other shapes, another level and other streams, by configuration alone (config/examples/kronoberg).

Every number expected here was worked out by hand from the few cases above it.
"""

import itertools
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from replay import binary, read_answer, replay  # noqa: E402

CONFIG = ROOT / "config" / "examples" / "kronoberg"
AS_OF = "2026-04-15T12:00:00Z"
SERIAL = itertools.count()


def event(stream, case, at, **more):
    """A report that was written down as it happened."""
    return {"event_id": str(next(SERIAL)), "source": "test", "stream": stream, "case_id": case, "occurred_at": at,
            "recorded_at": at, **more}


def case(stream, name, milestones, closed=None, **attributes):
    """The events of one case: its milestones with their times, the attributes with the first of them."""
    events = [event(stream, name, at, milestone=milestone) for milestone, at in milestones.items()]
    events[0]["attributes"] = attributes
    if closed:
        reason, at = closed
        events.append(event(stream, name, at, closed=reason))
    return events


def stay(name, birth_year, discharged, readmitted=None, closed=None):
    milestones = {"discharged": discharged} | ({"readmitted_unplanned": readmitted} if readmitted else {})
    attributes = {"birth_year": birth_year} if birth_year else {}
    return case("inpatient", name, milestones, closed, unit="VXO-MED", **attributes)


def visit(name, registered, assessed=None, **attributes):
    milestones = {"emergency_registered": registered} | ({"physician_assessed": assessed} if assessed else {})
    return case("emergency", name, milestones, unit="VXO-AKU", **attributes)


def judged(cases):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.ndjson"
        file.write_text("".join(json.dumps(e) + "\n" for events in cases for e in events))
        answer = read_answer(replay(CONFIG, [file], AS_OF))
    total = sum(map(len, cases))
    assert answer["events"]["accepted"] == total, answer["events"]
    return answer


def rows(answer, table, indicator, **wanted):
    """The rows of an indicator that have the wanted values."""
    return [row for row in answer[table]
            if row["indicator"] == indicator and all(row[field] == value for field, value in wanted.items())]


def the(values, row):
    """The named values of a row, to be compared at once."""
    return {name: row[name] for name in values}


class ByConfiguration(unittest.TestCase):
    maxDiff = None

    def the_only(self, answer, table, indicator, **wanted):
        found = rows(answer, table, indicator, **wanted)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def expect(self, expected, answer, table, indicator, **wanted):
        self.assertEqual(the(expected, self.the_only(answer, table, indicator, **wanted)), expected)

    def test_readmission_within_30_days_of_people_of_65_and_over(self):
        answer = judged([
            stay("day 30", "1950", "2026-03-01T10:00:00+01:00", "2026-03-31T23:00:00+02:00"),
            stay("day 31", "1940", "2026-03-01T10:00:00+01:00", "2026-04-01T00:30:00+02:00"),
            stay("never", "1961", "2026-03-02T10:00:00+01:00"),  # 65 in 2026
            stay("too young", "1962", "2026-03-02T10:00:00+01:00", "2026-03-03T10:00:00+01:00"),
            stay("of unknown age", None, "2026-03-02T10:00:00+01:00", "2026-03-03T10:00:00+01:00"),
            stay("under observation", "1930", "2026-04-10T10:00:00+02:00"),
            stay("dead", "1955", "2026-03-05T10:00:00+01:00", closed=("deceased", "2026-03-10T10:00:00+01:00")),
        ])
        whole = {"level": "region", "sex": "all", "age": "all"}
        # Decided: day 30, day 31 and never. One of three is more than 20 %: none may follow, and with two more that
        # stay away it is one in five.
        self.expect({"n": 3, "within": 1, "share": 0.333333, "goal": 0.2, "misses_allowed": -1, "hits_needed": 2},
                    answer, "shares", "readmission_30d_65plus", measure="decided", window="all", **whole)
        self.expect({"n": 2, "within": 1, "share": 0.5, "mean": 30.5, "p50": 30, "p80": 31, "unit": "days",
                     "misses_allowed": -1, "hits_needed": 3},
                    answer, "shares", "readmission_30d_65plus", measure="completed", window="all", **whole)
        ages = {row["age"]: (row["n"], row["within"])
                for row in rows(answer, "shares", "readmission_30d_65plus", measure="decided", window="all", sex="all",
                                level="region")}
        self.assertEqual(ages, {"all": (3, 1), "65-79": (2, 1), "80+": (1, 0)})
        # The one discharged five days ago is neither at risk nor overdue; the one who never came back has left.
        self.expect({"open": 1, "at_risk": 0, "overdue": 0, "by_age": {"0-30": 1}}, answer, "waiting",
                    "readmission_30d_65plus", **whole)
        self.expect({"closed": {"deceased": 1}, "excluded": {}, "invalid": {}}, answer, "left_out",
                    "readmission_30d_65plus", level="region")

    def test_emergency_visits_of_people_of_80_and_over(self):
        answer = judged([
            visit("a", "2026-04-01T00:30:00+02:00", birth_year="1946", sex="F", municipality="0780"),
            visit("b", "2026-04-02T10:00:00+02:00", birth_year="1940", sex="M", municipality="0781"),
            visit("c", "2026-03-31T23:30:00+02:00", birth_year="1946", sex="F", municipality="0780"),
            visit("too young", "2026-04-03T10:00:00+02:00", birth_year="1947", sex="F", municipality="0780"),
            visit("last year", "2025-05-01T10:00:00+02:00", birth_year="1945", sex="F", municipality="0780"),
            visit("too young then", "2025-05-02T10:00:00+02:00", birth_year="1946", sex="M", municipality="0781"),
        ])
        counts = {(row["level"], row["key"], row["sex"], row["window"]): row["numerator"]
                  for row in rows(answer, "ratios", "emergency_visits_80plus")}
        self.assertEqual(counts, {
            ("region", "region", "all", "month"): 2, ("region", "region", "F", "month"): 1,
            ("region", "region", "M", "month"): 1,
            ("region", "region", "all", "previous_month"): 1, ("region", "region", "F", "previous_month"): 1,
            ("region", "region", "all", "year"): 3, ("region", "region", "F", "year"): 2,
            ("region", "region", "M", "year"): 1,
            ("region", "region", "all", "365d"): 4, ("region", "region", "F", "365d"): 3,
            ("region", "region", "M", "365d"): 1,
            ("municipality", "0780", "all", "month"): 1, ("municipality", "0781", "all", "month"): 1,
            ("municipality", "0780", "all", "previous_month"): 1,
            ("municipality", "0780", "all", "year"): 2, ("municipality", "0781", "all", "year"): 1,
            ("municipality", "0780", "all", "365d"): 3, ("municipality", "0781", "all", "365d"): 1,
        })
        for row in rows(answer, "ratios", "emergency_visits_80plus"):
            self.assertEqual((row["denominator"], row["ratio"]), (None, None))
        self.expect({"goal": 9000}, answer, "ratios", "emergency_visits_80plus", level="region", sex="all",
                    window="year")

    def test_psychiatric_emergency_at_most_two_hours(self):
        answer = judged([
            visit("in time", "2026-04-15T06:00:00Z", "2026-04-15T08:00:00Z", care_area="psykiatri"),
            visit("a tick late", "2026-04-15T06:00:00Z", "2026-04-15T08:00:00.001Z", care_area="psykiatri"),
            visit("other care", "2026-04-15T06:00:00Z", "2026-04-15T09:00:00Z", care_area="medicin"),
            visit("not yet", "2026-04-15T11:00:00Z", care_area="psykiatri"),
            visit("at risk", "2026-04-15T10:30:00Z", care_area="psykiatri"),  # 90 minutes ago
            visit("overdue", "2026-04-15T08:00:00Z", care_area="psykiatri"),  # and settled
        ])
        whole = {"level": "region", "measure": "decided", "window": "24h"}
        self.expect({"n": 3, "within": 1, "share": 0.333333, "goal": 1, "misses_allowed": -2, "hits_needed": None},
                    answer, "shares", "psychiatric_emergency_2h", **whole)
        self.expect({"n": 2, "within": 1, "p50": 7260, "unit": "seconds"}, answer, "shares",
                    "psychiatric_emergency_2h", **whole | {"measure": "completed"})
        self.expect({"open": 3, "at_risk": 1, "overdue": 1}, answer, "waiting", "psychiatric_emergency_2h",
                    level="unit", key="VXO-AKU")

    def test_check_config_takes_it_and_says_what_the_shipped_one_leaves_open(self):
        for directory, gap in ((CONFIG, None), (ROOT / "config", 'pathway "lunga"')):
            done = subprocess.run([str(binary()), "check-config", str(directory)], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            notes = [line for line in done.stdout.splitlines() if ": note: " in line]
            self.assertEqual(any(gap in note for note in notes) if gap else notes == [], True, notes)

    def test_a_roll_up_by_area_of_care(self):
        def first_visit(name, day, unit):
            return case("wait", name, {"referral_decided": "2026-01-10T10:00:00+01:00",
                                       "first_visit": f"2026-{day}T10:00:00+02:00"}, unit=unit)

        answer = judged([
            first_visit("day 60", "03-11", "VXO-MED"),
            first_visit("day 61", "03-12", "LJU-MED"),
            first_visit("kirurgi", "02-01", "VXO-KIR"),
            first_visit("a unit without the tag", "02-01", "VXO-AKU"),
            first_visit("a unit that no file knows", "02-02", "elsewhere"),
        ])
        areas = {row["key"]: (row["n"], row["within"])
                 for row in rows(answer, "shares", "first_visit_60d", level="care_area", measure="completed",
                                 window="year")}
        self.assertEqual(areas, {"medicin": (2, 1), "kirurgi": (1, 1), "unknown": (2, 2)})
        self.expect({"n": 5, "within": 4}, answer, "shares", "first_visit_60d", level="region", measure="completed",
                    window="year")


if __name__ == "__main__":
    unittest.main()
