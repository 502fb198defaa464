#!/usr/bin/env python3
"""Compares `vardvakt replay` with the oracle over generated logs.

  tests/oracle/compare.py --runs 1000 [--first-seed N]
"""

import argparse
import functools
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import configurations  # noqa: E402
import generator  # noqa: E402
from instants import DAY, text_of  # noqa: E402
from reading.answer import answer  # noqa: E402
from reading.configuration import Configuration  # noqa: E402
from replay import ROW_KEYS, binary, differences, read_answer, replay  # noqa: E402


@functools.lru_cache(maxsize=100_000)
def event_of(line):
    """A line as an object with the original names, which nobody may change; None when it is none."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return {re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name): value for name, value in event.items()
            if value is not None}


class Arena:
    """A folder with the configurations of every kind, to run logs in."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.kinds = configurations.every_kind()
        self.configurations = {}
        for kind in self.kinds:
            kind.write(self.folder / kind.name)
            self.configurations[kind.name] = Configuration(self.folder / kind.name)
        self.fields = self.cases = 0  # compared so far

    def log(self, seed):
        """The name of a configuration, the lines of a log for it, and as of when; None: without --as-of."""
        directory = self.kinds[seed % len(self.kinds)]
        kind = directory.name
        streams = list(next(iter(self.configurations[kind].regions.values())).streams)
        lines, now = generator.generate(seed, streams, directory.regions())
        if seed % 5 == 0 and now < time.time() * 1000 - DAY:  # so that the wall clock decides nothing by a second
            now = None
        return kind, lines, now

    def product(self, kind, lines, now):
        """What the product answers."""
        log = self.folder / "events.ndjson"
        log.write_text("".join(line + "\n" for line in lines))
        return read_answer(replay(self.folder / kind, [log], None if now is None else text_of(now, 0)))

    def truth(self, kind, lines, now, reading=answer):
        events = [event_of(line) for line in lines]
        return reading(events, now, self.configurations[kind], wall_clock=round(time.time() * 1000))

    def play(self, seed):
        """What differs in the run of a seed, as lines."""
        kind, lines, now = self.log(seed)
        truth = self.truth(kind, lines, now)
        self.count(lines, truth)
        return [f"{kind}: {line}" for line in compare(self.product(kind, lines, now), truth)]


    def simulate(self, *options):
        """The lines of a log of the synthetic county."""
        log = self.folder / "simulated.ndjson"
        command = [str(binary()), "simulate", "--config", str(self.folder / "shipped"), "--output", str(log), *options]
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        return log.read_text().splitlines()

    def count(self, lines, truth):
        events = [event for event in map(event_of, lines) if event]
        self.cases += len({(event.get("stream"), event.get("case_id")) for event in events})
        self.fields += fields_of(truth)


def fields_of(truth):
    return sum(len(row) for table in ROW_KEYS for row in truth[table])


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
                print(f"seed {seed}:\n  " + "\n  ".join(found), flush=True)
    print(f"{arguments.runs - failed} runs agree, {failed} do not; {arena.cases} cases, {arena.fields} fields compared")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
