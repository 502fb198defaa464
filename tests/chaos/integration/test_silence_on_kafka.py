"""Silence, on Kafka."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deployments import OnKafka  # noqa: E402
from silence import SilenceScenarios  # noqa: E402


class SilenceOnKafka(SilenceScenarios, unittest.TestCase):
    def make(self, *options):
        return OnKafka(self, *options)


if __name__ == "__main__":
    unittest.main()
