"""Adversarial logs: every edge that the specification names for durations, and the millisecond on either side of it.

A log is a list of lines of NDJSON. Nothing in it leans on how anything is computed but the names of what is judged.
"""

import json
import random
from datetime import datetime, timedelta, timezone

from definitions import MUNICIPALITY_CODES, UNIT_CODES

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
STEPS = (-1, 0, 1)

AS_OF = (  # days on which something ends, begins, or has 23 or 25 hours
    "2026-03-29T00:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-29T22:00:00.000Z", "2026-03-30T10:17:33.250Z",
    "2026-10-25T00:30:00.000Z", "2026-10-25T01:00:00.001Z", "2026-10-25T22:59:59.999Z", "2026-10-27T08:00:00.000Z",
    "2026-03-31T21:59:59.999Z", "2026-03-31T22:00:00.000Z", "2026-04-30T22:00:00.000Z", "2026-05-03T03:04:05.006Z",
    "2025-12-31T22:59:59.999Z", "2025-12-31T23:00:00.000Z", "2026-01-04T12:00:00.000Z", "2026-09-01T09:09:09.009Z",
    "2024-02-29T23:30:00.000Z", "2026-04-15T10:17:33.250Z", "2026-06-28T23:59:00.000Z", "2026-08-31T22:00:00.001Z",
)
DURATIONS = (0, 1, 9_999, 10_000, 10_001, 3 * MINUTE, 9 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 21 * MINUTE,
             119 * MINUTE, 2 * HOUR, 2 * HOUR + MINUTE, 5 * HOUR, 48 * HOUR, 49 * HOUR, 60 * HOUR)
LIMITS = (3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 48 * HOUR)
WAITS = (0, 2 * MINUTE, 9 * MINUTE, 15 * MINUTE, 2000 * MINUTE)  # from when a case is at risk
SETTLES = (0, 60 * SECOND, 72 * HOUR)


def millis(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Log:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.now = millis(self.chance.choice(AS_OF))
        if self.chance.random() < 0.3:
            self.now += self.chance.randrange(-40 * DAY, 40 * DAY)
        self.lines = []
        self.written = 0
        self.edges = self.find_edges()

    def generate(self, cases):
        for number in range(cases):
            self.add_case(f"18:{number}:{self.chance.randrange(9)}")
        for line in self.chance.sample(self.lines, len(self.lines) // 12):
            self.lines.append(line)  # reported twice
        self.add_refused()
        self.chance.shuffle(self.lines)
        return self.lines

    # ---- Instants

    def find_edges(self):
        """Instants at which a pane or window begins, as of now."""
        now, edges = self.now, []
        for minutes in (0, 1, 59, 60, 61, 1439, 1440, 1441):
            edges.append(now // MINUTE * MINUTE - minutes * MINUTE)
        edges += [now, now - HOUR, now - DAY]
        for local in (1, 2):  # local midnight is at one of these two UTC hours
            for ago in (0, 1, 6, 7, 29, 30, 364, 365):
                edges.append(now // DAY * DAY - ago * DAY - local * HOUR)
            for month in ("2025-01", "2025-09", "2026-01", "2026-03", "2026-04", "2026-05", "2026-09", "2026-10",
                          "2026-11"):
                edges.append(millis(f"{month}-01T00:00:00+00:00") - local * HOUR)
        edges += [millis(text) for text in ("2026-03-29T01:00:00+00:00", "2026-10-25T00:00:00+00:00",
                                            "2026-10-25T01:00:00+00:00")]
        for week in range(10):  # what the month's projection looks at
            edges.append(now // HOUR * HOUR - week * 168 * HOUR)
        return [edge for edge in edges if edge <= now]

    def edge(self):
        at = self.chance.choice(self.edges) + self.chance.choice(STEPS)
        if self.chance.random() < 0.3:
            at -= self.chance.randrange(6 * HOUR)
        return min(at, self.now)

    def weekly(self):
        """The same hours of the weeks before: what the projection adds up."""
        at = self.now - self.chance.randrange(9) * 168 * HOUR + self.chance.randrange(-80 * HOUR, 80 * HOUR)
        return min(at, self.now - self.chance.randrange(HOUR))

    def text(self, instant):
        """In one of the spellings that mean this instant."""
        offset = self.chance.choice((0, 0, 60, 120, -420, 330))
        local = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=instant, minutes=offset)
        digits = f"{instant % 1000:03d}"
        fraction = self.chance.choice((f".{digits}", f".{digits}9", f".{digits}999999"))
        if digits == "000" and self.chance.random() < 0.5:
            fraction = ""
        zone = f"{'+' if offset >= 0 else '-'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}" if offset else "Z"
        return local.strftime("%Y-%m-%dT%H:%M:%S") + fraction + zone

    # ---- Events

    def report(self, case, recorded, occurred=None, **fields):
        self.written += 1
        event = {"event_id": f"e{self.written:05d}", "source": self.chance.choice(self.sources), "stream": self.stream,
                 "case_id": case, "recorded_at": self.text(recorded), **fields}
        if occurred is not None:
            event["occurred_at"] = self.text(occurred)
        if self.chance.random() < 0.1:
            event["region"] = "06"
        self.lines.append(self.line(event))
        return event

    def line(self, event):
        if self.chance.random() < 0.2:  # the other style of names
            names = {name: name.split("_")[0] + "".join(part.title() for part in name.split("_")[1:]) for name in event}
            event = {names[name]: value for name, value in event.items()}
        return json.dumps(event, ensure_ascii=False)

    def recorded(self, occurred):
        """When something is written down: soon after, never after now."""
        at = occurred + self.chance.choice((0, 1, SECOND, 30 * SECOND, HOUR))
        if self.chance.random() < 0.05:
            at = occurred - 5 * MINUTE  # just not from the future
        return min(at, self.now)

    def milestone(self, case, name, at, recorded=None, **fields):
        if at > self.now + 5 * MINUTE:
            return None
        return self.report(case, self.recorded(at) if recorded is None else recorded, at, milestone=name, **fields)

    # ---- Cases

    def clock(self):
        """Start and stop of a case: stop, deadline, warning or decision at an edge."""
        pick = self.chance.random()
        near = self.chance.choice(STEPS)
        if pick < 0.35:
            stop = self.edge()
            return stop - self.chance.choice(DURATIONS) - near, stop
        if pick < 0.6:
            stop = self.weekly()
            return stop - self.chance.choice(DURATIONS) - near, stop
        if pick < 0.75:  # decided at an edge, by its deadline
            start = self.edge() - self.chance.choice(LIMITS) - 1
            return start, start + self.chance.choice(DURATIONS) + near
        if pick < 0.9:  # open, and just about to be something else
            ago = self.chance.choice(LIMITS + WAITS) + self.chance.choice(SETTLES) + self.chance.choice((-1, 0, 1, 2))
            return self.now - ago, None
        if pick < 0.95:
            start = self.edge()
            return start, start - self.chance.choice((1, 10 * MINUTE))  # stopped before it began
        start = millis(self.chance.choice(("1969-12-31T23:59:59.999+00:00", "1999-12-31T22:59:59.999+00:00")))
        return start, self.chance.choice((None, start + 1, start + self.chance.choice(DURATIONS)))

    def add_case(self, case):
        chance = self.chance
        self.stream, self.sources = chance.choices((("ambulance", ["zenit"]), ("wait", ["a", "b"])), (10, 1))[0]
        start, stop = self.clock()
        start = min(start, self.now)
        attributes = self.attributes()
        self.milestone(case, "call_received", start, attributes=attributes)
        middle = start + chance.choice((0, 1, 2 * MINUTE, 3 * MINUTE, 3 * MINUTE + 1))
        if chance.random() < 0.7:
            self.milestone(case, "unit_alarmed", middle, resource="R1", resource_kind="ambulance")
        if chance.random() < 0.5:
            self.milestone(case, "rolling", middle + chance.choice((0, 90 * SECOND)), resource="R1")
        if stop is not None:
            self.milestone(case, "arrived", stop, resource="R1", **chance.choice(({"resource_kind": "ambulance"},
                                                                                  {"resource_kind": ""}, {})))
        twists = (self.others_arrive, self.correct, self.retract, self.close, self.deviate, self.exempt, self.delete,
                  self.change_attributes, self.tie, self.to_come)
        for twist in chance.sample(twists, 2):
            if chance.random() < 0.5:
                twist(case, start, stop if stop is not None else start + 20 * MINUTE)

    def attributes(self):
        chance = self.chance
        attributes = {"priority": chance.choice(("1", "1", "1", "1", "2", "3"))}
        if chance.random() < 0.8:
            attributes["municipality"] = chance.choice(MUNICIPALITY_CODES)
        if chance.random() < 0.8:
            attributes["unit"] = chance.choice(UNIT_CODES)
        if chance.random() < 0.8:
            attributes["care_area"] = chance.choice(("a", "b", "å", ""))
        if chance.random() < 0.8:
            attributes["sex"] = chance.choice(("F", "M", "U", "X", "f", ""))
        if chance.random() < 0.8:
            year = datetime.fromtimestamp(self.now / 1000, timezone.utc).year
            attributes["birth_year"] = chance.choice((
                "1940", str(year - 18), str(year - 17), str(year - 65), str(year - 64), str(year - 80), str(year - 79),
                str(year), str(year + 1), "195", "19555", "19x5", "unknown", " 1950", "-950", ""))
        return attributes

    def others_arrive(self, case, start, stop):
        for resource, kind in (("R2", "ivpa"), ("R3", "helicopter"), ("R4", "ambulance")):
            if self.chance.random() < 0.6:
                at = stop + self.chance.choice((-20 * MINUTE, -1, 0, 1, 10 * MINUTE))
                self.milestone(case, "arrived", at, resource=resource, resource_kind=kind)

    def later(self, at):
        return min(self.recorded(at) + self.chance.choice((1, MINUTE, DAY)), self.now)

    def correct(self, case, start, stop):
        """The same register with another time, told by a later or an older version."""
        for name, at, more in (("call_received", start, {}), ("arrived", stop, {"resource": "R1"})):
            if self.chance.random() < 0.6:
                moved = min(at + self.chance.choice((-DAY, -HOUR, -1, 1, 5 * MINUTE, HOUR)), self.now)
                recorded = self.later(moved) if self.chance.random() < 0.7 else moved
                self.milestone(case, name, moved, recorded, **more)

    def retract(self, case, start, stop):
        name, more = self.chance.choice((("arrived", {"resource": "R1"}), ("call_received", {}),
                                         ("unit_alarmed", {"resource": "R1"})))
        self.report(case, self.later(stop) if stop <= self.now else self.now, milestone=name, retract=True, **more)
        if self.chance.random() < 0.4:
            at = min(stop, self.now)
            self.milestone(case, name, at, min(self.later(at) + MINUTE, self.now), **more)

    def close(self, case, start, stop):
        deadline = start + self.chance.choice(LIMITS) + 1
        at = self.chance.choice((start - 1, start, stop - 1, stop, stop + 1, deadline - 1, deadline, deadline + 1,
                                 deadline + 60 * SECOND, self.now, self.now + 1))
        if at > self.now + 5 * MINUTE:
            return
        reason = self.chance.choice(("cancelled", "transferred", "återkallad"))
        self.report(case, self.recorded(at), at, closed=reason)
        if self.chance.random() < 0.3:
            self.report(case, self.now, closed=reason, retract=True)
            if self.chance.random() < 0.3:
                self.report(case, self.now, min(at, self.now), closed="cancelled once more")

    def deviate(self, case, start, stop):
        self.report(case, self.recorded(start), deviation=self.chance.choice(("pvv", "pvv", "mov", "sov")))
        if self.chance.random() < 0.4:
            self.report(case, self.later(start), deviation=self.chance.choice(("", "pvv")))

    def exempt(self, case, start, stop):
        indicator = self.chance.choice(("ambulance_prio1_20min", "ambulance_leg_alarm", "changing", "long", "lower"))
        granted = {"indicator": indicator, "reason": self.chance.choice(("study", "storm")), "decided_by": "chief",
                   "decided_at": self.text(start)}
        self.report(case, self.recorded(start), exempted=granted)
        if self.chance.random() < 0.3:
            self.report(case, self.later(start), exempted={**granted, "revoked": True})

    def delete(self, case, start, stop):
        self.report(case, self.recorded(start), deleted=True)
        if self.chance.random() < 0.5:
            self.report(case, self.later(start), deleted=True, retract=True)

    def change_attributes(self, case, start, stop):
        self.report(case, self.later(start), attributes=self.attributes())
        if self.chance.random() < 0.3:
            name = self.chance.choice(("priority", "unit", "municipality", "sex", "birth_year"))
            self.report(case, self.now, attributes={name: ""})

    def tie(self, case, start, stop):
        """Two values of one register with the same version, or with one that differs in its last part alone."""
        recorded = self.later(start)
        at = min(start + 20 * MINUTE, recorded)
        arrived = {"milestone": "arrived", "resource": "R1", "resource_kind": "ambulance"}
        first, second = self.chance.choice((
            (({**arrived}, at), ({**arrived}, at - 1)),
            (({**arrived}, at), ({**arrived, "retract": True}, None)),
            (({**arrived}, at), ({**arrived, "resource_kind": "ivpa"}, at)),
            (({"attributes": {"priority": "1"}}, None), ({"attributes": {"priority": "2"}}, None)),
            (({"attributes": {"priority": "1"}}, None), ({"attributes": {"priority": ""}}, None)),
            (({"closed": "a"}, at), ({"closed": "b"}, at)),
            (({"closed": "a"}, at), ({"closed": "a", "retract": True}, None)),
            (({"deviation": "pvv"}, None), ({"deviation": "mov"}, None)),
            (({"deviation": "pvv"}, None), ({"deviation": ""}, None)),
            (({"deleted": True}, None), ({"deleted": True, "retract": True}, None)),
        ))
        same = self.report(case, recorded, first[1], **first[0])
        other = {name: same[name] for name in ("event_id", "source", "stream", "case_id", "recorded_at")}
        other.update(second[0])
        if second[1] is not None:
            other["occurred_at"] = self.text(second[1])
        if self.chance.random() < 0.4:
            other["event_id"] = self.chance.choice(("A", "e", "z", "é", "~")) + same["event_id"]
        self.lines.append(self.line(other))

    def to_come(self, case, start, stop):
        """A little ahead of now: it has not happened yet. Or recorded after now: it is not there at all."""
        at = self.now + self.chance.choice((1, MINUTE, 5 * MINUTE))
        kind = self.chance.choice((
            {"milestone": "arrived", "resource": "R1", "resource_kind": "ambulance"}, {"closed": "cancelled"},
            {"milestone": "call_received"}))
        self.report(case, self.now, at, **kind)
        if self.chance.random() < 0.4:
            self.report(case, self.now + 1, self.now, milestone="arrived", resource="R1")

    # ---- What is refused

    def add_refused(self):
        now = self.now
        good = {"event_id": "r", "source": "zenit", "stream": "ambulance", "case_id": "refused",
                "recorded_at": self.text(now - HOUR), "occurred_at": self.text(now - HOUR),
                "milestone": "call_received", "attributes": {"priority": "1"}}
        bad = [{**good, "recorded_at": self.text(now), "occurred_at": self.text(now + 5 * MINUTE + 1)},
               {**good, "occurred_at": self.text(now - HOUR + 5 * MINUTE + 1)}, {**good, "stream": "unheard_of"},
               {**good, "recorded_at": "yesterday"}, {**good, "occurred_at": "2026-02-30T10:00:00Z"}]
        bad += [{name: value for name, value in good.items() if name != field}
                for field in ("event_id", "source", "stream", "case_id", "recorded_at", "occurred_at")]
        self.lines += [json.dumps(event) for event in self.chance.sample(bad, 5)]
        self.lines += ["{", "no event"]
        # Of another stream, and of no effect at all.
        self.lines.append(json.dumps({**good, "event_id": "w", "stream": "wait", "recorded_at": self.text(now - DAY),
                                      "occurred_at": self.text(now - DAY)}))
        self.lines.append(json.dumps({"event_id": "n", "source": "zenit", "stream": "ambulance", "case_id": "nothing",
                                      "recorded_at": self.text(now)}))


def generate(seed):
    """(lines, as_of in milliseconds)"""
    log = Log(seed)
    return log.generate(log.chance.choice((20, 90, 90, 300))), log.now
