"""One case by one indicator: the specification's six steps, and how a case counts."""

from datetime import timedelta

from .limits import NOT_APPLICABLE, DurationLimit, LastDay, pathway_of, table_limit
from .times import date_of

AGES_OF_WAIT = (30, 60, 90, 120, 180, 365)  # last day of each band


class Outcome:
    """What a case is, and how it counts: each of the counts is (instant, within), or None."""

    def __init__(self):
        self.kind = "not_applicable"
        self.reason = ""
        self.start = self.duration = None
        self.completed = self.decided = self.completed_before = self.decided_before = None
        self.waiting = None  # in_time, at_risk, overdue
        self.age_of_wait = None  # band, where it is kept


def in_force(versions, day):
    """The newest with valid_from <= day; before all of them the first."""
    return next((version for version in reversed(versions) if version["valid_from"] <= day), versions[0])


def holds(case, conditions):
    for condition in conditions:
        value = case.attribute(condition["attribute"])
        if "in" in condition and value not in condition["in"]:
            return False
        if "not" in condition and value in condition["not"]:
            return False
    return True


def begin(case, indicator, which, now, calendar):
    """When the case began by the version that is in force on that day, and the version."""
    for version in reversed(indicator["versions"]):
        at = case.reached(version[which], now)
        if at is not None and in_force(indicator["versions"], calendar.day(at)) is version:
            return at, version
    return None, None


class Judge:
    """Judges cases as of an instant."""

    def __init__(self, region, calendar, now):
        self.pathways, self.calendar, self.now = region.pathways, calendar, now

    def outcome(self, case, indicator):
        out = Outcome()
        if case.value("deleted"):
            return out
        start, version = begin(case, indicator, "start", self.now, self.calendar)
        if start is None or not holds(case, version["where"]):
            return out
        limit = self.limit(case, version, start)
        if limit is NOT_APPLICABLE:
            return out
        out.start = start
        self.progress(case, indicator, version, limit, out)
        out.completed_before, out.decided_before = out.completed, out.decided
        self.exclude(case, indicator, version, out)
        return out

    def exclude(self, case, indicator, version, out):
        deviation = case.deviation()
        exemption = case.value("exempted", indicator["id"])
        if deviation == "pvv" and version["pvv_excludes"]:
            leave_out(out, "excluded", "pvv")
        elif exemption:
            leave_out(out, "excluded", "exempted:" + exemption[1])
        elif deviation == "mov" and version["mov_excludes"]:
            if out.kind == "open":
                leave_out(out, "excluded", "mov")
            elif out.kind == "closed":
                out.decided = None
            elif out.kind == "completed" and out.decided:
                out.decided = out.completed

    def limit(self, case, version, start):
        """None: none is set. For a date that cannot be read: also none."""
        start_day = self.calendar.day(start)
        shape, value = version["limit"] or (None, None)
        if version["without_table_limit"] and pathway_of(case, start_day, self.pathways):
            return NOT_APPLICABLE
        if shape == "duration":
            return DurationLimit(start, version)
        if shape == "days":
            return LastDay(start_day + timedelta(value), version["warn"], self.calendar)
        if shape == "date":
            target = date_of(case.attribute(value))
            return LastDay(target, version["warn"], self.calendar) if target else None
        if shape == "table":
            pathway = pathway_of(case, start_day, self.pathways)
            return table_limit(case, version, start_day, pathway, self.calendar) if pathway else NOT_APPLICABLE
        return None

    def progress(self, case, indicator, version, limit, out):
        """Steps 3 to 6: as if there were no deviation and no exemption."""
        stop = case.reached(version["stop"], self.now)
        close = case.closed(self.now)
        shape = version["limit"] and version["limit"][0]
        closed = close and (stop is None or close[0] < stop)
        if stop is not None and stop < out.start:
            leave_out(out, "invalid", "stop_before_start")
        elif shape == "date" and limit is None and not closed:
            leave_out(out, "invalid", "no_target_date")
        elif shape == "table" and stop is not None and not closed and not case.attribute("treatment_form"):
            leave_out(out, "invalid", "no_treatment_form")
        elif closed:
            leave_out(out, "closed", close[1])
            if limit and version["deadline_decides"] and close[0] >= limit.deadline:
                self.decide_as_missed(limit, out)
        elif stop is not None:
            self.complete(indicator, version, limit, stop, out)
        else:
            self.wait(indicator, version, limit, out)

    def complete(self, indicator, version, limit, stop, out):
        out.kind = "completed"
        days = indicator["unit"] == "days"
        out.duration = self.calendar.days_between(out.start, stop) if days else stop - out.start
        within = limit is not None and limit.met(stop)
        out.completed = (stop, within)
        if limit:
            out.decided = (min(stop, limit.deadline) if version["deadline_decides"] else stop, within)

    @staticmethod
    def decide_as_missed(limit, out):
        out.decided = (limit.deadline, False)

    def wait(self, indicator, version, limit, out):
        now = self.now
        out.kind, out.waiting = "open", "in_time"
        if indicator["unit"] == "days":
            out.age_of_wait = age_of_wait(self.calendar.days_between(out.start, now))
        if limit is None:
            return
        if version["deadline_decides"] and now >= limit.deadline + version["settle"]:
            self.decide_as_missed(limit, out)
        if indicator["better"] == "lower":
            # Under observation: never at risk or overdue, and gone from those waiting at the deadline.
            if now >= limit.deadline:
                out.waiting = None
        elif now >= limit.deadline:
            out.waiting = "overdue"
        elif limit.warn_at is not None and now >= limit.warn_at:
            out.waiting = "at_risk"


def leave_out(out, kind, reason):
    """In no share and not waiting."""
    out.kind, out.reason = kind, reason
    out.completed = out.decided = out.waiting = None


def age_of_wait(days):
    low = 0
    for high in AGES_OF_WAIT:
        if days <= high:
            return f"{low}-{high}"
        low = high + 1
    return "366+"


def counted_at(case, indicator, now, calendar):
    """When a case reached what a ratio or a count counts; None when it does not count."""
    at, version = begin(case, indicator, "stop", now, calendar)
    if case.value("deleted") or at is None:
        return None
    return at if holds(case, version["where"]) else None
