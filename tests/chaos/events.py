"""Events for the scenarios: a simulated county's past, and single cases placed so that a deadline passes now."""

import json
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import harness

AT_RISK = timedelta(minutes=15)
LIMIT = timedelta(minutes=20)
UNIT_AT_RISK = timedelta(minutes=2)
TICK = timedelta(milliseconds=1)
SHARES = "ambulance_prio1_20min"


def now():
    return datetime.now(timezone.utc)


def rfc3339(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def milestone(case, name, at, recorded_at=None, **more):
    """An event of the ambulance stream as one line; its id follows from what it says."""
    event = {"event_id": f"{case}-{name}-{more.get('resource', '')}", "source": "chaos", "stream": "ambulance",
             "case_id": case, "recorded_at": rfc3339(recorded_at or at), "milestone": name, "occurred_at": rfc3339(at)}
    return json.dumps({**event, **more})


def called(case, at, municipality="0680", **more):
    return milestone(case, "call_received", at, attributes={"priority": "1", "municipality": municipality}, **more)


def alarmed(case, at, **more):
    return milestone(case, "unit_alarmed", at, resource="A-1", resource_kind="ambulance", **more)


def arrived(case, at, **more):
    return milestone(case, "arrived", at, resource="A-1", resource_kind="ambulance", **more)


def unfinished_call(case, at, **more):
    """A call with a unit on its way: at risk and overdue by the limit of 20 minutes alone."""
    return [alarmed(case, at + timedelta(seconds=30), **more), called(case, at, **more)]


def county(begin, end, missions_per_day, seed, region=""):
    """The lines of a county's missions that have ended, case by case and the call last: so no case waits for what
    comes behind it, however slowly the lines arrive."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.ndjson"
        done = harness.vardvakt("simulate", "--config", "config", "--from", rfc3339(begin), "--to", rfc3339(end),
                                "--missions-per-day", missions_per_day, "--waits-per-day", 0, "--svf-per-day", 0,
                                "--dental-per-day", 0, "--seed", seed, "--duplicates", 30,
                                "--corrections", 30, "--out-of-order", 50, "--output", file)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        lines = file.read_text().splitlines()
    cases = {}
    for line in lines:
        event = json.loads(line)
        if region:
            event["region"] = region
            line = json.dumps(event)
        cases.setdefault(event["case_id"], []).append((event, line))
    told = []
    for events in cases.values():
        if ended([event for event, _ in events]):
            events.sort(key=lambda pair: pair[0].get("milestone") == "call_received")  # stable
            told += [line for _, line in events]
    return told


def ended(events):
    """Closed, or an ambulance has come and a unit was alarmed: by none of the indicators that page does it wait."""
    def has(name, kinds=None):
        return any(e.get("milestone") == name and not e.get("retract") and (kinds is None or e.get("resource_kind", "") in kinds)
                   for e in events)
    closed = any(e.get("closed") and not e.get("retract") for e in events)
    return has("call_received") and (closed or (has("unit_alarmed") and has("arrived", ("", "ambulance", "helicopter"))))
