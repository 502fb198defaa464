"""The counting behind the last line of scripts/test: nothing that failed or died may count as passed."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "lib"))
import run_tests  # noqa: E402

GTEST = """<?xml version="1.0"?>
<testsuites><testsuite name="Clock">
  <testcase name="Runs" status="run" result="completed" classname="Clock"/>
  <testcase name="Stops" status="run" result="completed" classname="Clock"><failure message="1 != 2"/></testcase>
  <testcase name="Skips" status="run" result="skipped" classname="Clock"><skipped message="no data"/></testcase>
  <testcase name="DISABLED_Never" status="notrun" result="suppressed" classname="Clock"/>
</testsuite></testsuites>"""


class GoogleTestResults(unittest.TestCase):
    def cases(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "result.xml"
            if text is not None:
                path.write_text(text)
            return run_tests.gtest_cases(path)

    def test_cases_are_counted_one_by_one(self):
        result = self.cases(GTEST)
        self.assertEqual((result.passed, result.failed, result.skipped),
                         (1, ["Clock.Stops"], ["Clock.Skips", "Clock.DISABLED_Never"]))

    def test_a_missing_or_torn_file_is_no_result(self):
        self.assertIsNone(self.cases(None))
        self.assertIsNone(self.cases(GTEST[:200]))

    def test_a_program_that_dies_is_one_failure(self):
        self.assertEqual(len(run_tests.program_result(None, ok=False).failed), 1)

    def test_a_program_that_dies_after_its_cases_is_one_failure(self):
        result = run_tests.program_result(run_tests.Result(passed=3), ok=False)
        self.assertEqual((result.passed, result.failed), (3, ["died after its last case"]))

    def test_a_failed_case_is_not_counted_twice(self):
        result = run_tests.program_result(run_tests.Result(passed=3, failed=["Clock.Stops"]), ok=False)
        self.assertEqual(result.failed, ["Clock.Stops"])


class PythonResults(unittest.TestCase):
    def test_failures_errors_and_skips(self):
        output = ("test_a (m.T.test_a) ... ok\ntest_b (m.T.test_b) ... FAIL\ntest_c (m.T.test_c) ... skipped 'no data'\n"
                  "test_d (m.T.test_d) ... ok\n\nFAIL: test_b (m.T.test_b)\nRan 4 tests in 0.01s\n\nFAILED\n")
        result = run_tests.unittest_result(1, output)
        self.assertEqual((result.passed, result.failed, result.skipped),
                         (2, ["test_b (m.T.test_b)"], ["test_c (m.T.test_c)"]))

    def test_subtests_of_one_case_count_once(self):
        output = ("FAIL: test_b (m.T.test_b) (x=1)\nFAIL: test_b (m.T.test_b) (x=2)\nRan 2 tests in 0.01s\n")
        result = run_tests.unittest_result(1, output)
        self.assertEqual((result.passed, len(result.failed)), (1, 1))

    def test_a_run_that_dies_is_a_failure(self):
        self.assertEqual(len(run_tests.unittest_result(-9, "test_a (m.T.test_a) ... ").failed), 1)
        self.assertEqual(len(run_tests.unittest_result(1, "Ran 2 tests in 0.01s\n\nOK\n").failed), 1)


if __name__ == "__main__":
    unittest.main()
