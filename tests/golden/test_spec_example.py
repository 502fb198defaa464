"""The specification's worked example: replay gives every row of expected.json, whatever the order, the copies and the
split of its events.

The specification stands beside the project; where it is missing this fails, unless VARDVAKT_NO_SHARED=1 says that it
is meant to be.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from replay import differences, read_answer, replay  # noqa: E402

EXAMPLES = ROOT.parent / "shared" / "spec" / "examples"
AS_OF = "2026-04-15T10:17:33.250Z"
FUTURE_TOLERANCE = timedelta(minutes=5)


def instant(event, name, camel_case_name):
    """One of an event's times, in whichever of the two name styles it is written; None when it has none."""
    text = event.get(name, event.get(camel_case_name))
    return datetime.fromisoformat(text) if text else None


def fate_of(event):
    """What becomes of an event of the example: left_out, from_the_future or accepted."""
    now = datetime.fromisoformat(AS_OF)
    recorded = instant(event, "recorded_at", "recordedAt")
    occurred = instant(event, "occurred_at", "occurredAt")
    if recorded > now:
        return "left_out"
    if occurred and occurred > min(recorded, now) + FUTURE_TOLERANCE:
        return "from_the_future"
    return "accepted"


def counts_anything(row):
    """A left-out row that names at least one case; ours leave out the others."""
    return any(row[why] for why in ("excluded", "closed", "invalid"))


@unittest.skipIf(os.environ.get("VARDVAKT_NO_SHARED") == "1", "VARDVAKT_NO_SHARED=1")
class SpecificationExample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not EXAMPLES.is_dir():
            raise FileNotFoundError(f"{EXAMPLES} is missing: put the specification there, or set VARDVAKT_NO_SHARED=1 "
                                    "to go without")
        cls.folder = Path(tempfile.mkdtemp(prefix="vardvakt-golden-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.config = cls.folder / "config"
        shutil.copytree(ROOT / "config", cls.config)
        for file in (EXAMPLES / "config").glob("*.yaml"):
            shutil.copy(file, cls.config)
        cls.lines = (EXAMPLES / "events.ndjson").read_text().splitlines()
        cls.expected = json.loads((EXAMPLES / "expected.json").read_text())
        cls.plain = cls.run_over(cls.lines)

    @classmethod
    def write(cls, lines):
        handle, path = tempfile.mkstemp(suffix=".ndjson", dir=cls.folder)
        with os.fdopen(handle, "w") as file:
            file.writelines(line + "\n" for line in lines)
        return path

    @classmethod
    def run_over(cls, *parts):
        return replay(cls.config, [cls.write(part) for part in parts], AS_OF)

    def expected_rows(self, table):
        return [row for row in self.expected[table] if table != "left_out" or counts_anything(row)]

    def assert_expected(self, answer):
        self.assertEqual(answer["as_of"], self.expected["as_of"])
        for table in ("shares", "waiting", "ratios", "left_out"):
            # `definition` is in the contract but not in the example.
            found = differences(table, answer.get(table, []), self.expected_rows(table), not_compared=("definition",))
            self.assertFalse(found, "\n" + "\n".join(found))

    def test_there_is_something_to_compare(self):
        for table, least in (("shares", 8000), ("waiting", 500), ("ratios", 15), ("left_out", 150)):
            self.assertGreater(len(self.expected_rows(table)), least, table)

    def test_every_row_and_field_in_the_given_order(self):
        answer = read_answer(self.plain)
        self.assert_expected(answer)
        self.assertEqual(answer["events"], self.expected["events"])
        for row in answer["shares"]:
            self.assertRegex(row["definition"], rf"^{row['indicator']}@\d{{4}}-\d\d-\d\d$")

    def test_shuffles_give_the_same_bytes(self):
        for seed in (1, 2, 3):
            with self.subTest(seed=seed):
                shuffled = random.Random(seed).sample(self.lines, len(self.lines))
                self.assertNotEqual(shuffled, self.lines)
                self.assertEqual(self.run_over(shuffled), self.plain)

    def test_copies_change_the_accounting_alone(self):
        chance = random.Random(4)
        copies = chance.choices(self.lines, k=200)
        copies += [line for line in self.lines if fate_of(json.loads(line)) != "accepted"]
        fates = [fate_of(json.loads(line)) for line in copies]
        self.assertGreater(fates.count("from_the_future"), 0)
        mixed = self.lines + copies
        chance.shuffle(mixed)
        answer = read_answer(self.run_over(mixed))
        self.assert_expected(answer)
        plain = self.expected["events"]
        self.assertEqual(answer["events"], {
            "received": plain["received"] + len(copies) - fates.count("left_out"),
            "accepted": plain["accepted"] + fates.count("accepted"),
            "without_effect": plain["without_effect"] + fates.count("accepted"),
            "rejected": {"from_the_future": plain["rejected"]["from_the_future"] + fates.count("from_the_future")},
        })

    def test_several_files_are_one_log(self):
        third = len(self.lines) // 3
        parts = [self.lines[:third], self.lines[third:2 * third], self.lines[2 * third:]]
        self.assertEqual(self.run_over(*parts), self.plain)
        self.assertEqual(self.run_over(parts[2], [], parts[0], parts[1]), self.plain)

    def test_the_comparison_sees_a_lost_and_an_altered_event(self):
        arrived = next(i for i, line in enumerate(self.lines)
                       if '"arrived"' in line and fate_of(json.loads(line)) == "accepted")
        event = json.loads(self.lines[arrived])
        event["milestone"] = "rolling"
        for name, changed in (("lost", []), ("altered", [json.dumps(event)])):
            with self.subTest(name):
                answer = read_answer(self.run_over(self.lines[:arrived] + changed + self.lines[arrived + 1:]))
                with self.assertRaises(AssertionError):
                    self.assert_expected(answer)


if __name__ == "__main__":
    unittest.main()
