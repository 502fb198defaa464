"""The generated logs tell the oracle apart from every deliberately wrong reading of the rules.

So a product that reads a rule in one of these ways fails test_oracle.py.
"""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import compare  # noqa: E402
import mutants  # noqa: E402

LOGS = 200  # the first ones of those that the product is compared over


class Logs:
    """Logs, and the right answers, each made when it is first needed. The logs that told most lately come first, then
    the short ones."""

    def __init__(self, folder):
        self.arena = compare.Arena(folder)
        self.logs = {seed: self.arena.log(seed) for seed in range(1, LOGS + 1)}
        self.order = sorted(self.logs, key=lambda seed: len(self.logs[seed][1]))
        self.truths = {}
        self.runs = 0

    def truth(self, seed):
        if seed not in self.truths:
            self.truths[seed] = self.arena.truth(*self.logs[seed])
            self.arena.count(self.logs[seed][1], self.truths[seed])
        return self.truths[seed]

    def tells_apart(self, reading):
        for seed in self.order:
            truth, other = self.truth(seed), self.arena.truth(*self.logs[seed], reading=reading)
            self.runs += 1
            if other != truth and compare.compare(other, truth):
                self.order.remove(seed)
                self.order.insert(0, seed)
                return True
        return False


class Mutants(unittest.TestCase):
    def test_every_mutant_is_told_apart(self):
        everyone = mutants.every_mutant()
        self.assertEqual(len({mutant.name for mutant in everyone}), len(everyone))
        told = 0
        with tempfile.TemporaryDirectory() as folder:
            logs = Logs(folder)
            for mutant in everyone:
                with self.subTest(mutant.name):
                    self.assertTrue(logs.tells_apart(mutant.answer()), "no log tells it from the right reading")
                    told += 1
        print(f"\n{told} of {len(everyone)} mutants told apart, {logs.arena.cases} cases, {logs.arena.fields} fields "
              f"compared, in {logs.runs} runs")


if __name__ == "__main__":
    unittest.main()
