"""`vardvakt replay` gives the oracle's numbers over generated logs; see compare.py for more of them."""

import json
import os
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import compare  # noqa: E402
import definitions  # noqa: E402
import generator  # noqa: E402
import oracle  # noqa: E402

RUNS = 30
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


@unittest.skipIf(os.environ.get("VARDVAKT_NO_SHARED") == "1", "VARDVAKT_NO_SHARED=1")
class TheOracleItself(unittest.TestCase):
    """Two readings of one text may share a mistake; the worked example was computed by a third."""

    def example_units(self):
        """The example's units file; of YAML it uses a list of flat maps for each key, a line each."""
        units, under = {}, None
        for line in (EXAMPLES / "config" / "units.yaml").read_text().splitlines():
            under = line.split(":")[0] if line[0].isalpha() else under
            for body in re.findall(r"- \{(.*)\}", line):
                parts = (part.split(": ") for part in body.split(", "))
                units.setdefault(under, []).append({name: value.strip('"') for name, value in parts})
        return units

    def test_it_gives_the_worked_example(self):
        if not EXAMPLES.is_dir():
            self.fail(f"{EXAMPLES} is missing: put the specification there, or set VARDVAKT_NO_SHARED=1 to go without")
        kind = definitions.shipped()
        kind.units = self.example_units()
        self.assertEqual(len(kind.units["municipalities"]), 13)
        events = [compare.event_of(line) for line in (EXAMPLES / "events.ndjson").read_text().splitlines()]
        truth = oracle.answer(events, oracle.instant_of("2026-04-15T10:17:33.250Z"), kind)
        expected = json.loads((EXAMPLES / "expected.json").read_text())
        self.assertEqual(truth["events"], expected["events"])
        ids = {indicator["id"] for indicator in kind.indicators}
        for table in ("shares", "waiting", "left_out"):
            rows = [row for row in expected[table] if row["indicator"] in ids
                    and (table != "left_out" or row["excluded"] or row["closed"] or row["invalid"])]
            found = compare.differences(table, truth[table], rows, not_compared=("definition",))
            self.assertFalse(found, "\n" + "\n".join(found))


class TheComparisonItself(InArena):
    """A proof that nothing can fail proves nothing."""

    def setUp(self):
        self.lines, self.now = generator.generate(2)
        self.kind = self.arena.kind_of(2)
        self.truth = self.arena.truth(self.kind, self.lines, self.now)
        self.assertEqual(compare.compare(self.arena.product(self.kind, self.lines, self.now), self.truth), [])

    def assert_noticed(self, change):
        """Some change of an arrival that the oracle says matters is noticed in the product's rows, not in the
        accounting alone. `change`: the event -> the lines in its place."""
        for number, line in enumerate(self.lines):
            event = compare.event_of(line)
            if not event or event.get("milestone") != "arrived" or event.get("retract"):
                continue
            changed = self.lines[:number] + change(event) + self.lines[number + 1:]
            other_truth = self.arena.truth(self.kind, changed, self.now)
            if self.rows_differ(other_truth):
                self.assertTrue(self.rows_differ(self.arena.product(self.kind, changed, self.now)))
                return
        self.fail("no arrival of this log matters")

    def rows_differ(self, answer):
        return any(not line.startswith("events") for line in compare.compare(answer, self.truth))

    def test_it_notices_a_lost_event(self):
        self.assert_noticed(lambda event: [])

    def test_it_notices_an_altered_event(self):
        def a_day_earlier(event):
            occurred = oracle.instant_of(event["occurred_at"]) - compare.DAY
            return [json.dumps({**event, "occurred_at": oracle.seconds_text(occurred)})]

        self.assert_noticed(a_day_earlier)

    def test_it_notices_a_case_that_counts_twice(self):
        def with_a_double(event):
            mine = [other for other in map(compare.event_of, self.lines)
                    if other and other.get("case_id") == event["case_id"]]
            return [json.dumps(event)] + [json.dumps({**other, "case_id": "its double"}) for other in mine]

        self.assert_noticed(with_a_double)


if __name__ == "__main__":
    unittest.main()
