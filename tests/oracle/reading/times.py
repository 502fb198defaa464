"""Instants are milliseconds since 1970, UTC; days are those of the region's calendar."""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE, HOUR, WEEK = 60_000, 3_600_000, 7 * 24 * 3_600_000
WINDOWS = ("1h", "24h", "7d", "30d", "365d", "month", "previous_month", "tertial", "previous_tertial", "year", "all")


@lru_cache(maxsize=10_000)
def instant_of(text):
    """RFC 3339 with an offset; finer digits than the millisecond are cut. None when it is anything else."""
    parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|([+-])(\d\d):(\d\d))", text,
                         re.ASCII)
    if not parts:
        return None
    try:
        whole = datetime(*(int(parts[i]) for i in range(1, 7)), tzinfo=timezone.utc)
    except ValueError:
        return None
    offset = 0
    if parts[9]:
        offset = (int(parts[10]) * 60 + int(parts[11])) * (1 if parts[9] == "+" else -1)
    since = whole - datetime(1970, 1, 1, tzinfo=timezone.utc)
    fraction = int(((parts[7] or "") + "000")[:3])
    return (since.days * 86_400 + since.seconds - offset * 60) * 1000 + fraction


def seconds_text(instant):
    """Whole seconds, cut."""
    return (datetime(1970, 1, 1) + timedelta(seconds=instant // 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_of(text):
    """YYYY-MM-DD, strictly; None when it is anything else."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class Calendar:
    """Local days of the region."""

    def __init__(self, name):
        self.zone = ZoneInfo(name)
        self.by_quarter, self.by_day = {}, {}

    def day(self, instant):
        quarter = instant // 900_000  # offsets change at whole quarters of an hour
        if quarter not in self.by_quarter:
            utc = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=quarter * 900)
            self.by_quarter[quarter] = utc.astimezone(self.zone).date()
        return self.by_quarter[quarter]

    def midnight(self, day):
        """The day's first instant."""
        if day not in self.by_day:
            self.by_day[day] = int(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()) * 1000
        return self.by_day[day]

    def days_between(self, start, stop):
        return (self.day(stop) - self.day(start)).days


def month_of(day):
    return day.replace(day=1)


def tertial_of(day):
    return date(day.year, (day.month - 1) // 4 * 4 + 1, 1)


def months_later(day, months):
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def days_of(name, today):
    """First and last local day of the windows that are made of days."""
    return {
        "7d": lambda: (today - timedelta(6), today),
        "30d": lambda: (today - timedelta(29), today),
        "365d": lambda: (today - timedelta(364), today),
        "month": lambda: (month_of(today), today),
        "previous_month": lambda: (months_later(month_of(today), -1), month_of(today) - timedelta(1)),
        "tertial": lambda: (tertial_of(today), today),
        "previous_tertial": lambda: (months_later(tertial_of(today), -4), tertial_of(today) - timedelta(1)),
        "year": lambda: (date(today.year, 1, 1), today),
    }[name]()


class Window:
    """The panes that a named window has as of `now`: minutes, or local days."""

    def __init__(self, name, now, calendar):
        self.name = name
        self.days = None
        self.start = self.end = None
        today = calendar.day(now)
        if name in ("1h", "24h"):
            minutes = 60 if name == "1h" else 1440
            self.end = (now // MINUTE + 1) * MINUTE
            self.start = self.end - minutes * MINUTE
            self.last_day = calendar.day(self.end - 1)
        elif name == "all":
            self.last_day = today
        else:
            self.days = days_of(name, today)
            self.start = calendar.midnight(self.days[0])
            self.end = calendar.midnight(self.days[1] + timedelta(1))
            self.last_day = self.days[1]
        self.bounds = {name: None if at is None else seconds_text(at)
                       for name, at in (("from", self.start), ("to", self.end))}

    def has(self, instant):
        return self.start is None or self.start <= instant < self.end
