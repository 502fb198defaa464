"""`vardvakt report`: a small log whose numbers are worked out by hand, and the specification's example against what
`replay` says as of the same instants."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from replay import binary, replay, same_value  # noqa: E402

EXAMPLES = ROOT.parent / "shared" / "spec" / "examples"
AS_OF = "2026-04-15T10:17:33.250Z"


def report(config, files, period, as_of, output_format="json", expected=0):
    """What `report` prints, or its words when it fails."""
    command = [str(binary()), "report", "--config", str(config), "--period", period, "--as-of", as_of,
               "--format", output_format]
    for file in files:
        command += ["--events", str(file)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != expected:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stderr if expected else done.stdout


class SmallLog:
    """Events of stream wait, a case a line: first visits of January 2026, as the comments say."""

    def __init__(self):
        self.lines = []

    def add(self, case, recorded, stream="wait", **fields):
        self.lines.append(json.dumps({"event_id": f"e{len(self.lines)}", "source": "cosmic", "stream": stream,
                                      "case_id": case, "recorded_at": recorded, **fields}))

    def visit(self, case, referral, visit=None, municipality="0680", recorded=None):
        self.add(case, f"{referral}T12:00:00Z", milestone="referral_decided", occurred_at=f"{referral}T09:00:00Z",
                 attributes={"municipality": municipality})
        if visit:
            self.add(case, recorded or f"{visit}T12:00:00Z", milestone="first_visit", occurred_at=f"{visit}T09:00:00Z")


def january():
    log = SmallLog()
    log.visit("a", "2025-11-20", "2026-01-15")                                   # day 56: within
    log.visit("b", "2025-10-01", "2026-01-20", municipality="0683")              # day 111: missed, decided in December
    log.visit("c", "2025-11-10", "2026-01-05")                                   # day 56, but the patient's choice
    log.add("c", "2025-12-01T08:00:00Z", deviation="pvv")
    log.visit("d", "2025-11-25", "2026-01-10", recorded="2026-02-03T08:00:00Z")  # day 46, reported in February
    log.visit("e", "2026-01-10")                                                 # waits, in time
    log.visit("f", "2026-01-02", "2026-01-12")                                   # day 10 ...
    log.add("f", "2026-02-10T08:00:00Z", milestone="first_visit", retract=True)  # ... but it never took place
    log.visit("g", "2025-11-01")                                                 # day 60 is 31 December: a miss of January
    return log


class HandWorkedNumbers(unittest.TestCase):
    """Every number below follows from the comments in january(); day 60 of d is 24 January."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="vardvakt-report-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        log = january()
        log.add("s", "2026-01-20T12:00:00Z", stream="svf", milestone="suspicion_founded",
                occurred_at="2026-01-02T09:00:00Z", attributes={"pathway": "brost"})
        log.add("s", "2026-01-20T12:00:00Z", stream="svf", milestone="treatment_started",
                occurred_at="2026-01-20T09:00:00Z")
        cls.file = cls.folder / "events.ndjson"
        cls.file.write_text("\n".join(log.lines) + "\n")
        cls.config = cls.folder / "config"
        shutil.copytree(ROOT / "config", cls.config)
        (cls.config / "denominators.yaml").write_text(
            "denominators: [{indicator: svf_inclusion, level: region, key: region, year: 2026, count: 730}]\n")
        cls.answer = json.loads(report(cls.config, [cls.file], "2026-01", "2026-02-15T00:00:00Z"))

    def row(self, indicator, key="region", measure=""):
        found = [row for row in self.answer["rows"]
                 if (row["indicator"], row["key"], row["measure"]) == (indicator, key, measure)]
        self.assertEqual(len(found), 1, (indicator, key, measure))
        return found[0]

    def assert_numbers(self, row, known, **expected):
        got = {name: row[known][name] for name in expected}
        self.assertEqual(got, expected, (row["indicator"], row["key"], row["measure"], known))

    def test_completed_in_the_region(self):
        row = self.row("first_visit_60d", measure="completed")
        self.assertEqual(row["goal"], 0.8)
        self.assertEqual(row["place"], "Region Jönköpings län")
        # Published: a, b, f and, before exclusions, c. Waiting when January ended: d (overdue), e, g (overdue).
        self.assert_numbers(row, "as_published", n=3, within=2, n_before=4, within_before=3, share_before=0.75,
                            excluded={"pvv": 1}, waiting=3, waiting_at_risk=0, waiting_overdue=2, p50=56)
        # Known: d has come, f has gone. Waiting when January ended: e, f, g (overdue).
        self.assert_numbers(row, "as_known", n=3, within=2, n_before=4, within_before=3, excluded={"pvv": 1}, waiting=3,
                            waiting_at_risk=0, waiting_overdue=1, p50=56, p90=111)
        # Wilson 95 % of 2 of 3, by hand: 0.2077 to 0.9385.
        self.assertAlmostEqual(row["as_known"]["wilson_low"], 0.2077, places=4)
        self.assertAlmostEqual(row["as_known"]["wilson_high"], 0.9385, places=4)
        # a: 56 days, b: 111, f: 10; d: 46.
        self.assertAlmostEqual(row["as_published"]["mean"], (56 + 111 + 10) / 3, places=6)
        self.assertAlmostEqual(row["as_known"]["mean"], (56 + 111 + 46) / 3, places=6)

    def test_decided_in_the_region(self):
        row = self.row("first_visit_60d", measure="decided")
        # Published: a and f at their stops, g on 1 January, d on 25 January (settled on the 28th); before: c.
        self.assert_numbers(row, "as_published", n=4, within=2, n_before=5, within_before=3, excluded={"pvv": 1})
        # Known: a, d and g.
        self.assert_numbers(row, "as_known", n=3, within=2, n_before=4, within_before=3, excluded={"pvv": 1})

    def test_the_lansdelar(self):
        here = self.row("first_visit_60d", key="jonkoping", measure="completed")
        self.assertEqual(here["place"], "Jönköpings länsdel")
        self.assert_numbers(here, "as_published", n=2, within=2, excluded={"pvv": 1})
        self.assert_numbers(here, "as_known", n=2, within=2)
        there = self.row("first_visit_60d", key="varnamo", measure="completed")
        self.assert_numbers(there, "as_published", n=1, within=0, n_before=1, excluded={}, waiting=0)

    def test_a_ratio_has_its_share_of_the_year(self):
        row = self.row("svf_inclusion")
        self.assertEqual(row["shape"], "ratio")
        self.assert_numbers(row, "as_known", n=1, denominator=62, within=None)  # 730 · 31/365
        self.assertAlmostEqual(row["as_known"]["share"], 1 / 62, places=6)

    def test_csv_and_markdown_say_the_same(self):
        text = report(self.config, [self.file], "2026-01", "2026-02-15T00:00:00Z", "csv")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(len(rows), 2 * len(self.answer["rows"]))
        row = next(r for r in rows if r["indicator"] == "first_visit_60d" and r["key"] == "region"
                   and r["measure"] == "decided" and r["known"] == "as_published")
        self.assertEqual((row["period"], row["n"], row["within"], row["excluded"]), ("2026-01", "4", "2", "pvv=1"))
        text = report(self.config, [self.file], "2026-01", "2026-02-15T00:00:00Z", "markdown")
        self.assertIn("| Region Jönköpings län | completed | published | 2 of 3: 66.7 % (20.8 % to 93.9 %) | "
                      "3 of 4: 75.0 % | pvv 1 | 3 (2 overdue) |\n", text)
        self.assertIn("`first_visit_60d@", text)

    def test_a_period_that_goes_on_has_not_been_published(self):
        answer = json.loads(report(self.config, [self.file], "2026-T1", "2026-02-15T00:00:00Z"))
        self.assertTrue(answer["rows"])
        self.assertEqual({row["as_published"] for row in answer["rows"]}, {None})

    def test_says_what_is_wrong(self):
        self.assertIn("give a month 2026-04", report(self.config, [self.file], "2026-T4", AS_OF, expected=2))
        self.assertIn("has not begun", report(self.config, [self.file], "2026-05", AS_OF, expected=1))


@unittest.skipIf(os.environ.get("VARDVAKT_NO_SHARED") == "1", "VARDVAKT_NO_SHARED=1")
class SpecificationExample(unittest.TestCase):
    """As published is what `replay` said as of the period's end, as known what it says now."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="vardvakt-report-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.config = cls.folder / "config"
        shutil.copytree(ROOT / "config", cls.config)
        for file in (EXAMPLES / "config").glob("*.yaml"):
            shutil.copy(file, cls.config)
        cls.events = EXAMPLES / "events.ndjson"

    def compare(self, period, known, as_of, window):
        stated = json.loads(report(self.config, [self.events], period, AS_OF))["rows"]
        replayed = json.loads(replay(self.config, [self.events], as_of))
        ours = {(r["indicator"], r["key"], r["measure"]): r for r in stated
                if r["shape"] == "share" and r[known]["n_before"] > 0}
        theirs = {(r["indicator"], r["key"], r["measure"]): r for r in replayed["shares"]
                  if r["level"] in ("region", "lansdel") and r["sex"] == r["age"] == "all" and r["window"] == window
                  and r["n_before"] > 0}
        self.assertEqual(set(ours), set(theirs))
        self.assertGreater(len(ours), 20)
        for key, row in theirs.items():
            for field in ("n", "within", "share", "wilson_low", "wilson_high", "n_before", "within_before", "mean", "p50"):
                self.assertTrue(same_value(ours[key][known][field], row[field]), (period, known, key, field))
            self.assertEqual(ours[key]["definition"], row["definition"])
        ratios = {(r["indicator"], r["key"]): r for r in replayed["ratios"] if r["window"] == window}
        counted = {(r["indicator"], r["key"]): r for r in stated if r["shape"] == "ratio" and r[known]["denominator"]}
        for key in ratios.keys() & counted.keys():
            self.assertTrue(same_value(counted[key][known]["share"], ratios[key]["ratio"]), key)
        return stated, replayed

    def test_a_month_as_published_and_as_known(self):
        stated, replayed = self.compare("2026-03", "as_published", "2026-03-31T22:00:00Z", "previous_month")
        waiting = {(r["indicator"], r["key"]): r["open"] for r in replayed["waiting"]
                   if r["level"] in ("region", "lansdel") and r["sex"] == r["age"] == "all"}
        for row in stated:
            if row["shape"] == "share":
                self.assertEqual(row["as_published"]["waiting"], waiting.get((row["indicator"], row["key"]), 0), row)
        self.compare("2026-03", "as_known", AS_OF, "previous_month")

    def test_a_tertial_and_a_running_year(self):
        self.compare("2025-T3", "as_published", "2025-12-31T23:00:00Z", "previous_tertial")
        self.compare("2025-T3", "as_known", AS_OF, "previous_tertial")
        self.compare("2026", "as_known", AS_OF, "year")


if __name__ == "__main__":
    unittest.main()
