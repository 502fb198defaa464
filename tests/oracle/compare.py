#!/usr/bin/env python3
"""Compares `vardvakt replay` with the oracle over generated logs.

  tests/oracle/compare.py --runs 1000 [--first-seed N]
"""

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import definitions  # noqa: E402
import generator  # noqa: E402
import oracle  # noqa: E402
from replay import ROW_KEYS, differences, read_answer, replay  # noqa: E402

DAY = 86_400_000


def event_of(line):
    """A line as an object with the original names; None when it is none."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return {re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name): value for name, value in event.items()}


class Arena:
    """A folder with the configurations of every kind, to run logs in."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.kinds = [definitions.shipped(), definitions.varied()]
        for kind in self.kinds:
            kind.write(self.folder / kind.name)

    def kind_of(self, seed):
        return self.kinds[seed % len(self.kinds)]

    def product(self, kind, lines, now):
        """What the product answers; `now` None: without --as-of."""
        log = self.folder / "events.ndjson"
        log.write_text("".join(line + "\n" for line in lines))
        as_of = None if now is None else f"{oracle.seconds_text(now)[:-1]}.{now % 1000:03d}Z"
        return read_answer(replay(self.folder / kind.name, [log], as_of))

    def truth(self, kind, lines, now):
        return oracle.answer([event_of(line) for line in lines], now, kind, wall_clock=round(time.time() * 1000))

    def play(self, seed):
        """What differs in the run of a seed, as lines."""
        lines, now = generator.generate(seed)
        if seed % 5 == 0 and now < time.time() * 1000 - DAY:  # so that the wall clock decides nothing by a second
            now = None
        kind = self.kind_of(seed)
        return compare(self.product(kind, lines, now), self.truth(kind, lines, now))


def compare(ours, truth):
    found = [f"{field} is {ours[field]}, expected {truth[field]}" for field in ("as_of", "events")
             if ours[field] != truth[field]]
    for table in ROW_KEYS:
        found += differences(table, ours.get(table, []), truth[table])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=1)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        arena = Arena(folder)
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.runs):
            found = arena.play(seed)
            if found:
                failed += 1
                print(f"seed {seed} ({arena.kind_of(seed).name}):\n  " + "\n  ".join(found), flush=True)
    print(f"{arguments.runs - failed} runs agree, {failed} do not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
