"""The rows of `vardvakt replay`. Every case is judged once, every window adds up all that falls into it."""

from datetime import timedelta

from . import figures
from .events import merged
from .judgement import Judge, counted_at, in_force
from .places import Places
from .times import WINDOWS, Calendar, Window, seconds_text

COUNTS = ("completed", "decided", "completed_before", "decided_before")
RATIO_WINDOWS = ("month", "previous_month", "year", "365d")


class Series:
    def __init__(self):
        self.counted = {name: [] for name in COUNTS}  # (instant, within, duration)
        self.waiting = {"in_time": 0, "at_risk": 0, "overdue": 0}
        self.by_age = {}

    def add(self, out):
        for name in COUNTS:
            count = getattr(out, name)
            if count:
                self.counted[name].append((*count, out.duration))
        if out.waiting:
            self.waiting[out.waiting] += 1
            if out.age_of_wait:
                self.by_age[out.age_of_wait] = self.by_age.get(out.age_of_wait, 0) + 1

    def waiting_row(self):
        row = {"open": sum(self.waiting.values()), "at_risk": self.waiting["at_risk"],
               "overdue": self.waiting["overdue"]}
        return {**row, "by_age": self.by_age} if self.by_age else row


def goal_on(indicator, day):
    goals = [goal["goal"] for goal in indicator["goals"] if goal["valid_from"] <= day]
    return goals[-1] if goals else None


def definition(indicator, window):
    """The version that is in force on a window's last day, and its name."""
    version = in_force(indicator["versions"], window.last_day)
    return version, f"{indicator['id']}@{version['valid_from']}"


def share_row(series, indicator, measure, window, ahead):
    """None for a row that counts nothing, and for `decided` without a limit."""
    cases = [c for c in series.counted[measure] if window.has(c[0])]
    before = [c for c in series.counted[measure + "_before"] if window.has(c[0])]
    if not cases and not before:
        return None
    version, name = definition(indicator, window)
    limited = version["limit"] is not None
    if measure == "decided" and not limited:
        return None
    n, within = len(cases), sum(c[1] for c in cases)
    running_month = measure == "decided" and window.name == "month"
    expected = ahead.n_expected([c[0] for c in series.counted["decided"]], n) if running_month else n
    row = {**window.bounds, "n": n, "n_before": len(before), "n_expected": expected,
           "within": None, "share": None, "wilson_low": None, "wilson_high": None, "within_before": None,
           "mean": None, "p50": None, "p80": None, "p90": None, "unit": indicator["unit"],
           "goal": None, "misses_allowed": None, "hits_needed": None, "definition": name}
    if limited:
        row["within"], row["within_before"] = within, sum(c[1] for c in before)
        if n:
            row["share"] = within / n
            row["wilson_low"], row["wilson_high"] = figures.wilson(within, n)
        row.update(against_goal(indicator, window, n, within, expected))
    if measure == "completed" and n:
        row.update(durations([c[2] for c in cases], indicator["unit"]))
    if running_month:
        projected = (None, None, None) if expected is None else figures.projection(n, within, expected)
        row["projection"], row["projection_low"], row["projection_high"] = projected
    return row


def against_goal(indicator, window, n, within, expected):
    goal = goal_on(indicator, window.last_day)
    if goal is None:
        return {}
    better = indicator["better"]
    allowed = None if expected is None else figures.misses_allowed(expected, n, within, goal, better)
    return {"goal": goal / 1000, "misses_allowed": allowed,
            "hits_needed": figures.hits_needed(n, within, goal, better)}


def durations(all_of_them, unit):
    days = unit == "days"
    edges = all_of_them if days else [figures.upper_edge(duration) for duration in all_of_them]
    mean = sum(all_of_them) / len(all_of_them)
    return {"mean": mean if days else mean / 1000,
            **{f"p{p}": figures.percentile(edges, p) for p in (50, 80, 90)}}


def ratio_rows(indicator, counted, denominators, windows):
    """`counted`: (level, key, sex, age) -> instants of the cases that count."""
    for (name, level, key), counts in denominators.items():
        if name != indicator["id"]:
            continue
        for window in windows:
            first, last = window.days
            days = [first + timedelta(i) for i in range((last - first).days + 1)]
            whole = figures.denominator(counts, indicator["denominator"], days)
            if whole is None:
                continue
            numerator = sum(window.has(at) for at in counted.get((level, key, "all", "all"), []))
            goal = goal_on(indicator, window.last_day)
            yield {"indicator": name, "level": level, "key": key, "window": window.name, **window.bounds,
                   "numerator": numerator, "denominator": float(whole),
                   "ratio": float(numerator / whole) if whole else None,
                   "goal": None if goal is None else goal / 1000, "definition": definition(indicator, window)[1]}


def goal_of_count(indicator, window):
    """A number a year, which only the windows of a year have."""
    return goal_on(indicator, window.last_day) if window.name in ("year", "365d") else None


def count_rows(indicator, counted, windows):
    for (level, key, sex, age), instants in counted.items():
        for window in windows:
            numerator = sum(window.has(at) for at in instants)
            if numerator:
                yield {"indicator": indicator["id"], "level": level, "key": key, "sex": sex, "age": age,
                       "window": window.name, **window.bounds, "numerator": numerator, "denominator": None,
                       "ratio": None, "goal": goal_of_count(indicator, window),
                       "definition": definition(indicator, window)[1]}


class Batch:
    """Adds up the cases of a region as of an instant."""

    def __init__(self, region, cases, now):
        self.region, self.cases, self.now = region, cases, now
        self.calendar = Calendar(region.time_zone)
        self.places = Places(region.units, region.streams)
        self.judge = Judge(region, self.calendar, now)
        self.ahead = figures.MonthAhead(now, self.calendar)
        self.windows = [Window(name, now, self.calendar) for name in WINDOWS]
        self.rows = {"shares": [], "waiting": [], "ratios": [], "left_out": []}

    def run(self):
        for indicator in self.region.indicators:
            cases = [case for (stream, _, _), case in self.cases.items() if stream == indicator["stream"]]
            if indicator["shape"] == "share":
                self.add_share(indicator, cases)
            else:
                self.add_ratio(indicator, cases)
        return self.rows

    def add_share(self, indicator, cases):
        all_series, left_out = {}, {}
        for case in cases:
            out = self.judge.outcome(case, indicator)
            if out.kind == "not_applicable":
                continue
            year = self.calendar.day(out.start).year
            for roll_up in indicator["roll_ups"]:
                series = self.places.series(indicator["stream"], roll_up, case, year)
                for name in series:
                    all_series.setdefault(name, Series()).add(out)
                if out.kind in ("excluded", "closed", "invalid"):
                    kinds = left_out.setdefault(series[0][:2], {"excluded": {}, "closed": {}, "invalid": {}})
                    reasons = kinds[out.kind]
                    reasons[out.reason] = reasons.get(out.reason, 0) + 1
        for (level, key), reasons in left_out.items():
            self.rows["left_out"].append({"indicator": indicator["id"], "level": level, "key": key, **reasons})
        for (level, key, sex, age), series in all_series.items():
            name = {"indicator": indicator["id"], "level": level, "key": key, "sex": sex, "age": age}
            self.add_series(name, indicator, series)

    def add_series(self, name, indicator, series):
        for measure in ("completed", "decided"):
            for window in self.windows:
                row = share_row(series, indicator, measure, window, self.ahead)
                if row:
                    self.rows["shares"].append({**name, "measure": measure, "window": window.name, **row})
        waiting = series.waiting_row()
        if waiting["open"]:
            self.rows["waiting"].append({**name, **waiting})

    def add_ratio(self, indicator, cases):
        counted = {}
        roll_ups = indicator["roll_ups"]
        if indicator["shape"] == "ratio":
            levels = {level for name, level, _ in self.region.denominators if name == indicator["id"]}
            roll_ups = [{"level": level} for level in levels]
        for case in cases:
            at = counted_at(case, indicator, self.now, self.calendar)
            if at is None:
                continue
            year = self.calendar.day(at).year
            for roll_up in roll_ups:
                for name in self.places.series(indicator["stream"], roll_up, case, year):
                    counted.setdefault(name, []).append(at)
        windows = [window for window in self.windows if window.name in RATIO_WINDOWS]
        if indicator["shape"] == "ratio":
            rows = ratio_rows(indicator, counted, self.region.denominators, windows)
        else:
            rows = count_rows(indicator, counted, windows)
        self.rows["ratios"] += rows


def rounded(row):
    """Fractions to 6 decimals."""
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in row.items()}


def answer(events, as_of, configuration, wall_clock=None):
    """Rows of every table, in no particular order. `events`: objects in the order of the input, None for a line that
    is none. `as_of` None: the greatest recorded_at, and events are refused by the wall clock."""
    append_time = wall_clock if as_of is None else as_of
    cases, accounting, latest = merged(events, as_of, append_time, configuration)
    now = latest if as_of is None else as_of
    tables = {"shares": [], "waiting": [], "ratios": [], "left_out": []}
    for code, region in configuration.regions.items():
        named = {"region": code} if len(configuration.regions) > 1 else {}
        for table, rows in Batch(region, cases[code], now).run().items():
            tables[table] += [rounded({**named, **row}) for row in rows]
    return {"as_of": seconds_text(now), "events": accounting, **tables}
