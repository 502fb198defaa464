"""One set of calls, written as files of the many shapes that others' files have: each with its mapping says the same."""

import csv
import io
import json
import random
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import replay  # noqa: E402

CONFIG = "config/examples/san-francisco"
AS_OF = "2020-07-01T00:40:00Z"
EPOCH = datetime(1970, 1, 1)
HEAD = "stream: ambulance\nsource: s\n"


def calls():
    """(number, received, arrival of the ambulance or None, arrival of the engine or None, priority, battalion); in UTC."""
    rng = random.Random(4)
    for number in range(400):
        received = datetime(2020, 6, 1) + timedelta(seconds=rng.randrange(30 * 86400))
        arrivals = [received + timedelta(seconds=rng.randrange(60, 2400)) if rng.random() < 0.9 else None for _ in range(2)]
        yield f"{number:04}", received, *arrivals, rng.choice("12"), rng.choice(["B01", "B02", "Åre"])


CALLS = list(calls())


def text_of(rows, delimiter=",", **options):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=options.pop("end", "\n"), **options).writerows(rows)
    return out.getvalue()


def shown(time, form):
    return "" if time is None else time.strftime(form)


def wide_iso():
    """A row for each call, times of ISO 8601 with offset."""
    rows = [["no", "received", "ambulance", "engine", "prio", "battalion"]]
    rows += [[no, *(shown(t, "%Y-%m-%dT%H:%M:%SZ") for t in times), prio, battalion]
             for no, *times, prio, battalion in CALLS]
    return [(text_of(rows), """
case_id: "{no}"
milestones:
  call_received: "{received}"
  arrived:
    - {column: ambulance, resource: M1, resource_kind: ambulance}
    - {column: engine, resource: E1, resource_kind: first_responder}
attributes: {priority: "{prio}", battalion: "{battalion}"}
""")]


def units_apart():
    """A row for each unit, newest first, local 12-hour times, in Windows-1252 with CRLF and quotes everywhere."""
    def local(time):
        return shown(time and time - timedelta(hours=7), "%m/%d/%Y %I:%M:%S %p")
    rows = [["Call Number", "Unit Type", "Received", "On Scene", "Final Priority", "Battalion"]]
    rows += [[no, kind, local(received), local(time), {"1": "3", "2": "2"}[prio], battalion]
             for no, received, ambulance, engine, prio, battalion in reversed(CALLS)
             for kind, time in (("MEDIC", ambulance), ("ENGINE", engine))]
    return [(text_of(rows, end="\r\n", quoting=csv.QUOTE_ALL).encode("windows-1252"), """
encoding: windows-1252
time_zone: America/Los_Angeles
time_format: "%m/%d/%Y %I:%M:%S %p"
case_id: "{Call Number}"
resource: "{Unit Type}"
resource_kind: {column: Unit Type, map: {MEDIC: ambulance}, default: first_responder}
milestones: {call_received: "{Received}", arrived: "{On Scene}"}
attributes: {priority: {column: Final Priority, map: {"3": "1", "2": "2"}}, battalion: "{Battalion}"}
""")]


def lengths():
    """How long it took instead of when; date and time apart; NULL for nothing."""
    def seconds(received, time, decimals):
        return "NULL" if time is None else f"{(time - received).total_seconds():.{decimals}f}".replace(".", ",")
    rows = [["IncidentNumber", "DateOfCall", "TimeOfCall", "First", "Second_min", "Prio", "Ground"]]
    rows += [[no, received.strftime("%d %b %Y"), received.strftime("%H:%M:%S"), seconds(received, ambulance, 0),
              "NULL" if engine is None else f"{(engine - received).total_seconds() / 60:.6f}".replace(".", ","), prio, place]
             for no, received, ambulance, engine, prio, place in CALLS]
    return [(text_of(rows, ";"), """
delimiter: ";"
missing: ["NULL"]
time_format: "%d %b %Y %H:%M:%S"
case_id: "{IncidentNumber}"
recorded_at: {template: "2020-07-01", format: "%F"}
milestones:
  call_received: "{DateOfCall} {TimeOfCall}"
  arrived:
    - {column: First, after: call_received, resource: first, resource_kind: ambulance}
    - {column: Second_min, after: call_received, unit: minutes, resource: second, resource_kind: first_responder}
attributes: {priority: "{Prio}", battalion: "{Ground}"}
""")]


def log():
    """A row for each thing that happened, activity and life cycle apart, with rows that don't count, out of order."""
    rows = []
    for no, received, ambulance, engine, prio, battalion in CALLS:
        rows.append([no, "Call", "COMPLETE", received, "", prio, battalion])
        rows.append([no, "Drive", "start", received, "M1", "", ""])
        rows += [[no, "Drive", "Complete", time, unit, "", ""] for unit, time in (("M1", ambulance), ("E1", engine)) if time]
        rows.append([no, "Call", "complete", received, "test", "9", "nowhere"])
    random.Random(5).shuffle(rows)
    for row in rows:
        row[3] = row[3].strftime("%Y/%m/%d %H:%M:%S.000")
    head = [["Case ID", "Activity", "lifecycle:transition", "Complete Timestamp", "org:resource", "prio", "battalion"]]
    return [(text_of(head + rows, ";"), """
delimiter: ";"
time_format: "%Y/%m/%d %H:%M:%S"
row_filter: [{column: "org:resource", not_in: [test]}, {column: Activity, in: [Call, Drive]}]
case_id: "{Case ID}"
resource: "{org:resource}"
resource_kind: {column: "org:resource", patterns: {"M*": ambulance, "E?": first_responder}}
milestone:
  template: "{Activity}/{lifecycle:transition}"
  case: lower
  map: {call/complete: call_received, drive/complete: arrived}
occurred_at: "{Complete Timestamp}"
attributes: {priority: "{prio}", battalion: "{battalion}"}
""")]


def starts_and_ends():
    """Start and end of an activity in one row, milliseconds since 1970, tabs, no quotes, no header, a title above."""
    def millis(time):
        return "" if time is None else str(int((time - EPOCH).total_seconds() * 1000))
    lines = ["Extract of 2020-07-01"]
    for no, received, *arrivals, prio, battalion in CALLS:
        for unit, time in zip(("ambulance", "engine"), arrivals):
            lines.append("\t".join([no, unit, millis(received), millis(time), prio, battalion]))
    return [("\n".join(lines), """
delimiter: tab
quote: none
skip_lines: 1
columns: [no, unit, from, to, prio, battalion]
time_format: epoch_millis
case_id: "{no}"
resource: "{unit}"
resource_kind: {column: unit, map: {ambulance: ambulance}, default: first_responder}
events:
  - {milestone: call_received, occurred_at: "{from}"}
  - {milestone: arrived, occurred_at: "{to}"}
attributes: {priority: "{prio}", battalion: "{battalion}"}
""")]


def several_files():
    """Calls, arrivals by unit, and facts of the calls in files of their own, each with its mapping."""
    received = text_of([["c", "t"]] + [[no, time.isoformat(" ")] for no, time, *_ in CALLS])
    arrived = text_of([["c", "t", "kind"]] + [[no, int((time - EPOCH).total_seconds()), kind]
                                             for no, _, *times, _, _ in CALLS
                                             for kind, time in zip(("ambulance", "first_responder"), times) if time])
    facts = text_of([["c", "prio", "battalion"]] + [[no, prio, battalion] for no, *_, prio, battalion in CALLS])
    return [(received, 'case_id: "{c}"\nmilestones: {call_received: "{t}"}\n'),
            (arrived, 'case_id: "{c}"\nresource: "{kind}"\nresource_kind: "{kind}"\n'
                      'milestones: {arrived: {column: t, format: epoch_seconds}}\n'),
            (facts, 'case_id: "{c}"\nrecorded_at: {template: "2020-07-01"}\n'
                    'attributes: {priority: "{prio}", battalion: "{battalion}"}\n')]


def events():
    """The same without a mapping."""
    def at(time):
        return time.replace(tzinfo=timezone.utc).isoformat()
    for no, received, ambulance, engine, prio, battalion in CALLS:
        reached = [("call_received", "", "", received), ("arrived", "M", "ambulance", ambulance),
                   ("arrived", "E", "first_responder", engine)]
        for number, (milestone, resource, kind, time) in enumerate(reached):
            if time is not None:
                yield {"event_id": f"{no}-{number}", "source": "s", "stream": "ambulance", "case_id": no,
                       "occurred_at": at(time), "recorded_at": at(time), "milestone": milestone, "resource": resource,
                       "resource_kind": kind, "attributes": {"priority": prio, "battalion": battalion}}


class Shapes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def judged(self, *options):
        done = subprocess.run([replay.binary(), "replay", "--config", CONFIG, "--format", "json", "--as-of", AS_OF, *options],
                              cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["events"]["rejected"], {})
        return {table: answer[table] for table in replay.ROW_KEYS}  # how many events said so differs

    def test_every_shape_says_what_the_events_say(self):
        lines = self.folder / "events.ndjson"
        lines.write_text("".join(json.dumps(event) + "\n" for event in events()))
        expected = self.judged("--events", lines)
        self.assertGreater(max(row["n"] for row in expected["shares"]), 300)
        for shape in (wide_iso, units_apart, lengths, log, starts_and_ends, several_files):
            with self.subTest(shape.__name__):
                options = []
                for number, (content, mapping) in enumerate(shape()):
                    files = [self.folder / f"{shape.__name__}-{number}.{kind}" for kind in ("csv", "yaml")]
                    files[0].write_bytes(content if isinstance(content, bytes) else content.encode())
                    files[1].write_text(HEAD + mapping)
                    options += ["--csv", files[0], "--mapping", files[1]]
                self.assertEqual(self.judged(*options), expected)


if __name__ == "__main__":
    unittest.main()
