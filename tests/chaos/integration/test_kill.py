"""Kill -9 at random, told to Debian's Alertmanager."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deployments import Embedded, OnKafka  # noqa: E402
from kill import KillScenario  # noqa: E402


class KillOnTheEmbeddedLog(KillScenario, unittest.TestCase):
    def make(self, *options):
        return Embedded(self, *options)


class KillOnKafka(KillScenario, unittest.TestCase):
    def make(self, *options):
        return OnKafka(self, *options)


if __name__ == "__main__":
    unittest.main()
