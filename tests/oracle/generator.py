"""Adversarial logs: every edge that the specification names, and the millisecond or the day on either side of it.

A log is a list of lines of NDJSON. Nothing in it leans on how anything is computed but the names of what is judged.
"""

import json
import random

import episodes
from instants import AS_OF, DAY, HOUR, MINUTE, SECOND, STEPS, edges_before, local_day, millis, text_of

SIZES = (15, 30, 60, 120)  # cases
IDENTITY = ("event_id", "source", "stream", "region", "case_id", "recorded_at")
STREAMS = ("ambulance", "wait", "svf", "dental")
MIXTURES = ((6, 4, 4, 2), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 1, 0), (0, 3, 3, 4), (0, 2, 2, 1))
EXEMPTED = {"ambulance": ("ambulance_prio1_20min", "ambulance_leg_alarm", "changing", "long", "lower"),
            "wait": ("first_visit_60d", "changing_days", "sixty", "target", "readmitted"),
            "svf": ("svf_max_leadtime", "table"), "dental": ("dental_specialist_60d", "recalled")}


class Log:
    def __init__(self, seed, streams, regions):
        self.chance, self.streams, self.regions = random.Random(seed), streams, regions
        self.region = regions[0]
        self.now = millis(self.chance.choice(AS_OF))
        if self.chance.random() < 0.2:
            self.now += self.chance.randrange(-40 * DAY, 40 * DAY)
        self.lines = []
        self.written = 0
        self.stream, self.sources = "ambulance", ["zenit"]
        self.edges = edges_before(self.now)

    def generate(self, cases):
        weights = self.chance.choice(MIXTURES)
        if not sum(weight for stream, weight in zip(STREAMS, weights) if stream in self.streams):
            weights = MIXTURES[0]
        weights = [weight if stream in self.streams else 0 for stream, weight in zip(STREAMS, weights)]
        for number in range(cases):
            self.stream = self.chance.choices(STREAMS, weights)[0]
            self.region = self.chance.choice(self.regions)
            self.sources = ["a", "b"] if self.stream == "wait" else ["zenit"]
            self.add_case(f"18:{number}:{self.chance.randrange(9)}")
        for line in self.chance.sample(self.lines, len(self.lines) // 12):
            self.lines.append(line)  # reported twice
        self.add_refused()
        self.chance.shuffle(self.lines)
        return self.lines

    # ---- Instants

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
        text = text_of(instant, offset, self.chance.choice(("", "9", "999999")))
        return text.replace(".000", "") if ".000Z" in text and self.chance.random() < 0.5 else text

    # ---- Events

    def report(self, case, recorded, occurred=None, **fields):
        self.written += 1
        event = {"event_id": f"e{self.written:05d}", "source": self.chance.choice(self.sources), "stream": self.stream,
                 "case_id": case, "recorded_at": self.text(recorded), **fields}
        if occurred is not None:
            event["occurred_at"] = self.text(occurred)
        if self.region != self.regions[0] or self.chance.random() < 0.1:
            event["region"] = self.region
        self.lines.append(self.line(event))
        return event

    def line(self, event):
        if self.chance.random() < 0.05:  # null stands for a field that is not there
            event = {self.chance.choice(("deviation", "closed", "attributes", "exempted", "resource")): None, **event}
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
        if at <= self.now + 5 * MINUTE:
            self.report(case, self.recorded(at) if recorded is None else recorded, at, milestone=name, **fields)

    # ---- Cases

    def add_case(self, case):
        episode = episodes.of_stream(self.stream)(self)
        self.milestone(case, episode.start_name, min(episode.start, self.now),
                       attributes={**episode.attributes, **episodes.attributes_of_everybody(self)})
        for name, at, fields in episode.between:
            self.milestone(case, name, at, **fields)
        if episode.stop is not None:
            self.milestone(case, episode.stop_name, episode.stop, **episode.stop_fields)
        twists = (self.others_arrive, self.correct, self.retract, self.close, self.deviate, self.deviate, self.exempt,
                  self.delete, self.change_attributes, self.tie, self.to_come)
        for twist in self.chance.sample(twists, 2):
            if self.chance.random() < 0.6:
                twist(case, episode)

    def others_arrive(self, case, episode):
        for resource, kind in (("R2", "ivpa"), ("R3", "helicopter"), ("R4", "ambulance"), ("R5", "nurse")):
            if self.chance.random() < 0.5:
                at = episode.about_when() + self.chance.choice((-20 * MINUTE, -1, 0, 1, 10 * MINUTE, DAY))
                name = self.chance.choice((episode.stop_name, episode.stop_name, episode.start_name))
                self.milestone(case, name, at, resource=resource, resource_kind=kind)

    def later(self, at):
        return min(self.recorded(at) + self.chance.choice((1, MINUTE, DAY)), self.now)

    def correct(self, case, episode):
        """The same register with another time, told by a later or an older version."""
        for name, at, fields in ((episode.start_name, episode.start, {}),
                                 (episode.stop_name, episode.about_when(), episode.stop_fields)):
            if self.chance.random() < 0.6:
                moved = min(at + self.chance.choice((-DAY, -HOUR, -1, 1, 5 * MINUTE, HOUR)), self.now)
                recorded = self.later(moved) if self.chance.random() < 0.7 else moved
                self.milestone(case, name, moved, recorded, **fields)

    def retract(self, case, episode):
        name, fields = self.chance.choice(((episode.stop_name, episode.stop_fields), (episode.start_name, {})))
        at = min(episode.about_when(), self.now)
        self.report(case, self.later(at), milestone=name, retract=True, **fields)
        if self.chance.random() < 0.4:
            self.milestone(case, name, at, min(self.later(at) + MINUTE, self.now), **fields)

    def close(self, case, episode):
        start, stop, deadline = episode.start, episode.about_when(), self.chance.choice(episode.deadlines)
        at = self.chance.choice((start - 1, start, stop - 1, stop, stop + 1, deadline - 1, deadline, deadline + 1,
                                 deadline + 60 * SECOND, self.now, self.now + 1))
        if at > self.now + 5 * MINUTE:
            at = self.chance.choice((start, self.now))
        reason = self.chance.choice(("cancelled", "transferred", "återkallad"))
        self.report(case, self.recorded(at), at, closed=reason)
        if self.chance.random() < 0.3:
            self.report(case, self.now, closed=reason, retract=True)
            if self.chance.random() < 0.3:
                self.report(case, self.now, min(at, self.now), closed="cancelled once more")

    def deviate(self, case, episode):
        which = ("pvv", "pvv", "mov", "sov") if self.stream == "ambulance" else ("pvv", "mov", "mov", "sov")
        self.report(case, self.recorded(episode.start), deviation=self.chance.choice(which))
        if self.chance.random() < 0.2:
            self.report(case, self.later(episode.start), deviation=self.chance.choice(("", "pvv", "mov")))

    def exempt(self, case, episode):
        indicator, reason = self.chance.choice(EXEMPTED[self.stream]), self.chance.choice(("study", "storm", ""))
        granted = {"indicator": indicator, "reason": reason, "decided_by": "chief",
                   "decided_at": self.text(episode.start)}
        self.report(case, self.recorded(episode.start), exempted=granted)
        if self.chance.random() < 0.3:
            self.report(case, self.later(episode.start), exempted={**granted, "revoked": True})

    def delete(self, case, episode):
        self.report(case, self.recorded(episode.start), deleted=True)
        if self.chance.random() < 0.5:
            self.report(case, self.later(episode.start), deleted=True, retract=True)

    def change_attributes(self, case, episode):
        everything = {**episodes.attributes_of_everybody(self), **episodes.of_stream(self.stream)(self).attributes}
        some = self.chance.sample(sorted(everything), min(3, len(everything)))
        self.report(case, self.later(episode.start), attributes={name: everything[name] for name in some})
        if self.chance.random() < 0.3:
            self.report(case, self.now, attributes={self.chance.choice(sorted(everything)): ""})

    def tie(self, case, episode):
        """Two values of one register with the same version, or with one that differs in its last part alone."""
        at = min(episode.about_when(), self.now)
        recorded = self.later(at)
        stop = {"milestone": episode.stop_name, **episode.stop_fields}
        name = self.chance.choice(sorted(episode.attributes) or ["unit"])
        first, second = self.chance.choice((
            ((stop, at), (stop, at - 1)), ((stop, at), ({**stop, "retract": True}, None)),
            ((stop, at), ({**stop, "resource_kind": "ivpa"}, at)),
            (({"attributes": {name: "1"}}, None), ({"attributes": {name: "2"}}, None)),
            (({"attributes": {name: "1"}}, None), ({"attributes": {name: ""}}, None)),
            (({"closed": "a"}, at), ({"closed": "b"}, at)),
            (({"closed": "a"}, at), ({"closed": "a", "retract": True}, None)),
            (({"deviation": "pvv"}, None), ({"deviation": "mov"}, None)),
            (({"deviation": "pvv"}, None), ({"deviation": ""}, None)),
            (({"deleted": True}, None), ({"deleted": True, "retract": True}, None)),
        ))
        same = self.report(case, recorded, first[1], **first[0])
        other = {name: same[name] for name in IDENTITY if name in same}
        other.update(second[0])
        if second[1] is not None:
            other["occurred_at"] = self.text(second[1])
        if self.chance.random() < 0.3:
            other["source"] = self.chance.choice(self.sources)
        if self.chance.random() < 0.4:
            other["event_id"] = self.chance.choice(("A", "e", "z", "é", "~")) + same["event_id"]
        self.lines.append(self.line(other))

    def to_come(self, case, episode):
        """A little ahead of now: it has not happened yet. Or recorded after now: it is not there at all."""
        at = self.now + self.chance.choice((1, MINUTE, 5 * MINUTE))
        kind = self.chance.choice(({"milestone": episode.stop_name, **episode.stop_fields}, {"closed": "cancelled"},
                                   {"milestone": episode.start_name}))
        self.report(case, self.now, at, **kind)
        if self.chance.random() < 0.4:
            self.report(case, self.now + 1, self.now, milestone=episode.stop_name, **episode.stop_fields)

    # ---- What is refused

    def add_refused(self):
        now = self.now
        good = {"event_id": "r", "source": "zenit", "stream": "wait", "case_id": "refused",
                "recorded_at": self.text(now - HOUR), "occurred_at": self.text(now - HOUR),
                "milestone": "referral_decided", "attributes": {"unit": "U-none"}}
        nobody = "19" + "12" * 5  # a number that stands in for a person's in tests
        bad = [{**good, "recorded_at": self.text(now), "occurred_at": self.text(now + 5 * MINUTE + 1)},
               {**good, "occurred_at": self.text(now - HOUR + 5 * MINUTE + 1)}, {**good, "stream": "unheard_of"},
               {**good, "recorded_at": "yesterday"}, {**good, "occurred_at": "2026-02-30T10:00:00Z"},
               {**good, "case_id": "c" * 129}, {**good, "event_id": "e" * 65},
               {**good, "case_id": nobody}, {**good, "attributes": {"unit": f"1 {nobody[:8]}-{nobody[8:]}"}},
               {**good, "stream": "dental", "milestone": "unheard_of"},
               {**good, "stream": "svf", "attributes": {"unheard_of": "1"}}]
        bad += [{name: value for name, value in good.items() if name != field}
                for field in ("event_id", "source", "stream", "case_id", "recorded_at", "occurred_at")]
        self.lines += [json.dumps(event) for event in self.chance.sample(bad, 6)]
        self.lines += ["{", "no event"]
        self.add_harmless({**good, "recorded_at": self.text(now - DAY), "occurred_at": self.text(now - DAY)})

    def add_harmless(self, good):
        """Of another stream, of no effect, as long as may be, of the far future, and just within the tolerance."""
        now = self.now
        nothing = {name: good[name] for name in ("source", "stream", "recorded_at")}
        self.lines += [json.dumps(event) for event in (
            {**good, "event_id": "o", "stream": "ambulance"},
            {**nothing, "event_id": "n", "case_id": "nothing"},
            {**good, "event_id": "l" * 64, "case_id": "l" * 128},
            {**good, "event_id": "z", "recorded_at": "2099-01-01T00:00:00Z",
             "occurred_at": "2099-01-01T00:00:00Z"},
            {**good, "event_id": "f", "case_id": "ahead", "recorded_at": self.text(now),
             "occurred_at": self.text(now + 5 * MINUTE)})]

    def today(self):
        return local_day(self.now)


def generate(seed, streams, regions):
    """(lines, as_of in milliseconds); cases of these streams and regions alone."""
    log = Log(seed, streams, regions)
    return log.generate(log.chance.choice(SIZES)), log.now
