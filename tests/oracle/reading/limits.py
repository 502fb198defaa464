"""Until when a case can be within: one class for each shape of limit."""

import math
from datetime import date, timedelta

from .places import born_in


class DurationLimit:
    def __init__(self, start, version):
        self.start, self.limit = start, version["limit"][1]
        self.deadline = start + self.limit + 1
        self.warn_at = self.warning(version["warn"])

    def warning(self, warn):
        if warn is None:
            return None
        kind, value = warn
        if kind == "after":
            return self.start + value
        if kind == "before_deadline":
            return self.start + self.limit - value
        return self.start + self.limit * value // 1000

    def met(self, stop):
        return stop - self.start <= self.limit


class LastDay:
    """A last allowed local day: of calendar days, of a date, of the table. It warns by a day of its own."""

    def __init__(self, day, warn, calendar, warn_by=None):
        self.last, self.calendar = day, calendar
        self.deadline = calendar.midnight(day + timedelta(1)) if day < date.max else math.inf
        self.warn_at = None
        if warn is not None:
            self.warn_at = calendar.midnight((warn_by or day) - timedelta(warn[1]))

    def met(self, stop):
        return self.calendar.day(stop) <= self.last


NOT_APPLICABLE = object()


def pathway_of(case, start_day, pathways):
    """The version of the case's pathway that is in force; None when there is none, or it has no limit at all."""
    versions = pathways.get(case.attribute("pathway"), [])
    in_force = [version for version in versions if version["valid_from"] <= start_day]
    if not in_force:
        return None
    pathway = in_force[-1]
    limits = [days for forms in pathway["variants"].values() for days in forms.values()]
    return pathway if any(days is not None for days in limits) else None


def table_limit(case, version, start_day, pathway, calendar):
    """A LastDay, or NOT_APPLICABLE."""
    born = born_in(case, start_day.year)
    if born is not None and start_day.year - born < 18 and not pathway["under_18"]:
        return NOT_APPLICABLE
    variant = case.attribute("variant") or next(iter(pathway["variants"]))
    limits = pathway["variants"].get(variant, {})
    known = [days for days in limits.values() if days is not None]
    form = case.attribute("treatment_form")
    if form:
        longest = shortest = limits.get(form)
    else:
        longest, shortest = max(known, default=None), min(known, default=None)
    if longest is None:
        return NOT_APPLICABLE
    less = pathway["pad_subtract_days"] if case.attribute("first_suspicion_at_pad") == "true" else 0
    last, warn_by = start_day + timedelta(longest - less), start_day + timedelta(shortest - less)
    return LastDay(last, version["warn"], calendar, warn_by)
