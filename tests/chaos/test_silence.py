"""Silence, on the embedded log."""

import unittest

from deployments import Embedded
from silence import SilenceScenarios


class SilenceOnTheEmbeddedLog(SilenceScenarios, unittest.TestCase):
    def make(self, *options):
        return Embedded(self, *options)


if __name__ == "__main__":
    unittest.main()
