"""Runs `vardvakt replay` for the tests that hold its answer against somebody else's."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def binary():
    """The program under test: VARDVAKT_BIN names it or the folder that it is in."""
    path = Path(os.environ.get("VARDVAKT_BIN") or ROOT / "build" / "release" / "bin")
    path = path / "vardvakt" if path.is_dir() else path
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path} is no program: build it (ninja -C build/release vardvakt), or name it by "
                                "VARDVAKT_BIN")
    return path


def replay(config, files, as_of=None):
    """The bytes of `replay --format json` over files of events."""
    command = [str(binary()), "replay", "--config", str(config), "--format", "json"]
    for file in files:
        command += ["--events", str(file)]
    if as_of:
        command += ["--as-of", as_of]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout


# What names a row, in the order by which the answer is sorted. A ratio has no sex and age, unless it is a count, and
# no row a region where there is but one.
ROW_KEYS = {
    "shares": ("indicator", "level", "key", "sex", "age", "measure", "window", "region"),
    "waiting": ("indicator", "level", "key", "sex", "age", "region"),
    "ratios": ("indicator", "level", "key", "sex", "age", "window", "region"),
    "left_out": ("indicator", "level", "key", "region"),
}


def read_answer(data):
    """The answer as an object; fails where a row stands twice or out of order."""
    answer = json.loads(data)
    for table, names in ROW_KEYS.items():
        keys = [tuple(row.get(name, "").encode() for name in names) for row in answer.get(table, [])]
        if any(a >= b for a, b in zip(keys, keys[1:])):
            raise AssertionError(f"{table}: rows are not sorted, or one stands twice")
    return answer


def same_value(ours, theirs):
    """Equal; fractions to 6 decimals."""
    if isinstance(ours, float) or isinstance(theirs, float):
        return (isinstance(ours, (int, float)) and isinstance(theirs, (int, float)) and not isinstance(ours, bool)
                and abs(ours - theirs) <= 1e-6 + 1e-12 * abs(theirs))
    return type(ours) is type(theirs) and ours == theirs


def differences(table, ours, theirs, not_compared=(), most=20):
    """What differs between two lists of rows of one table, as lines; every field of both, and rows of either alone."""
    names = ROW_KEYS[table]
    by_key = [{tuple(row.get(name, "") for name in names): row for row in rows} for rows in (ours, theirs)]
    found = []
    for key in sorted(by_key[0].keys() | by_key[1].keys()):
        mine, expected = by_key[0].get(key), by_key[1].get(key)
        if mine == expected:
            continue
        if mine is None or expected is None:
            found.append(f"{table} {key}: {'missing' if mine is None else 'too much'}: {mine or expected}")
            continue
        for field in sorted((mine.keys() | expected.keys()) - set(not_compared)):
            if field not in mine or field not in expected:
                found.append(f"{table} {key}: {field} is in {'ours' if field in mine else 'theirs'} alone")
            elif not same_value(mine[field], expected[field]):
                found.append(f"{table} {key}: {field} is {mine[field]!r}, expected {expected[field]!r}")
    if len(found) > most:
        found[most:] = [f"... and {len(found) - most} more"]
    return found
