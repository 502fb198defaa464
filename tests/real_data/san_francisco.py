"""The shares of config/examples/san-francisco straight from the city's file, apart from the product's code.

    python3 tests/real_data/san_francisco.py FILE.csv            rows of measure `completed`, window `all`, as JSON
    python3 tests/real_data/san_francisco.py FILE.csv --defects  what is wrong with the file

Written from the contract (domain.md §3 and §4) and the mapping's meaning, with csv and datetime for all that matters.
"""

import csv
import json
import math
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta

TIME = "%m/%d/%Y %I:%M:%S %p"
COLUMNS = ["Received DtTm", "Entry DtTm", "Dispatch DtTm", "Response DtTm", "On Scene DtTm", "Transport DtTm",
           "Hospital DtTm", "Available DtTm"]
AMBULANCES = {"MEDIC", "PRIVATE"}
PRIORITIES = {"3": "1", "2": "2"}
CLOSING = {"Cancelled", "No Merit", "Unable to Locate", "Gone on Arrival", "Fire", "SFPD", "CHP", "Other"}
LIMIT = timedelta(minutes=20)
INDICATORS = {"sf_ambulance_20min": AMBULANCES, "sf_first_unit_20min": None}
Z = 1.959963984540054


def read(path):
    """The calls of the file: number -> its unit rows, with their times read. Local times: no clock change is in them."""
    calls = defaultdict(list)
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            row["times"] = {column: datetime.strptime(row[column], TIME) for column in COLUMNS if row[column].strip()}
            calls[row["Call Number"]].append(row)
    return calls


def closed_at(rows):
    """When a call was closed: by its row that was written down last (the greatest time in it), if that one closes it."""
    closing = [max(row["times"].values()) for row in rows if row["Call Final Disposition"] in CLOSING]
    return max(closing, default=None)


def outcome(rows, kinds):
    """(state, duration) of a call as the contract's steps decide it, with no deviations or exemptions in the file."""
    start = min((row["times"]["Received DtTm"] for row in rows if "Received DtTm" in row["times"]), default=None)
    if start is None:
        return "not applicable", None
    stop = min((row["times"]["On Scene DtTm"] for row in rows
                if "On Scene DtTm" in row["times"] and (kinds is None or row["Unit Type"] in kinds)), default=None)
    if stop is not None and stop < start:
        return "invalid", None
    closed = closed_at(rows)
    if stop is not None and (closed is None or closed >= stop):
        return "completed", stop - start
    return ("closed", None) if closed is not None else ("open", None)


def bucket_end(duration):
    """The upper edge in seconds of the bucket that a duration falls in: 10 s up to 2 h, 60 s up to 48 h, one beyond."""
    seconds = duration.total_seconds()
    if seconds < 7200:
        return int(seconds // 10 + 1) * 10
    if seconds < 172800:
        return int(seconds // 60 + 1) * 60
    return 172800


def percentile(durations, p):
    ends = sorted(bucket_end(duration) for duration in durations)
    return ends[-(-p * len(ends) // 100) - 1]


def wilson(within, n):
    share, spread = within / n, Z * math.sqrt(within / n * (1 - within / n) / n + Z * Z / (4 * n * n))
    middle, scale = share + Z * Z / (2 * n), 1 + Z * Z / n
    return (middle - spread) / scale, (middle + spread) / scale


def rows_of(calls):
    series = defaultdict(list)
    for rows in calls.values():
        for indicator, kinds in INDICATORS.items():
            state, duration = outcome(rows, kinds)
            if state != "completed":
                continue
            for level, key in (("region", "region"),
                               ("priority", PRIORITIES.get(rows[0]["Final Priority"], "unknown")),
                               ("battalion", rows[0]["Battalion"] or "unknown")):
                series[indicator, level, key].append(duration)
    for (indicator, level, key), durations in sorted(series.items()):
        n, within = len(durations), sum(duration <= LIMIT for duration in durations)
        low, high = wilson(within, n)
        yield {"indicator": indicator, "level": level, "key": key, "sex": "all", "age": "all", "measure": "completed",
               "window": "all", "from": None, "to": None, "n": n, "within": within, "share": within / n,
               "wilson_low": low, "wilson_high": high, "n_before": n, "within_before": within,
               "mean": sum(durations, timedelta()).total_seconds() / n, "p50": percentile(durations, 50),
               "p80": percentile(durations, 80), "p90": percentile(durations, 90), "unit": "seconds", "goal": None,
               "n_expected": n, "misses_allowed": None, "hits_needed": None}


def defects(calls):
    rows = [row for call in calls.values() for row in call]
    in_order = COLUMNS[:-1]  # when a unit is free again is no step of the call
    ambulances = [call for call in calls.values() if any(row["Unit Type"] in AMBULANCES for row in call)]
    states = Counter(outcome(call, AMBULANCES)[0] for call in calls.values())

    def disordered(row, columns):
        times = [row["times"][column] for column in columns if column in row["times"]]
        return times != sorted(times)

    return {
        "rows": len(rows), "calls": len(calls),
        "from": str(min(min(row["times"].values()) for row in rows)),
        "to": str(max(max(row["times"].values()) for row in rows)),
        "calls with several units": sum(len(call) > 1 for call in calls.values()),
        "most units of a call": max(map(len, calls.values())),
        "rows without a time": {column: sum(column not in row["times"] for row in rows) for column in COLUMNS},
        "rows out of order": sum(disordered(row, in_order) for row in rows),
        "rows out of order, available counted": sum(disordered(row, COLUMNS) for row in rows),
        "arrivals before the call": sum(row["times"].get("On Scene DtTm", datetime.max) < row["times"]["Received DtTm"]
                                        for row in rows),
        "calls that differ in priority or battalion": sum(
            len({(row["Final Priority"], row["Battalion"]) for row in call}) > 1 for call in calls.values()),
        "calls sent an ambulance": len(ambulances),
        "calls sent an ambulance that none is reported to have reached": sum(
            not any(row["Unit Type"] in AMBULANCES and "On Scene DtTm" in row["times"] for row in call)
            for call in ambulances),
        "calls whose first unit on the scene is no ambulance": sum(
            outcome(call, None)[1] is not None and outcome(call, None)[1] != outcome(call, AMBULANCES)[1]
            for call in calls.values()),
        "calls by outcome": dict(sorted(states.items())),
        "rows twice": len(rows) - len({row["RowID"] for row in rows}),
    }


def main():
    calls = read(sys.argv[1])
    found = defects(calls) if "--defects" in sys.argv else list(rows_of(calls))
    json.dump(found, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
