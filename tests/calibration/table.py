#!/usr/bin/env python3
"""How near the simulated county is to 2023: simulates a year, replays it with the shipped configuration, and prints one
row for each indicator of which a result of 2023 is published.

The shares are the region's of the year's window: `completed`, which is what the region publishes, and `decided` beside
it. Cases are excluded, closed and invalid as of the year's end.

usage: python3 tests/calibration/table.py [--seed N] [--year 2025] [simulate's own options]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from replay import binary, replay  # noqa: E402

# Percent, from "Budget 2025" (the specification's table).
OF_2023 = {
    "ambulance_prio1_20min": 71, "primary_assessment_3d": 85, "first_visit_60d": 69, "procedure_60d": 73,
    "followup_in_target": 78, "svf_max_leadtime": 33, "dental_specialist_60d": 59, "dental_recall_in_time": 72,
    "svf_inclusion": 97, "dental_outreach": 91, "dental_necessary_care": 60,
}


def answer_of(year, seed, more=()):
    """replay's answer over a simulated year, as of its last second."""
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "year.ndjson"
        command = [binary(), "simulate", "--config", ROOT / "config", "--from", f"{year}-01-01T00:00:00+01:00", "--to",
                   f"{year + 1}-01-01T00:00:00+01:00", "--seed", seed, "--output", events, *more]
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(replay(ROOT / "config", [events], f"{year}-12-31T23:59:59+01:00"))


def rows_of(answer):
    """For each indicator of OF_2023: n and percent of `completed` and of `decided`, and what was left out. A ratio has
    its numerator and its percent in place of `completed`."""
    rows = {indicator: {} for indicator in OF_2023}
    whole = lambda row: (row["indicator"] in rows and row["level"] == "region" and row.get("sex", "all") == "all"
                         and row.get("age", "all") == "all" and row.get("window", "year") == "year")
    for row in filter(whole, answer["shares"]):
        rows[row["indicator"]][row["measure"]] = (row["n"], 100 * row["share"])
    for row in filter(whole, answer["ratios"]):
        rows[row["indicator"]]["completed"] = (row["numerator"], 100 * row["ratio"])
    for row in filter(whole, answer["left_out"]):
        rows[row["indicator"]]["left_out"] = {why: sum(row.get(why, {}).values())
                                              for why in ("excluded", "closed", "invalid")}
    return rows


def print_table(rows):
    print(f"{'indicator':24} {'2023':>4} {'completed':>9} {'n':>7} {'decided':>8} {'n':>7} {'excluded':>8} {'closed':>7} "
          f"{'invalid':>7}")
    for indicator, row in rows.items():
        n, percent = row["completed"]
        line = f"{indicator:24} {OF_2023[indicator]:>4} {percent:>9.1f} {n:>7}"
        if "decided" in row:
            left_out = row.get("left_out", {})
            n, percent = row["decided"]
            line += (f" {percent:>8.1f} {n:>7} {left_out.get('excluded', 0):>8} {left_out.get('closed', 0):>7} "
                     f"{left_out.get('invalid', 0):>7}")
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--year", type=int, default=2025)
    options, more = parser.parse_known_args()
    print_table(rows_of(answer_of(options.year, options.seed, more)))


if __name__ == "__main__":
    main()
