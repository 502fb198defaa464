"""The numbers of config/examples/sepsis straight from the hospital's file, apart from the product's code.

    python3 tests/real_data/sepsis.py FILE.csv            every indicator's numbers at the file's end, as JSON
    python3 tests/real_data/sepsis.py FILE.csv --defects  what is wrong with the file

Written from the contract (domain.md §3 and §4) and the mapping's meaning, with csv and datetime for all that matters.
"""

import csv
import json
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

TIME = "%Y/%m/%d %H:%M:%S.%f"
MILLISECOND = timedelta(milliseconds=1)
RELEASES = {"Release A", "Release B", "Release C", "Release D", "Release E"}
# Indicator: what stops its clock, and its limit, a duration or a number of calendar days.
CLOCKS = {"sepsis_triage_10min": ({"ER Triage"}, timedelta(minutes=10)),
          "sepsis_antibiotics_60min": ({"IV Antibiotics"}, timedelta(minutes=60)),
          "sepsis_release_336h": (RELEASES, timedelta(hours=336)),
          "sepsis_release_14d": (RELEASES, 14)}
COUNTED = {"sepsis_returns": {"Return ER"}}


def read(path, until=datetime.max):
    """case -> (what was done, as (time, activity); the year of birth that its age gives), of the rows up to `until`."""
    cases, born = defaultdict(list), {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            time = datetime.strptime(row["Complete Timestamp"], TIME)
            if time <= until:
                cases[row["Case ID"]].append((time, row["Activity"]))
                if row["Age"]:
                    born[row["Case ID"]] = time.year - int(row["Age"])
    return {case: (done, born.get(case)) for case, done in cases.items()}


def first(done, activities):
    return min((time for time, activity in done if activity in activities), default=None)


def band(born, time):
    if born is None or time.year < born:
        return "unknown"
    bands = ((18, "0-17"), (65, "18-64"), (80, "65-79"))
    return next((name for limit, name in bands if time.year - born < limit), "80+")


def midnight_after(time, days):
    return datetime.combine(time.date() + timedelta(days=days + 1), datetime.min.time())


def outcomes(cases, indicator):
    """Of each registered case (state, age band, start, stop, how long, whether within, deadline)."""
    stops, limit = CLOCKS[indicator]
    for done, born in cases.values():
        start, stop = first(done, {"ER Registration"}), first(done, stops)
        if start is None:
            continue
        by_days = isinstance(limit, int)
        deadline = midnight_after(start, limit) if by_days else start + limit + MILLISECOND
        length = within = None
        if stop is not None:
            length = (stop.date() - start.date()).days if by_days else stop - start
            within = length <= limit
        state = "open" if stop is None else "invalid" if stop < start else "completed"
        yield state, band(born, start), start, stop, length, within, deadline


def windows(now):
    """The windows of whole days, as (from, to) of dates, `to` not in it."""
    today, day = now.date(), timedelta(days=1)
    month, tertial = today.replace(day=1), today.replace(month=(today.month - 1) // 4 * 4 + 1, day=1)
    last_month, last_tertial = (month - day).replace(day=1), tertial - day
    last_tertial = last_tertial.replace(month=last_tertial.month - 3, day=1)
    found = {f"{days}d": (today - (days - 1) * day, today + day) for days in (7, 30, 365)}
    return found | {"month": (month, today + day), "previous_month": (last_month, month),
                    "tertial": (tertial, today + day), "previous_tertial": (last_tertial, tertial),
                    "year": (today.replace(month=1, day=1), today + day), "all": (date.min, date.max)}


def percentile(lengths, p):
    """The least length that p % do not exceed; durations: the upper edge of its bucket, as the contract cuts them."""
    def edge(length):
        if isinstance(length, int):
            return length
        seconds = length.total_seconds()
        width = 10 if seconds < 7200 else 60
        return 172800 if seconds >= 172800 else int(seconds // width + 1) * width
    return sorted(map(edge, lengths))[-(-p * len(lengths) // 100) - 1]


def mean(lengths):
    return sum(length if isinstance(length, int) else length.total_seconds() for length in lengths) / len(lengths)


def shares(cases, now):
    """(indicator, age, measure, window) -> its numbers, for what counts anything."""
    counted = defaultdict(list)
    for indicator in CLOCKS:
        for state, age, _, stop, length, within, deadline in outcomes(cases, indicator):
            moments = {"completed": stop} if state == "completed" else {}
            if state == "completed" or state == "open" and deadline <= now:
                moments["decided"] = min(stop or deadline, deadline)
            for measure, moment in moments.items():
                for window, (begin, end) in windows(now).items():
                    if begin <= moment.date() < end:
                        for key in ("all", age):
                            counted[indicator, key, measure, window].append((length, bool(within)))
    for key, cases_of in counted.items():
        numbers = {"n": len(cases_of), "within": sum(within for _, within in cases_of)}
        numbers["share"] = numbers["within"] / numbers["n"]
        if key[2] == "completed":
            lengths = [length for length, _ in cases_of]
            numbers |= {"mean": mean(lengths)} | {f"p{p}": percentile(lengths, p) for p in (50, 80, 90)}
        yield key, numbers


def waiting(cases, now):
    """(indicator, age) -> how many are open and how many of them past their deadline."""
    found = defaultdict(lambda: {"open": 0, "overdue": 0})
    for indicator in CLOCKS:
        for state, age, *_, deadline in outcomes(cases, indicator):
            for key in ("all", age) if state == "open" else ():
                found[indicator, key]["open"] += 1
                found[indicator, key]["overdue"] += deadline <= now
    return dict(found)


def invalid(cases):
    found = Counter(indicator for indicator in CLOCKS for state, *_ in outcomes(cases, indicator) if state == "invalid")
    return dict(found)


def counts(cases, now):
    """(indicator, age, window) -> the cases that came to it, in the windows that counts are given for."""
    found = Counter()
    for indicator, activities in COUNTED.items():
        for done, born in cases.values():
            moment = first(done, activities)
            for window in ("month", "previous_month", "year", "365d") if moment else ():
                begin, end = windows(now)[window]
                if begin <= moment.date() < end:
                    found.update({(indicator, "all", window): 1, (indicator, band(born, moment), window): 1})
    return dict(found)


def defects(cases):
    every = [done for done, _ in cases.values()]
    stays = list(outcomes(cases, "sepsis_release_14d"))
    released = [done for done in every if first(done, RELEASES)]
    admitted = {"Admission NC", "Admission IC"}

    def times(done, activity):
        return [time for time, what in done if what == activity]

    return {
        "cases": len(cases), "rows": sum(map(len, every)),
        "from": str(min(time for done in every for time, _ in done)),
        "to": str(max(time for done in every for time, _ in done)),
        "cases triaged more than once": sum(len(times(done, "ER Triage")) > 1 for done in every),
        "within 10 minutes if the last triage counted": sum(
            timedelta() <= max(times(done, "ER Triage")) - first(done, {"ER Registration"}) <= timedelta(minutes=10)
            for done in every),
        "stops before the registration": invalid(cases),
        "cases that don't begin with the registration": sum(
            min(done)[0] < first(done, {"ER Registration"}) for done in every),
        "cases with equal times": sum(len({time for time, _ in done}) < len(done) for done in every),
        "cases without antibiotics": sum(first(done, {"IV Antibiotics"}) is None for done in every),
        "cases without release": len(every) - len(released),
        "of them never admitted": sum(first(done, RELEASES) is None and first(done, admitted) is None for done in every),
        "released within 336 hours, not on day 14 or before": sum(
            stop is not None and stop - start <= timedelta(hours=336) and not within
            for _, _, start, stop, _, within, _ in stays),
        "released on day 14 or before, not within 336 hours": sum(
            stop is not None and stop - start > timedelta(hours=336) and bool(within)
            for _, _, start, stop, _, within, _ in stays),
        "returns": sum(first(done, {"Return ER"}) is not None for done in every),
        "returns a year or more after the registration's year": sum(
            first(done, {"Return ER"}).year > first(done, {"ER Registration"}).year
            for done in every if first(done, {"Return ER"})),
        "longest case in days": max((max(done)[0] - min(done)[0]).days for done in every),
    }


def main():
    cases = read(sys.argv[1])
    now = max(time for done, _ in cases.values() for time, _ in done)
    found = defects(cases) if "--defects" in sys.argv else {
        "shares": {" ".join(key): numbers for key, numbers in shares(cases, now)},
        "counts": {" ".join(key): n for key, n in counts(cases, now).items()}}
    json.dump(found, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
