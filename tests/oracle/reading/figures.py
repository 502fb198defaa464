"""What is computed of the cases that a window has."""

import math
from fractions import Fraction

from .times import HOUR, MINUTE, WEEK, month_of, months_later

Z = 1.959963984540054


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
    """`edges`: of each case the upper edge of its bucket, or its days."""
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


class MonthAhead:
    """What the rest of the running month is expected to bring, from the same hours of the weeks before."""

    def __init__(self, now, calendar):
        self.now, self.calendar = now, calendar
        self.times = {}  # weeks -> {hour: in how many sums c(h) it is}

    def times_of(self, weeks):
        if weeks in self.times:
            return self.times[weeks]
        times = {}
        end = self.calendar.midnight(months_later(month_of(self.calendar.day(self.now)), 1))
        hour = self.now // HOUR + 1  # the first that begins after now
        while (hour + 1) * HOUR <= end:
            past = hour - 168
            while (past + 1) * HOUR > self.now:
                past -= 168
            for week in range(weeks):
                times[past - 168 * week] = times.get(past - 168 * week, 0) + 1
            hour += 1
        self.times[weeks] = times
        return times

    def n_expected(self, decided, n):
        """`decided`: the instants of all cases of the series. None where less than a week has been seen."""
        if not decided:
            return None
        seen = self.now - self.calendar.midnight(self.calendar.day(min(decided)))
        weeks = min(8, seen // WEEK)
        if weeks == 0:
            return None
        times = self.times_of(weeks)
        total = sum(times.get(at // HOUR, 0) for at in decided)
        return n + (2 * total + weeks) // (2 * weeks)


def days_in(year):
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365


def denominator(counts, kind, days):
    """Of a window's local days, by the counts of the years; None where a year that is needed has none."""
    if kind != "pro_rata":
        return counts.get(days[-1].year)
    if any(day.year not in counts for day in days):
        return None
    return sum(Fraction(counts[day.year], days_in(day.year)) for day in days)
