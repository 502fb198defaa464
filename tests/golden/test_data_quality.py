"""The section `data_quality` of `replay`: a small log whose findings are counted by hand, and the specification's example
held against its own accounting."""

import json
import os
import random
import shutil
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from replay import replay  # noqa: E402

EXAMPLES = ROOT.parent / "shared" / "spec" / "examples"
AS_OF = "2026-04-15T10:17:33.250Z"


def small_log():
    lines = []

    def add(case, recorded, **fields):
        lines.append(json.dumps({"event_id": f"e{len(lines)}", "source": "cosmic", "stream": "wait", "case_id": case,
                                 "recorded_at": recorded, **fields}))

    def reach(case, milestone, at, recorded=None, **attributes):
        add(case, recorded or at, milestone=milestone, occurred_at=at, attributes=attributes)

    known = {"unit": "SE2321000057-RY03", "municipality": "0680"}
    reach("good", "referral_decided", "2026-04-01T09:00:00Z", **known)
    reach("good", "first_visit", "2026-04-15T09:30:00Z")                             # the last hour's only event
    reach("backwards", "referral_decided", "2026-04-02T09:00:00Z", **known)
    reach("backwards", "first_visit", "2026-04-01T09:00:00Z")                        # a negative wait
    reach("undated", "followup_decided", "2026-04-02T09:00:00Z", **known)            # without a target date
    reach("skipped", "referral_decided", "2026-04-02T09:00:00Z", **known)
    reach("skipped", "procedure_decided", "2026-04-05T09:00:00Z")                    # and no first visit
    reach("nowhere", "referral_decided", "2026-04-02T09:00:00Z")                     # no unit, no municipality
    reach("abroad", "referral_decided", "2026-04-02T09:00:00Z", unit="SE-1", municipality="1480")
    reach("slow", "referral_decided", "2026-04-02T09:00:00Z", recorded="2026-04-03T09:00:00.001Z", **known)
    reach("other", "something_else", "2026-04-02T09:00:00Z", **known)                # no indicator is for it
    add("gone", "2026-04-02T09:00:00Z", deleted=True)                                # withdrawn: counts nowhere
    reach("future", "referral_decided", "2026-04-02T09:06:00Z", recorded="2026-04-02T09:00:00Z")   # rejected
    lines.append(lines[0])                                                           # a copy
    lines.append("no JSON")
    return lines


class DataQuality(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vardvakt-quality-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def over(self, lines, config=ROOT / "config"):
        file = self.folder / "events.ndjson"
        file.write_text("\n".join(lines) + "\n")
        return json.loads(replay(config, [file], AS_OF))

    def test_counted_by_hand(self):
        quality = self.over(small_log())["data_quality"]
        sources = {(row["stream"], row["source"]): row for row in quality["sources"]}
        self.assertEqual(set(sources), {("wait", "cosmic"), ("unknown", "unknown")})
        self.assertEqual(sources["unknown", "unknown"]["rejected"], {"malformed": 1})
        row = sources["wait", "cosmic"]
        expected = {"received": 14, "accepted": 13, "without_effect": 1, "rejected": {"from_the_future": 1},
                    "last_recorded": "2026-04-15T09:30:00Z", "cases": 8, "judged": 5, "not_judgeable": 2,
                    "not_applicable": 1, "invalid": {"no_target_date": 1, "stop_before_start": 1}, "negative_waits": 1,
                    "missing_stop": 1, "missing_unit": 1, "unknown_unit": 1, "missing_municipality": 1,
                    "unknown_municipality": 1, "late_report": 1}
        self.assertEqual({name: row[name] for name in expected}, expected)
        self.assertAlmostEqual(row["share_judged"], 5 / 7, places=6)
        self.assertAlmostEqual(row["events_per_minute"], 1 / 60, places=6)
        units = {row["unit"]: row for row in quality["units"]}
        self.assertEqual({unit: row["cases"] for unit, row in units.items()},
                         {"SE2321000057-RY03": 6, "SE-1": 1, "unknown": 1})
        self.assertEqual(units["SE-1"]["unknown_unit"], 1)

    def test_a_unit_that_codes_far_more_than_the_others_stands_out(self):
        lines = []
        for i in range(200):
            unit = "SE2321000057-RY03" if i < 40 else f"U{i % 4}"
            choice = i < 20 or i % 20 == 0  # 20 of 40 there, 8 of 160 elsewhere
            lines.append(json.dumps({
                "event_id": f"e{i}", "source": "cosmic", "stream": "wait", "case_id": f"c{i}",
                "recorded_at": "2026-03-02T09:00:00Z", "milestone": "procedure_decided",
                "occurred_at": "2026-03-02T09:00:00Z", "attributes": {"unit": unit},
                **({"deviation": "pvv"} if choice else {})}))
        units = {row["unit"]: row for row in self.over(lines)["data_quality"]["units"]}
        row = units["SE2321000057-RY03"]
        self.assertEqual((row["pvv_cases"], row["pvv"], row["pvv_others_cases"]), (40, 21, 160))
        self.assertAlmostEqual(row["pvv_others_share"], 8 / 160, places=6)
        self.assertEqual([unit for unit, row in units.items() if row["pvv_stands_out"]], ["SE2321000057-RY03"])

    @unittest.skipIf(os.environ.get("VARDVAKT_NO_SHARED") == "1", "VARDVAKT_NO_SHARED=1")
    def test_the_example_adds_up_in_any_order(self):
        config = self.folder / "config"
        shutil.copytree(ROOT / "config", config)
        for file in (EXAMPLES / "config").glob("*.yaml"):
            shutil.copy(file, config)
        lines = (EXAMPLES / "events.ndjson").read_text().splitlines()
        answer = self.over(lines, config)
        sources, units = answer["data_quality"]["sources"], answer["data_quality"]["units"]
        for name in ("received", "accepted", "without_effect"):
            self.assertEqual(sum(row[name] for row in sources), answer["events"][name], name)
        self.assertEqual(sum((Counter(row["rejected"]) for row in sources), Counter()),
                         Counter(answer["events"]["rejected"]))
        for row in sources:
            self.assertEqual(row["cases"], row["judged"] + row["not_judgeable"] + row["not_applicable"])
            own = [unit for unit in units if (unit["stream"], unit["source"]) == (row["stream"], row["source"])]
            for name in ("cases", "judged", "not_judgeable", "missing_stop", "unknown_unit", "unknown_municipality",
                         "late_report"):
                self.assertEqual(sum(unit[name] for unit in own), row[name], (row["source"], name))
        shuffled = random.Random(5).sample(lines, len(lines))
        self.assertEqual(self.over(shuffled, config)["data_quality"], answer["data_quality"])


if __name__ == "__main__":
    unittest.main()
