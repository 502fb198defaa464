"""`vardvakt explain case` and `explain share` over recorded input: what is told of every shape."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from replay import binary  # noqa: E402

AS_OF = "2026-04-15T10:00:00Z"
SVF_LIMITS = """pathways:
  - {pathway: brost, name: Bröstcancer, valid_from: 2024-02-01, pad_subtract_days: 7,
     variants: [{variant: "", limits: [
       {treatment_form: kirurgi, days: 35, source: RCC, dated: 2024-02},
       {treatment_form: lakemedel, days: 42, source: RCC, dated: 2024-02}]}]}
"""


class Log:
    def __init__(self):
        self.lines = []

    def add(self, stream, case, recorded, **fields):
        self.lines.append(json.dumps({"event_id": f"e{len(self.lines)}", "source": "cosmic", "stream": stream,
                                      "case_id": case, "recorded_at": recorded, **fields}))

    def reach(self, stream, case, milestone, at, **fields):
        self.add(stream, case, at, milestone=milestone, occurred_at=at, **fields)


def events():
    log = Log()
    log.reach("wait", "in-time", "referral_decided", "2026-01-10T09:00:00Z")
    log.reach("wait", "in-time", "first_visit", "2026-02-01T09:00:00Z")
    log.reach("wait", "choice", "referral_decided", "2026-01-10T09:00:00Z")
    log.reach("wait", "choice", "first_visit", "2026-04-01T09:00:00Z")
    log.add("wait", "choice", "2026-01-20T09:00:00Z", deviation="pvv")
    log.reach("wait", "medical", "referral_decided", "2026-01-10T09:00:00Z")
    log.add("wait", "medical", "2026-01-20T09:00:00Z", deviation="mov")
    log.reach("wait", "exempt", "referral_decided", "2026-01-10T09:00:00Z")
    log.add("wait", "exempt", "2026-01-20T09:00:00Z", exempted={
        "indicator": "first_visit_60d", "reason": "agreed", "decided_by": "op2", "decided_at": "2026-01-20T08:00:00Z"})
    log.reach("wait", "dated", "followup_decided", "2026-01-10T09:00:00Z",
              attributes={"medical_target_date": "2026-04-10"})
    log.reach("wait", "undated", "followup_decided", "2026-01-10T09:00:00Z")
    log.reach("svf", "unknown-form", "suspicion_founded", "2026-04-01T09:00:00Z", attributes={"pathway": "brost"})
    log.reach("svf", "surgery", "suspicion_founded", "2026-03-02T09:00:00Z", attributes={
        "pathway": "brost", "treatment_form": "kirurgi", "first_suspicion_at_pad": "true"})
    log.reach("svf", "surgery", "treatment_started", "2026-03-30T09:00:00Z")
    log.reach("svf", "elsewhere", "suspicion_founded", "2026-04-01T09:00:00Z", attributes={"pathway": "okänt"})
    log.reach("ambulance", "late", "call_received", "2026-04-15T09:00:00Z", attributes={"priority": "1"})
    log.reach("ambulance", "late", "arrived", "2026-04-15T09:21:00Z", resource="A1", resource_kind="ambulance")
    log.reach("ambulance", "other", "call_received", "2026-04-15T09:00:00Z", attributes={"priority": "2"})
    log.add("ambulance", "gone", "2026-04-15T09:00:00Z", deleted=True)
    return log.lines


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="vardvakt-explain-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.config = cls.folder / "config"
        shutil.copytree(ROOT / "config", cls.config)
        (cls.config / "svf-limits.yaml").write_text(SVF_LIMITS)
        (cls.config / "denominators.yaml").write_text(
            "denominators: [{indicator: svf_inclusion, level: region, key: region, year: 2026, count: 730}]\n")
        cls.file = cls.folder / "events.ndjson"
        cls.file.write_text("\n".join(events()) + "\n")

    def explain(self, *arguments):
        done = subprocess.run([str(binary()), "explain", *arguments, "--config", str(self.config), "--events",
                               str(self.file), "--as-of", AS_OF], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_told(self, case, indicator, *sentences):
        """The sentences stand in the indicator's story, in this order."""
        answer = json.loads(self.explain("case", "--case", case, "--format", "json"))
        story = next(j["story"] for j in answer["judgements"] if j["indicator"] == indicator)
        rest = list(story)
        for sentence in sentences:
            self.assertTrue(any(sentence in told for told in rest), (sentence, story))
            rest = rest[next(i for i, told in enumerate(rest) if sentence in told) + 1:]

    def test_durations_and_filters(self):
        self.assert_told("late", "ambulance_prio1_20min",
                         "the clock started at 2026-04-15 11:00:00.000: call_received, said by cosmic (recorded 2026-04-15 "
                         "11:00:00.000); judged by ambulance_prio1_20min@",
                         'priority is one of "1" holds: it is "1", said by cosmic',
                         "the limit is 20min from the start: it can no longer be within from 2026-04-15 11:20:00.001 on",
                         "the clock stopped at 2026-04-15 11:21:00.000: arrived by A1 (ambulance), said by cosmic",
                         "completed after 21min, not within the limit",
                         "counts in `completed` at 2026-04-15 11:21:00.000 as not within",
                         "counts in `decided` at 2026-04-15 11:20:00.001 as not within")
        self.assert_told("other", "ambulance_prio1_20min", 'does not hold: it is "2"')
        self.assert_told("gone", "ambulance_prio1_20min", "the source has withdrawn the case, said by cosmic")

    def test_days_and_deviations(self):
        self.assert_told("in-time", "first_visit_60d", "the last day that is within is 2026-03-11 (limit: the end of local "
                         "day 60 after the start), the deadline 2026-03-12 00:00:00.000",
                         "completed after 22 days, within the limit")
        self.assert_told("choice", "first_visit_60d", "deviation PvV, the patient's choice, said by cosmic (recorded "
                         "2026-01-20 10:00:00.000): excluded", "completed after 81 days, not within the limit",
                         "excluded (pvv): in neither numerator nor denominator",
                         "counts in `completed before exclusions` at 2026-04-01 11:00:00.000 as not within",
                         "counts in `decided before exclusions` at 2026-03-12 00:00:00.000 as not within")
        self.assert_told("medical", "first_visit_60d", "deviation MoV, for medical reasons", "excluded (mov)")
        self.assert_told("exempt", "first_visit_60d", "an exemption (agreed) decided by op2, said by cosmic",
                         "excluded (exempted:agreed)")

    def test_dates(self):
        self.assert_told("dated", "followup_in_target", 'medical_target_date is "2026-04-10", said by cosmic',
                         "the last day that is within is 2026-04-10", "open, overdue since 2026-04-11 00:00:00.000")
        self.assert_told("undated", "followup_in_target", 'medical_target_date is "", which is no date',
                         "invalid (no_target_date)")

    def test_pathways(self):
        self.assert_told("unknown-form", "svf_max_leadtime", 'pathway "brost" (Bröstcancer), as in force from 2024-02-01',
                         "the treatment form is not known yet: the longest limit, 42 calendar days, makes a miss certain; "
                         "at risk counts from the shortest, 35", "the last day that is within is 2026-05-13")
        self.assert_told("surgery", "svf_max_leadtime", 'treatment form "kirurgi", said by cosmic (recorded 2026-03-02 '
                         "10:00:00.000): 35 calendar days (RCC, 2024-02)", "less 7 days",
                         "the last day that is within is 2026-03-30", "completed after 28 days, within the limit")
        self.assert_told("elsewhere", "svf_max_leadtime",
                         "not applicable: the table has no version of its pathway in force")
        self.assert_told("elsewhere", "cancer_treatment_28d", "its pathway has no limit of its own: this one applies",
                         "the last day that is within is 2026-04-29")
        self.assert_told("surgery", "cancer_treatment_28d", "not applicable: its pathway has limits of its own")

    def test_a_ratio(self):
        self.assert_told("surgery", "svf_inclusion", "reached at 2026-03-30 11:00:00.000: treatment_started, said by cosmic")
        self.assert_told("elsewhere", "svf_inclusion", "not reached (first treatment_started")
        text = self.explain("share", "--indicator", "svf_inclusion", "--window", "previous_month", "--cases")
        self.assertIn("  counted: 1\n  of the 62 that are expected: 1.6 %\n  goal: 70.0 %\n", text)
        self.assertIn("  counted  cosmic surgery", text)

    def test_a_share_with_its_cases(self):
        text = self.explain("share", "--indicator", "first_visit_60d", "--window", "year", "--measure", "completed",
                            "--cases")
        self.assertIn(", revision 1)\n", text)
        self.assertIn("  limit: the end of local day 60 after the start\n", text)
        self.assertIn("  1 of 1 within the limit: 100.0 %", text)
        self.assertIn("before exclusions: 1 of 2\n", text)
        for line in ("left out, excluded (pvv): 1", "left out, excluded (mov): 1", "left out, excluded (exempted:agreed): 1",
                     "within  cosmic in-time", "excluded (pvv)  cosmic choice"):
            self.assertIn(line, text)

    def test_the_description_of_an_indicator_has_its_shape(self):
        def indicator(name):
            return json.loads(self.explain("share", "--indicator", name, "--window", "previous_month", "--measure",
                                           "completed", "--format", "json"))["indicator"]
        self.assertEqual(indicator("first_visit_60d")["limit_days"], 60)
        pathways = indicator("svf_max_leadtime")
        self.assertEqual((pathways["shape"], pathways["unit"], pathways["limit_table"]), ("share", "days", "svf"))
        self.assertEqual(pathways["pathways"][0]["limits"][0]["days"], 35)
        ratio = indicator("svf_inclusion")
        self.assertEqual((ratio["shape"], ratio["denominators"][0]["year"]), ("ratio", 2026))


if __name__ == "__main__":
    unittest.main()
