"""`vardvakt replay` of the city's file says what san_francisco.py works out from it without the product's code."""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import san_francisco

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared/data/san-francisco-fire-calls-2020-04.csv"
PROGRAM = os.environ.get("VARDVAKT_BIN", str(ROOT / "build/release/bin"))


def program():
    """VARDVAKT_BIN names the program or the folder that it is in."""
    path = Path(PROGRAM)
    return path / "vardvakt" if path.is_dir() else path


def replay(events):
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "replay.json"
        subprocess.run([program(), "replay", "--config", "config/examples/san-francisco", "--csv", events, "--mapping",
                        "config/mappings/san-francisco-fire-calls.yaml", "--format", "json", "--output", output,
                        "--dead-letters", Path(folder) / "dead-letters.ndjson"],
                       cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return json.loads(output.read_text())


def name(row):
    return row["indicator"], row["level"], row["key"]


class SanFrancisco(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.calls = san_francisco.read(DATA)
        cls.answer = replay(DATA)

    def test_every_row_is_equal(self):
        said = {name(row): row for row in self.answer["shares"]
                if row["measure"] == "completed" and row["window"] == "all"}
        expected = {name(row): row for row in san_francisco.rows_of(self.calls)}
        self.assertEqual(sorted(said), sorted(expected))
        for key, row in expected.items():
            for field, value in row.items():
                with self.subTest(row=key, field=field):
                    got = said[key][field]
                    if isinstance(value, float):
                        self.assertTrue(math.isclose(got, value, abs_tol=1.5e-6), f"{got} is not {value}")
                    else:
                        self.assertEqual(got, value)

    def test_no_row_of_the_file_is_refused(self):
        self.assertEqual(self.answer["events"]["rejected"], {})
        self.assertEqual(self.answer["events"]["received"], self.answer["events"]["accepted"])

    def test_those_without_an_arrival_are_closed_or_wait(self):
        outcomes = san_francisco.defects(self.calls)["calls by outcome"]
        closed = [row for row in self.answer["left_out"] if name(row) == ("sf_ambulance_20min", "region", "region")]
        waiting = [row for row in self.answer["waiting"] if name(row) == ("sf_ambulance_20min", "region", "region")]
        self.assertEqual([sum(row["closed"].values()) for row in closed], [outcomes["closed"]])
        self.assertEqual([row["open"] for row in waiting], [outcomes["open"]])


def load_tests(loader, tests, pattern):
    """The data lies beside the project and is no part of it; without it there is nothing to compare."""
    if DATA.exists():
        return tests
    print(f"{DATA} is not there: nothing to compare with", file=sys.stderr)
    return unittest.TestSuite()


if __name__ == "__main__":
    unittest.main()
