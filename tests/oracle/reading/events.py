"""Which events are accepted, and the cases that they make."""

import math
import re
from datetime import date

from .times import instant_of


def refusal(event, append_time, region):
    """Why an event is rejected; None when it is accepted. An event with two faults has the reason of either."""
    for field in ("event_id", "source", "stream", "case_id", "recorded_at"):
        if not event.get(field):
            return "missing_field"
    if (event.get("milestone") or event.get("closed")) and not event.get("retract") and not event.get("occurred_at"):
        return "missing_field"
    stream = region.streams.get(event["stream"])
    if stream is None:
        return "unknown_stream"
    if stream["strict_milestones"] and event.get("milestone") and event["milestone"] not in stream["milestones"]:
        return "unknown_milestone"
    if stream["strict_attributes"] and set(event.get("attributes", {})) - set(stream["attributes"]):
        return "unknown_attribute"
    times = [instant_of(event[field]) for field in ("recorded_at", "occurred_at") if event.get(field)]
    if None in times:
        return "bad_time"
    recorded, occurred = times[0], times[-1]
    tolerance = region.future_tolerance
    if occurred > recorded + tolerance:
        return "from_the_future"
    if max(recorded, occurred) > append_time + tolerance:
        return "from_the_future"
    if any(names_a_person(text) for text in (event["case_id"], *event.get("attributes", {}).values())):
        return "personal_number"
    if len(event["event_id"]) > 64 or len(event["source"]) > 64 or len(event["case_id"]) > 128:
        return "too_large"
    return None


def names_a_person(text):
    """Whether it contains a personnummer or samordningsnummer with the right last digit."""
    for found in re.finditer(r"(?<!\d)(\d\d)?(\d\d)(\d\d)(\d\d)[-+]?(\d{4})(?!\d)", text, re.ASCII):
        century, year, month, day = found[1] or "19", found[2], found[3], int(found[4])
        try:
            date(int(century + year), int(month), day - 60 if day > 60 else day)
        except ValueError:
            continue
        doubled = "".join(str(int(digit) * (2 - place % 2)) for place, digit in
                          enumerate(year + month + found[4] + found[5]))
        if sum(map(int, doubled)) % 10 == 0:
            return True
    return False


class Case:
    """The registers of a case: of each the value with the greatest version."""

    def __init__(self):
        self.registers = {}  # name -> (version, value, number of the event)

    def merge(self, event, number):
        recorded = instant_of(event["recorded_at"])
        version = (recorded, event["source"].encode(), event["event_id"].encode())
        stays = not event.get("retract")
        at = instant_of(event["occurred_at"]) if event.get("occurred_at") and stays else -math.inf

        def put(name, is_set, instant, *texts):
            value = (is_set, instant, *(text.encode() for text in texts))
            held = self.registers.get(name)
            if held is None or (version, value) > held[:2]:
                self.registers[name] = (version, value, number)

        if event.get("milestone"):
            kind = event.get("resource_kind", "") if stays else ""
            put(("milestone", event["milestone"], event.get("resource", "")), stays, at, kind)
        for name, text in event.get("attributes", {}).items():
            put(("attribute", name), text != "", 0, text)
        if "deviation" in event:
            put(("deviation",), event["deviation"] != "", 0, event["deviation"])
        if event.get("closed"):
            put(("closed",), stays, at, event["closed"] if stays else "")
        if event.get("deleted"):
            put(("deleted",), stays, 0)
        if "exempted" in event:
            self.exempt(event["exempted"], put)

    @staticmethod
    def exempt(exempted, put):
        decided = instant_of(exempted["decided_at"]) if exempted.get("decided_at") else -math.inf
        stands = not exempted.get("revoked", False)
        put(("exempted", exempted["indicator"]), stands, decided, exempted.get("reason", ""),
            exempted.get("decided_by", ""))

    def standing(self):
        """The numbers of the events of which a value stands."""
        return {number for _, _, number in self.registers.values()}

    def value(self, *name):
        """The value of a register that is set: (instant, text, ...); else None."""
        held = self.registers.get(name)
        if held is None or not held[1][0]:
            return None
        return (held[1][1], *(text.decode() for text in held[1][2:]))

    def attribute(self, name):
        value = self.value("attribute", name)
        return value[1] if value else ""

    def deviation(self):
        value = self.value("deviation")
        return value[1] if value else ""

    def closed(self, now):
        """(instant, reason) of a close that has happened."""
        value = self.value("closed")
        return value if value and value[0] <= now else None

    def reached(self, selector, now):
        """When the milestones that a selector names were reached; what is later than now has not happened."""
        milestones = selector["milestones"]
        instead = selector.get("instead")
        if instead and self.attribute(instead["attribute"]) in instead["in"]:
            milestones = instead["milestones"]
        kinds = selector.get("resource_kinds")
        found = []
        for name in self.registers:
            if name[0] != "milestone" or name[1] not in milestones:
                continue
            value = self.value(*name)
            if value is None or value[0] > now:
                continue
            if kinds is None or value[1] in kinds:
                found.append(value[0])
        if not found:
            return None
        return max(found) if selector["pick"] == "last" else min(found)


def merged(events, as_of, append_time, configuration):
    """The cases of the accepted events (region -> name -> case), the accounting, and the latest recorded_at.
    `as_of` None: none is left out."""
    cases = {region: {} for region in configuration.regions}
    rejected, received, accepted, latest = {}, 0, 0, -math.inf
    for number, event in enumerate(events):
        recorded = instant_of(event.get("recorded_at") or "") if event is not None else None
        if as_of is not None and recorded is not None and recorded > as_of:
            continue
        received += 1
        region = configuration.region_of(event or {})
        reason = "malformed" if event is None else refusal(event, append_time, configuration.regions[region])
        if reason:
            rejected[reason] = rejected.get(reason, 0) + 1
            continue
        accepted += 1
        latest = max(latest, recorded)
        by_stream = configuration.regions[region].streams[event["stream"]]["case_scope"] == "stream"
        source = None if by_stream else event["source"]
        cases[region].setdefault((event["stream"], source, event["case_id"]), Case()).merge(event, number)
    standing = sum(len(case.standing()) for named in cases.values() for case in named.values())
    accounting = {"received": received, "accepted": accepted, "without_effect": accepted - standing,
                  "rejected": rejected}
    return cases, accounting, latest
