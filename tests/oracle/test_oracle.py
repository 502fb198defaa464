"""`vardvakt replay` gives the oracle's numbers over generated logs; see compare.py for more of them."""

import json
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import compare  # noqa: E402
from instants import DAY, text_of  # noqa: E402
from reading.answer import answer  # noqa: E402
from reading.configuration import Configuration  # noqa: E402
from reading.times import instant_of  # noqa: E402

RUNS = 300
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "spec" / "examples"


class InArena(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="vardvakt-oracle-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.arena = compare.Arena(folder)


class GeneratedLogs(InArena):
    def test_the_product_gives_the_oracles_numbers(self):
        for seed in range(1, RUNS + 1):
            with self.subTest(seed=seed):
                found = self.arena.play(seed)
                self.assertFalse(found, "\n" + "\n".join(found))
        print(f"\n{RUNS} logs, {self.arena.cases} cases, {self.arena.fields} fields compared")


class TheSyntheticCounty(InArena):
    """More cases a series than adversarial logs have, at the rates of a county."""

    def test_the_product_gives_the_oracles_numbers(self):
        lines = self.arena.simulate("--from", "2026-01-01T00:00:00+01:00", "--to", "2026-04-12T15:30:00+02:00",
                                    "--missions-per-day", "20", "--waits-per-day", "30", "--svf-per-day", "5",
                                    "--dental-per-day", "10", "--seed", "7")
        now = instant_of("2026-04-12T15:30:00+02:00")
        truth = self.arena.truth("shipped", lines, now)
        self.assertGreater(len(truth["shares"]), 1000)
        found = compare.compare(self.arena.product("shipped", lines, now), truth)
        self.assertFalse(found, "\n" + "\n".join(found))


@unittest.skipIf(os.environ.get("VARDVAKT_NO_SHARED") == "1", "VARDVAKT_NO_SHARED=1")
class TheOracleItself(unittest.TestCase):
    """Two readings of one text may share a mistake; the worked example was computed by a third."""

    def test_it_gives_the_worked_example(self):
        if not EXAMPLES.is_dir():
            self.fail(f"{EXAMPLES} is missing: put the specification there, or set VARDVAKT_NO_SHARED=1 to go without")
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(compare.configurations.ROOT / "config", folder, dirs_exist_ok=True)
            shutil.copytree(EXAMPLES / "config", folder, dirs_exist_ok=True)
            configuration = Configuration(folder)
        events = [compare.event_of(line) for line in (EXAMPLES / "events.ndjson").read_text().splitlines()]
        truth = answer(events, instant_of("2026-04-15T10:17:33.250Z"), configuration)
        expected = json.loads((EXAMPLES / "expected.json").read_text())
        self.assertEqual((truth["as_of"], truth["events"]), (expected["as_of"], expected["events"]))
        # It also names places where nothing is left out.
        expected["left_out"] = [row for row in expected["left_out"]
                                if row["excluded"] or row["closed"] or row["invalid"]]
        for table in compare.ROW_KEYS:
            self.assertGreater(len(expected[table]), 10, table)
            found = compare.differences(table, truth[table], expected[table], not_compared=("definition",))
            self.assertFalse(found, "\n" + "\n".join(found))


class TheComparisonItself(InArena):
    """A proof that nothing can fail proves nothing."""

    STOPS = ("arrived", "first_visit", "treatment_started", "recall_done", "assessment_done")

    def assert_noticed(self, change):
        """Of each kind of log, some change of a stop that the oracle says matters is noticed in the product's rows,
        not in the accounting alone. `change`: the event, the whole log -> the lines in the event's place."""
        for seed in (2, 7, 12):
            with self.subTest(seed=seed):
                self.assertTrue(self.notices(self.arena.log(seed), change), "no stop of this log matters")

    def notices(self, log, change):
        kind, lines, now = log
        truth = self.arena.truth(kind, lines, now)
        self.assertEqual(compare.compare(self.arena.product(kind, lines, now), truth), [])
        for number, line in enumerate(lines):
            event = compare.event_of(line)
            if not event or event.get("milestone") not in self.STOPS or event.get("retract"):
                continue
            changed = lines[:number] + change(event, lines) + lines[number + 1:]
            if rows_differ(self.arena.truth(kind, changed, now), truth):
                self.assertTrue(rows_differ(self.arena.product(kind, changed, now), truth))
                return True
        return False

    def test_it_notices_a_lost_event(self):
        self.assert_noticed(lambda event, lines: [])

    def test_it_notices_an_altered_event(self):
        self.assert_noticed(lambda event, lines: [json.dumps(a_day_earlier(event))])

    def test_it_notices_an_event_doubled_with_another_value(self):
        self.assert_noticed(lambda event, lines: [json.dumps(event), json.dumps(
            {**a_day_earlier(event), "event_id": event["event_id"] + "~"})])

    def test_it_notices_a_case_that_counts_twice(self):
        def with_a_double(event, lines):
            mine = [other for other in map(compare.event_of, lines)
                    if other and other.get("case_id") == event["case_id"]]
            return [json.dumps(event)] + [json.dumps({**other, "case_id": "its double"}) for other in mine]

        self.assert_noticed(with_a_double)


def a_day_earlier(event):
    return {**event, "occurred_at": text_of(instant_of(event["occurred_at"]) - DAY, 0)}


def rows_differ(ours, truth):
    return any(not line.startswith("events") for line in compare.compare(ours, truth))


if __name__ == "__main__":
    unittest.main()
