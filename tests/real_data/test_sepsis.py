"""`vardvakt replay` of the hospital's file says what sepsis.py works out from it without the product's code."""

import json
import math
import shutil
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime
from pathlib import Path

import sepsis

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import replay  # noqa: E402

DATA = ROOT.parent / "shared/data/hospital-sepsis-2013-2015.csv"
CONFIG = ROOT / "config/examples/sepsis"
MAPPING = ROOT / "config/mappings/hospital-sepsis.yaml"
# The ends of the years that the returns lie in; None: of the file.
MOMENTS = ["2013-12-31T23:59:59Z", "2014-12-31T23:59:59Z", None]


def replayed(as_of=None, config=CONFIG, mapping=MAPPING):
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "replay.json"
        command = [replay.binary(), "replay", "--config", config, "--csv", DATA, "--mapping", mapping, "--format", "json",
                   "--output", output, "--dead-letters", Path(folder) / "dead-letters.ndjson"]
        subprocess.run(command + (["--as-of", as_of] if as_of else []), check=True, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
        return json.loads(output.read_text())


class Sepsis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.answers = [replayed(as_of) for as_of in MOMENTS]

    def each(self):
        """(the answer, the file's cases as far as it goes, its moment)."""
        for answer in self.answers:
            now = datetime.strptime(answer["as_of"], "%Y-%m-%dT%H:%M:%SZ")
            with self.subTest(as_of=answer["as_of"]):
                yield answer, sepsis.read(DATA, now), now

    def same(self, said, expected):
        self.assertEqual(sorted(said), sorted(expected))
        for key, numbers in expected.items():
            for field, value in numbers.items():
                got = said[key][field]
                equal = math.isclose(got, value, abs_tol=1.5e-6) if isinstance(value, float) else got == value
                self.assertTrue(equal, f"{key}: {field} is {got}, expected {value}")

    def test_every_share_is_equal(self):
        for answer, cases, now in self.each():
            said = {(row["indicator"], row["age"], row["measure"], row["window"]): row for row in answer["shares"]
                    if row["level"] == "region" and row["window"] in sepsis.windows(now)}
            self.same(said, dict(sepsis.shares(cases, now)))

    def test_every_count_is_equal(self):
        for answer, cases, now in self.each():
            said = {(row["indicator"], row["age"], row["window"]): row["numerator"] for row in answer["ratios"]}
            self.assertEqual(said, sepsis.counts(cases, now))

    def test_the_years_have_every_return(self):
        returned = sum(sepsis.first(done, {"Return ER"}) is not None for done, _ in sepsis.read(DATA).values())
        years = [row["numerator"] for answer in self.answers for row in answer["ratios"]
                 if row["window"] == "year" and row["age"] == "all"]
        self.assertEqual(sum(years), returned)

    def test_who_waits_is_equal(self):
        for answer, cases, now in self.each():
            said = {(row["indicator"], row["age"]): row for row in answer["waiting"] if row["level"] == "region"}
            self.same(said, sepsis.waiting(cases, now))

    def test_what_is_left_out_is_equal(self):
        for answer, cases, _ in self.each():
            said = {row["indicator"]: row["invalid"] for row in answer["left_out"] if row["level"] == "region"}
            self.assertEqual(said, {name: {"stop_before_start": n} for name, n in sepsis.invalid(cases).items()})

    def test_no_row_of_the_file_is_refused(self):
        for answer in self.answers:
            self.assertEqual(answer["events"]["rejected"], {})
            self.assertEqual(answer["events"]["received"], answer["events"]["accepted"])

    def test_a_case_is_explained_for_every_shape_of_indicator(self):
        done = subprocess.run([replay.binary(), "explain", "case", "--case", "IC", "--config", CONFIG, "--csv", DATA,
                               "--mapping", MAPPING], check=True, stdout=subprocess.PIPE, text=True)
        for line in ("sepsis_release_14d@2013-01-01: completed, within the limit",
                     "sepsis_returns@2013-01-01: completed",
                     "sepsis_triage_10min@2013-01-01: invalid (stop_before_start)"):
            self.assertIn(line, done.stdout)

    def test_read_as_local_time_no_share_is_another(self):
        """The stamps were moved, so they are read as UTC; docs/real-data.md says that it decides nothing here."""
        with tempfile.TemporaryDirectory() as folder:
            config, mapping = Path(folder) / "config", Path(folder) / "mapping.yaml"
            shutil.copytree(CONFIG, config)
            for source, target in ((CONFIG / "units.yaml", config / "units.yaml"), (MAPPING, mapping)):
                target.write_text(source.read_text().replace("time_zone: UTC", "time_zone: Europe/Amsterdam"))
            local = replayed(config=config, mapping=mapping)
        fields = ("indicator", "level", "key", "age", "measure", "n", "within")
        every = [[[row[field] for field in fields] for row in answer["shares"] if row["window"] == "all"]
                 for answer in (local, self.answers[-1])]
        self.assertEqual(*every)


def load_tests(loader, tests, pattern):
    """The data lies beside the project and is no part of it; without it there is nothing to compare."""
    if DATA.exists():
        return tests
    print(f"{DATA} is not there: nothing to compare with", file=sys.stderr)
    return unittest.TestSuite()


if __name__ == "__main__":
    unittest.main()
