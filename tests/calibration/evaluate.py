#!/usr/bin/env python3
"""Share of priority-1 missions reached within 20 minutes, from events alone, by the rules of the contract.

Written apart from the product's code, to check it and the simulator's calibration: merges the events of each case,
judges each case and prints one JSON object. The measure is `decided`: each case once, at its stop or its deadline.

usage: evaluate.py EVENTS.ndjson AS_OF
"""

import json
import sys
from datetime import datetime, timedelta, timezone

LIMIT = timedelta(minutes=20)
SETTLE = timedelta(seconds=60)
TICK = timedelta(milliseconds=1)
AMBULANCES = {"ambulance", "helicopter", ""}


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def registers_of(event):
    """(name of the register, set or not, value) for all that an event says."""
    is_set = not event.get("retract", False)
    at = instant(event["occurred_at"]) if "occurred_at" in event else None
    if "milestone" in event:
        yield ("milestone", event["milestone"], event.get("resource", "")), is_set, (at, event.get("resource_kind", ""))
    if "closed" in event:
        yield ("closed",), is_set, at
    if event.get("deleted"):
        yield ("deleted",), is_set, True
    for name, value in event.get("attributes", {}).items():
        yield ("attribute", name), value != "", value


def merge(lines):
    cases = {}
    for line in lines:
        event = json.loads(line)
        version = (instant(event["recorded_at"]), event["source"], event["event_id"])
        case = cases.setdefault((event["source"], event["case_id"]), {})
        for name, is_set, value in registers_of(event):
            if name not in case or version > case[name][0]:
                case[name] = (version, value if is_set else None)
    return [{name: value for name, (_, value) in case.items() if value is not None} for case in cases.values()]


def judge(case, now):
    """(start, within) when the case counts in `decided`, else None."""
    if case.get(("deleted",)) or case.get(("attribute", "priority")) != "1":
        return None
    reached = {name: value for name, value in case.items() if name[0] == "milestone" and value[0] <= now}
    starts = [at for name, (at, _) in reached.items() if name[1] == "call_received"]
    stops = [at for name, (at, kind) in reached.items() if name[1] == "arrived" and kind in AMBULANCES]
    if not starts:
        return None
    start, stop, closed = min(starts), min(stops, default=None), case.get(("closed",))
    deadline = start + LIMIT + TICK
    if stop is not None and stop < start:
        return None
    if stop is not None and (closed is None or closed >= stop):
        return start, stop - start <= LIMIT
    if closed is not None and closed <= now:
        return (start, False) if closed >= deadline else None
    return (start, False) if now >= deadline + SETTLE else None


def last_sunday(year, month):
    day = datetime(year, month, 31, 1, tzinfo=timezone.utc)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def stockholm_hour(at):
    summer = last_sunday(at.year, 3) <= at < last_sunday(at.year, 10)
    return (at + timedelta(hours=2 if summer else 1)).hour


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = merge(file)
    now = instant(sys.argv[2])
    all_cases, by_municipality, by_hour = [0, 0], {}, {}
    for case in cases:
        judged = judge(case, now)
        if judged is None:
            continue
        start, within = judged
        municipality = case.get(("attribute", "municipality"), "")
        for counts in (all_cases, by_municipality.setdefault(municipality, [0, 0]),
                       by_hour.setdefault(f"{stockholm_hour(start):02}", [0, 0])):
            counts[0] += 1
            counts[1] += within
    print(json.dumps({"decided": all_cases[0], "within": all_cases[1],
                      "municipality": by_municipality, "hour": by_hour}, sort_keys=True))


if __name__ == "__main__":
    main()
