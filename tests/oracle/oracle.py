"""What `vardvakt replay` must answer, computed from the specification's text alone: slowly, plainly, and with no line
in common with the product. Every case is judged once, every window adds up all that falls into it.

So far the indicators with a duration limit, or none. A further shape of limit is a further class beside Duration.
"""

import math
import re
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

Z = 1.959963984540054
FUTURE_TOLERANCE = 300_000
MINUTE, HOUR, WEEK = 60_000, 3_600_000, 7 * 24 * 3_600_000
SEXES, AGES = ("F", "M", "U"), ("0-17", "18-64", "65-79", "80+", "unknown")
WINDOWS = ("1h", "24h", "7d", "30d", "365d", "month", "previous_month", "tertial", "previous_tertial", "year", "all")


# ---- Time: instants are milliseconds since 1970, UTC.

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
    return (since.days * 86_400 + since.seconds - offset * 60) * 1000 + int(((parts[7] or "") + "000")[:3])


def seconds_text(instant):
    """Whole seconds, cut."""
    return (datetime(1970, 1, 1) + timedelta(seconds=instant // 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Calendar:
    """Local days of the region."""

    def __init__(self, name):
        self.zone = ZoneInfo(name)
        self.by_quarter = {}

    def day(self, instant):
        quarter = instant // 900_000  # offsets change at whole quarters of an hour
        if quarter not in self.by_quarter:
            self.by_quarter[quarter] = (datetime(1970, 1, 1, tzinfo=timezone.utc)
                                        + timedelta(seconds=quarter * 900)).astimezone(self.zone).date()
        return self.by_quarter[quarter]

    def midnight(self, day):
        return int(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()) * 1000


def month_of(day):
    return day.replace(day=1)


def tertial_of(day):
    return date(day.year, (day.month - 1) // 4 * 4 + 1, 1)


def months_later(day, months):
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


class Window:
    """The panes that a named window has as of `now`: minutes, or local days."""

    def __init__(self, name, now, calendar):
        self.name, self.calendar = name, calendar
        self.minutes = self.days = None
        today = calendar.day(now)
        if name in ("1h", "24h"):
            last = now // MINUTE
            self.minutes = (last - (59 if name == "1h" else 1439), last)
            self.start, self.end = self.minutes[0] * MINUTE, (last + 1) * MINUTE
        elif name != "all":
            self.days = {
                "7d": lambda: (today - timedelta(6), today),
                "30d": lambda: (today - timedelta(29), today),
                "365d": lambda: (today - timedelta(364), today),
                "month": lambda: (month_of(today), today),
                "previous_month": lambda: (months_later(month_of(today), -1), month_of(today) - timedelta(1)),
                "tertial": lambda: (tertial_of(today), today),
                "previous_tertial": lambda: (months_later(tertial_of(today), -4), tertial_of(today) - timedelta(1)),
                "year": lambda: (date(today.year, 1, 1), today),
            }[name]()
            self.start, self.end = calendar.midnight(self.days[0]), calendar.midnight(self.days[1] + timedelta(1))
        else:
            self.start = self.end = None
        self.last_day = today if name == "all" else calendar.day(self.end - 1)

    def has(self, instant):
        if self.minutes:
            return self.minutes[0] <= instant // MINUTE <= self.minutes[1]
        if self.days:
            return self.days[0] <= self.calendar.day(instant) <= self.days[1]
        return True


# ---- Events and cases.

def refusal(event, append_time, streams):
    """Why an event is rejected; None when it is accepted."""
    for field in ("event_id", "source", "stream", "case_id", "recorded_at"):
        if not event.get(field):
            return "missing_field"
    if (event.get("milestone") or event.get("closed")) and not event.get("retract") and not event.get("occurred_at"):
        return "missing_field"
    if event["stream"] not in streams:
        return "unknown_stream"
    times = [instant_of(event[field]) for field in ("recorded_at", "occurred_at") if event.get(field)]
    if None in times:
        return "bad_time"
    recorded, occurred = times[0], times[-1]
    if occurred > recorded + FUTURE_TOLERANCE or max(times) > append_time + FUTURE_TOLERANCE:
        return "from_the_future"
    return None


class Case:
    """The registers of a case: of each the value with the greatest version."""

    def __init__(self):
        self.registers = {}  # name -> (version, value, number of the event)

    def merge(self, event, number):
        version = (instant_of(event["recorded_at"]), event["source"].encode(), event["event_id"].encode())
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
            e = event["exempted"]
            decided = instant_of(e["decided_at"]) if e.get("decided_at") else -math.inf
            put(("exempted", e["indicator"]), not e.get("revoked", False), decided, e.get("reason", ""),
                e.get("decided_by", ""))

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

    def reached(self, selector, now):
        """When the milestones that a selector names were reached; what is later than now has not happened."""
        found = []
        for name in self.registers:
            if name[0] != "milestone" or name[1] not in selector["milestones"]:
                continue
            value = self.value(*name)
            if value and value[0] <= now and value[1] in selector.get("resource_kinds", [value[1]]):
                found.append(value[0])
        if not found:
            return None
        return max(found) if selector.get("pick") == "last" else min(found)


# ---- One case by one indicator.

class Duration:
    """A limit on stop - start."""
    unit = "seconds"

    def __init__(self, limit):
        self.limit = limit

    def deadline(self, start):
        return start + self.limit + 1


class Outcome:
    """What a case is, and how it counts: each of the counts is (instant, within), or None."""

    def __init__(self):
        self.kind = "not_applicable"
        self.reason = ""
        self.start = self.duration = None
        self.completed = self.decided = self.completed_before = self.decided_before = None
        self.waiting = None  # in_time, at_risk, overdue


def in_force(versions, day):
    """The newest with valid_from <= day; before all of them the first."""
    found = versions[0]
    for version in versions:
        if date.fromisoformat(version["valid_from"]) <= day:
            found = version
    return found


def judge(case, indicator, now, calendar):
    out = Outcome()
    if case.value("deleted"):
        return out
    start = case.reached(indicator["versions"][0]["start"], now)  # every version has the same
    if start is None:
        return out
    version = in_force(indicator["versions"], calendar.day(start))
    for condition in version.get("where", []):
        value = case.attribute(condition["attribute"])
        if "in" in condition and value not in condition["in"] or "not" in condition and value in condition["not"]:
            return out
    out.start = start
    judge_progress(case, indicator, version, now, out)
    out.completed_before, out.decided_before = out.completed, out.decided
    deviation = case.value("deviation")
    exemption = case.value("exempted", indicator["id"])
    reason = None
    if deviation and deviation[1] == "pvv" and version.get("pvv_excludes", True):
        reason = "pvv"
    elif exemption:
        reason = "exempted:" + exemption[1]
    if reason is not None:
        out.kind, out.reason = "excluded", reason
        out.completed = out.decided = out.waiting = None
    return out


def judge_progress(case, indicator, version, now, out):
    """Steps 3 to 6: as if there were no deviation and no exemption."""
    limit = version.get("limit")
    deadline = limit.deadline(out.start) if limit else None
    decides = version.get("deadline_decides", True)
    stop = case.reached(version["stop"], now)
    close = case.value("closed")
    if close and close[0] > now:
        close = None
    if stop is not None and stop < out.start:
        out.kind, out.reason = "invalid", "stop_before_start"
    elif stop is not None and not (close and close[0] < stop):
        out.kind = "completed"
        out.duration = stop - out.start
        within = deadline is not None and stop < deadline
        out.completed = (stop, within)
        if deadline is not None:
            out.decided = (min(stop, deadline) if decides else stop, within)
    elif close:
        out.kind, out.reason = "closed", close[1]
        if deadline is not None and decides and close[0] >= deadline:
            out.decided = (deadline, False)
    else:
        out.kind, out.waiting = "open", "in_time"
        if deadline is None:
            return
        if decides and now >= deadline + version["settle"]:
            out.decided = (deadline, False)
        if indicator.get("better") == "lower":
            # Under observation: never at risk or overdue, and gone from those waiting at the deadline.
            if now >= deadline:
                out.waiting = None
        elif now >= deadline:
            out.waiting = "overdue"
        elif "warn_after" in version and now >= out.start + version["warn_after"]:
            out.waiting = "at_risk"


# ---- Series.

class Units:
    """The units file: where a case belongs at each level."""

    def __init__(self, file, streams):
        self.streams = streams
        self.hospitals = {h["code"]: h for h in file.get("hospitals", [])}
        self.municipalities = {m["code"]: m for m in file.get("municipalities", [])}
        self.units = {u["code"]: u for u in file.get("units", [])}

    def of_municipality(self, code, what):
        municipality = self.municipalities.get(code, {})
        if what == "hospital":
            return municipality.get("hospital")
        return municipality.get("lansdel") or self.hospitals.get(municipality.get("hospital"), {}).get("lansdel")

    def of_unit(self, code, what):
        unit = self.units.get(code, {})
        if what in unit:
            return unit[what]
        by_hospital = self.hospitals.get(unit.get("hospital"), {}).get("lansdel") if what == "lansdel" else None
        return by_hospital or self.of_municipality(unit.get("municipality"), what)

    def key(self, stream, level, case):
        unit, municipality = case.attribute("unit"), case.attribute("municipality")
        if level == "region":
            return "region"
        if level == "unit":
            return unit or "unknown"
        missing = municipality in ("", "0000")
        known = municipality in self.municipalities
        place = "unknown" if missing else municipality if known else "outside"
        if level == "municipality":
            return place
        if level in ("lansdel", "hospital"):
            by_place = (self.of_municipality(municipality, level) or "unknown") if known else place
            return self.of_unit(unit, level) or by_place
        own = next(own for own in self.streams[stream]["levels"] if own["level"] == level)
        if "attribute" in own:
            return case.attribute(own["attribute"]) or "unknown"
        return self.units.get(unit, {}).get("tags", {}).get(own["unit_tag"], "unknown")


def sex_of(case):
    sex = case.attribute("sex")
    return sex if sex in ("F", "M") else "U"


def age_of(case, start, calendar):
    born = case.attribute("birth_year")
    if not re.fullmatch(r"[0-9]{4}", born) or int(born) > calendar.day(start).year:
        return "unknown"
    age = calendar.day(start).year - int(born)
    return "0-17" if age < 18 else "18-64" if age < 65 else "65-79" if age < 80 else "80+"


class Series:
    COUNTS = ("completed", "decided", "completed_before", "decided_before")

    def __init__(self):
        self.counted = {name: [] for name in self.COUNTS}  # (instant, within, duration)
        self.waiting = {"in_time": 0, "at_risk": 0, "overdue": 0}

    def add(self, out):
        for name in self.COUNTS:
            count = getattr(out, name)
            if count:
                self.counted[name].append((*count, out.duration))
        if out.waiting:
            self.waiting[out.waiting] += 1


# ---- Figures.

def wilson(within, n):
    p = within / n
    middle = p + Z * Z / (2 * n)
    spread = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    low, high = (middle - spread) / (1 + Z * Z / n), (middle + spread) / (1 + Z * Z / n)
    return (0.0 if within == 0 else low), (1.0 if within == n else high)


def upper_edge(duration):
    """Of the bucket that a duration falls into, in seconds."""
    if duration < 2 * HOUR:
        return (duration // 10_000 + 1) * 10
    if duration < 48 * HOUR:
        return (duration // MINUTE + 1) * 60
    return 172_800


def percentile(edges, p):
    """`edges`: the upper edge of each case's bucket."""
    wanted = (p * len(edges) + 99) // 100
    return sorted(edges)[wanted - 1]


def misses_allowed(n_expected, n, within, goal, better):
    if better == "lower":
        return n_expected * goal // 1000 - within
    return n_expected * (1000 - goal) // 1000 - (n - within)


def hits_needed(n, within, goal, better):
    if better == "lower":
        if goal == 0:
            return None
        return max(0, -((goal * n - 1000 * within) // goal))
    if goal == 1000:
        return None
    return max(0, -((1000 * within - goal * n) // (1000 - goal)))


def projection(n, within, n_expected):
    """Mean and 10th and 90th percentile of the month's share: K ~ BetaBinomial(m, a, b)."""
    if n_expected == 0:
        return None, None, None
    m, a, b = n_expected - n, within + 0.5, n - within + 0.5

    def log_beta(x, y):
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    def pmf(k):
        ways = math.lgamma(m + 1) - math.lgamma(k + 1) - math.lgamma(m - k + 1)
        return math.exp(ways + log_beta(k + a, m - k + b) - log_beta(a, b))

    def smallest(level):
        running = 0.0
        for k in range(m + 1):
            running += pmf(k)
            if running >= level - 1e-9:
                return k
        return m

    mean = m * a / (a + b)
    return tuple((within + k) / n_expected for k in (mean, smallest(0.1), smallest(0.9)))


def month_n_expected(series, n, now, calendar):
    """None where less than a week of decided cases has been seen."""
    decided = [at for at, _, _ in series.counted["decided"]]
    if not decided:
        return None
    seen = now - calendar.midnight(min(calendar.day(at) for at in decided))
    weeks = min(8, seen // WEEK)
    if weeks == 0:
        return None
    by_hour = {}
    for at in decided:
        by_hour[at // HOUR] = by_hour.get(at // HOUR, 0) + 1
    end = calendar.midnight(months_later(month_of(calendar.day(now)), 1))
    total = 0
    hour = now // HOUR + 1
    while (hour + 1) * HOUR <= end:
        past = hour - 168
        while (past + 1) * HOUR > now:
            past -= 168
        total += sum(by_hour.get(past - 168 * w, 0) for w in range(weeks))
        hour += 1
    return n + (2 * total + weeks) // (2 * weeks)


def share_row(series, indicator, measure, window, now, calendar):
    """None for a row that counts nothing, and for `decided` without a limit."""
    version = in_force(indicator["versions"], window.last_day)
    limited = version.get("limit") is not None
    if measure == "decided" and not limited:
        return None
    cases = [c for c in series.counted[measure] if window.has(c[0])]
    before = [c for c in series.counted[measure + "_before"] if window.has(c[0])]
    if not cases and not before:
        return None
    n, within = len(cases), sum(c[1] for c in cases)
    goals = [g for g in indicator.get("goals", []) if date.fromisoformat(g["valid_from"]) <= window.last_day]
    goal = goals[-1]["goal"] if goals and limited else None
    better = indicator.get("better", "higher")
    running_month = measure == "decided" and window.name == "month"
    expected = month_n_expected(series, n, now, calendar) if running_month else n
    row = {
        "from": None if window.start is None else seconds_text(window.start),
        "to": None if window.end is None else seconds_text(window.end),
        "n": n, "n_before": len(before), "n_expected": expected,
        "within": None, "share": None, "wilson_low": None, "wilson_high": None, "within_before": None,
        "mean": None, "p50": None, "p80": None, "p90": None, "unit": Duration.unit,
        "goal": None if goal is None else goal / 1000, "misses_allowed": None, "hits_needed": None,
        "definition": f"{indicator['id']}@{version['valid_from']}",
    }
    if limited:
        row["within"], row["within_before"] = within, sum(c[1] for c in before)
        if n:
            row["share"] = within / n
            row["wilson_low"], row["wilson_high"] = wilson(within, n)
    if measure == "completed" and n:
        row["mean"] = sum(c[2] for c in cases) / n / 1000
        edges = [upper_edge(c[2]) for c in cases]
        row["p50"], row["p80"], row["p90"] = (percentile(edges, p) for p in (50, 80, 90))
    if goal is not None:
        row["hits_needed"] = hits_needed(n, within, goal, better)
        if expected is not None:
            row["misses_allowed"] = misses_allowed(expected, n, within, goal, better)
    if running_month:
        projected = (None, None, None) if expected is None else projection(n, within, expected)
        row["projection"], row["projection_low"], row["projection_high"] = projected
    return row


# ---- The answer.

def merged(events, as_of, append_time, streams):
    """The cases of the accepted events, the accounting, and the latest recorded_at. `as_of` None: none is left out."""
    cases, rejected, received, accepted, latest = {}, {}, 0, 0, -math.inf
    for number, event in enumerate(events):
        recorded = instant_of(event.get("recorded_at") or "") if event is not None else None
        if as_of is not None and recorded is not None and recorded > as_of:
            continue
        received += 1
        reason = "malformed" if event is None else refusal(event, append_time, streams)
        if reason:
            rejected[reason] = rejected.get(reason, 0) + 1
            continue
        accepted += 1
        latest = max(latest, recorded)
        source = event["source"] if streams[event["stream"]].get("case_scope") != "stream" else None
        cases.setdefault((event["stream"], source, event["case_id"]), Case()).merge(event, number)
    standing = sum(len(case.standing()) for case in cases.values())
    return cases, {"received": received, "accepted": accepted, "without_effect": accepted - standing,
                   "rejected": rejected}, latest


def answer(events, as_of, definitions, wall_clock=None):
    """Rows of every table, in no particular order. `events`: objects in the order of the input, None for a line that
    is none. `as_of` None: the greatest recorded_at, and events are refused by the wall clock. `definitions`: see
    definitions.py."""
    calendar, units = Calendar(definitions.time_zone), Units(definitions.units, definitions.streams)
    cases, accounting, latest = merged(events, as_of, wall_clock if as_of is None else as_of, definitions.streams)
    as_of = latest if as_of is None else as_of
    all_series, left_out = {}, {}
    for (stream, _, _), case in cases.items():
        for indicator in definitions.indicators:
            if indicator["stream"] != stream:
                continue
            out = judge(case, indicator, as_of, calendar)
            if out.kind == "not_applicable":
                continue
            for roll_up in indicator["roll_ups"]:
                place = (indicator["id"], roll_up["level"], units.key(stream, roll_up["level"], case))
                cells = [("all", "all")]
                cells += [(sex_of(case), "all")] if "sex" in roll_up.get("by", []) else []
                cells += [("all", age_of(case, out.start, calendar))] if "age" in roll_up.get("by", []) else []
                for cell in cells:
                    all_series.setdefault((*place, *cell), Series()).add(out)
                if out.kind in ("excluded", "closed", "invalid"):
                    reasons = left_out.setdefault(place, {"excluded": {}, "closed": {}, "invalid": {}})[out.kind]
                    reasons[out.reason] = reasons.get(out.reason, 0) + 1
    by_id = {indicator["id"]: indicator for indicator in definitions.indicators}
    windows = [Window(name, as_of, calendar) for name in WINDOWS]
    rows = {"as_of": seconds_text(as_of), "events": accounting, "shares": [], "waiting": [], "ratios": [],
            "left_out": [{"indicator": i, "level": level, "key": key, **reasons}
                         for (i, level, key), reasons in left_out.items()]}
    for (indicator, level, key, sex, age), series in all_series.items():
        name = {"indicator": indicator, "level": level, "key": key, "sex": sex, "age": age}
        for measure in ("completed", "decided"):
            for window in windows:
                row = share_row(series, by_id[indicator], measure, window, as_of, calendar)
                if row:
                    rows["shares"].append({**name, "measure": measure, "window": window.name, **row})
        if any(series.waiting.values()):
            rows["waiting"].append({**name, "open": sum(series.waiting.values()),
                                    "at_risk": series.waiting["at_risk"], "overdue": series.waiting["overdue"]})
    return rows
