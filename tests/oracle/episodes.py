"""What the cases of each stream look like: a start, perhaps a stop, and the edges that they are put at."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from configurations import MUNICIPALITY_CODES, PATHWAYS, UNIT_CODES
from instants import DAY, HOUR, MINUTE, SECOND, STEPS, local, local_day, midnight_after, millis

DURATIONS = (0, 1, 9_999, 10_000, 10_001, 3 * MINUTE, 9 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 21 * MINUTE,
             119 * MINUTE, 2 * HOUR, 2 * HOUR + MINUTE, 5 * HOUR, 48 * HOUR, 49 * HOUR, 60 * HOUR)
LIMITS = (3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 48 * HOUR)
WAITS = (0, 2 * MINUTE, 9 * MINUTE, 15 * MINUTE, 48 * HOUR * 695 // 1000)  # from when a case is at risk
SETTLES = (0, 60 * SECOND, 72 * HOUR)
SETTLES_OF_DAYS = (0, HOUR, DAY, 72 * HOUR)
WARNINGS = (0, 1, 2, 14)  # days before the last allowed one
AGES_OF_WAIT = (0, 1, 7, 15, 22, 30, 31, 60, 61, 90, 91, 120, 121, 180, 181, 365, 366)
LONG_AGO = ("1969-12-31T23:59:59.999+00:00", "1999-12-31T22:59:59.999+00:00")
FIRST_DAYS = tuple(map(date.fromisoformat, ("2026-03-29", "2026-04-01", "2026-01-01")))
NO_DATES = ("2026-13-01", "2026-02-30", "20260401", "2026-4-1", "2026-04-01T00:00:00", " 2026-04-01", "soon", "")


@dataclass
class Episode:
    start_name: str
    start: int
    stop_name: str
    stop: int | None
    deadlines: list
    attributes: dict = field(default_factory=dict)
    between: list = field(default_factory=list)  # (milestone, instant, fields)
    stop_fields: dict = field(default_factory=dict)

    def about_when(self):
        """The stop, or when one could have been."""
        return self.deadlines[0] - 1 if self.stop is None else self.stop


def of_stream(stream):
    return {"ambulance": mission, "wait": wait, "svf": cancer, "dental": teeth}[stream]


def attributes_of_everybody(log):
    chance, attributes = log.chance, {}
    year = log.today().year
    values = {"municipality": MUNICIPALITY_CODES, "unit": UNIT_CODES, "care_area": ("a", "b", "å", ""),
              "sex": ("F", "M", "U", "X", "f", ""),
              "birth_year": ("1940", *(str(year - age) for age in (19, 18, 17, 65, 64, 80, 79, 0, -1)), "195", "19555",
                             "19x5", "unknown", " 1950", "-950", "")}
    for name, choices in values.items():
        if chance.random() < 0.8:
            attributes[name] = chance.choice(choices)
    return attributes


# ---- Durations

def clock(log):
    """Start and stop of a mission: stop, deadline, warning or decision at an edge."""
    chance = log.chance
    pick, near = chance.random(), chance.choice(STEPS)
    if pick < 0.6:
        stop = log.edge() if pick < 0.35 else log.weekly()
        return stop - chance.choice(DURATIONS) - near, stop
    if pick < 0.75:  # decided at an edge, by its deadline
        start = log.edge() - chance.choice(LIMITS) - 1
        return start, start + chance.choice(DURATIONS) + near
    if pick < 0.9:  # open, and just about to be something else
        ago = chance.choice(LIMITS + WAITS) + chance.choice(SETTLES) + chance.choice((-1, 0, 1, 2))
        return log.now - ago, None
    if pick < 0.95:
        start = log.edge()
        return start, start - chance.choice((1, 10 * MINUTE))  # stopped before it began
    start = millis(chance.choice(LONG_AGO))
    return start, chance.choice((None, start + 1, start + chance.choice(DURATIONS)))


def mission(log):
    chance = log.chance
    start, stop = clock(log)
    between = []
    middle = start + chance.choice((0, 1, 2 * MINUTE, 3 * MINUTE, 3 * MINUTE + 1))
    if chance.random() < 0.7:
        between.append(("unit_alarmed", middle, {"resource": "R1", "resource_kind": "ambulance"}))
    if chance.random() < 0.5:
        at = middle + chance.choice((0, 90 * SECOND, 3 * MINUTE, 3 * MINUTE + 1))
        between.append(("rolling", at, {"resource": "R1"}))
    kind = chance.choice(({"resource_kind": "ambulance"}, {"resource_kind": ""}, {}))
    return Episode("call_received", start, "arrived", stop, [start + limit + 1 for limit in LIMITS],
                   {"priority": chance.choice(("1", "1", "1", "1", "2", "3"))}, between, {"resource": "R1", **kind})


# ---- Days

def time_of_day(log, day):
    """Some instant of a local day, often its first or its last."""
    length = midnight_after(day) - local(day)
    chance = log.chance
    return local(day) + chance.choice((0, 1, length - 1, length - HOUR, chance.randrange(length),
                                       chance.randrange(length)))


def days_clock(log, limit):
    """Start and stop of a wait with so many days allowed."""
    chance = log.chance
    pick, near = chance.random(), chance.choice(STEPS)
    if pick < 0.5:
        stop = log.edge() if pick < 0.3 else log.weekly()
        start = time_of_day(log, local_day(stop) - timedelta(limit + near))
        return min(start, stop) if chance.random() < 0.9 else start, stop
    if pick < 0.65:  # decided at an edge, by its deadline
        start = time_of_day(log, local_day(log.edge()) - timedelta(limit + 1))
        return start, chance.choice((None, time_of_day(log, local_day(start) + timedelta(limit + 1 + near))))
    if pick < 0.85:  # open, and just about to be something else
        then = local_day(log.now - chance.choice(SETTLES_OF_DAYS) + near)
        ago = chance.choice((limit, limit, *(limit - warning for warning in WARNINGS)))
        return time_of_day(log, then - timedelta(ago + chance.choice((0, 1, 1)))), None
    if pick < 0.93:
        return time_of_day(log, log.today() - timedelta(chance.choice(AGES_OF_WAIT))), None
    if pick < 0.95:
        start = log.edge()
        return start, start - chance.choice((0, 1, HOUR, DAY))  # stopped before it began, or at once
    if pick < 0.98:  # on the first day of a definition or a pathway, or the day before
        start = min(time_of_day(log, chance.choice(FIRST_DAYS) - timedelta(chance.choice((0, 0, 1)))), log.now)
        return start, chance.choice((None, time_of_day(log, local_day(start) + timedelta(limit + near))))
    start = millis(chance.choice(LONG_AGO))
    return start, chance.choice((None, start + 1, start + limit * DAY))


def days_episode(log, start_name, stop_name, limits):
    limit = log.chance.choice(limits)
    start, stop = days_clock(log, limit)
    fields = log.chance.choice(({}, {}, {"resource": "R1", "resource_kind": "nurse"}, {"resource_kind": "other"}))
    last_days = [limit, *limits]
    deadlines = [midnight_after(local_day(start) + timedelta(days)) for days in last_days]
    return Episode(start_name, start, stop_name, stop, deadlines, stop_fields=fields)


def target_episode(log, start_name, stop_name, attribute):
    """A target date on the day of the stop or beside it, before the start, missing or unreadable."""
    chance = log.chance
    episode = days_episode(log, start_name, stop_name, (30, 60))
    last_day = local_day(episode.deadlines[0] - 1 if episode.stop is None else episode.stop)
    pick = chance.random()
    if pick < 0.7:
        target = last_day + timedelta(chance.choice(STEPS)) if episode.stop is not None else last_day
    elif pick < 0.8:
        target = local_day(episode.start) + timedelta(chance.choice((-40, -1, 0)))
    else:
        target = None
        episode.attributes[attribute] = chance.choice((*NO_DATES, "2999-12-31", "9999-12-31", "1971-01-01"))
    if target:
        episode.attributes[attribute] = target.isoformat()
        episode.deadlines.insert(0, midnight_after(target))
    if chance.random() < 0.05:
        episode.attributes.pop(attribute)
    return episode


def wait(log):
    chance = log.chance
    pick = chance.random()
    if pick < 0.25:
        episode = target_episode(log, "followup_decided", "followup_done", "medical_target_date")
    else:
        episode = days_episode(log, *chance.choice((
            ("referral_decided", "first_visit", (60, 60, 90, 3, 5)),
            ("procedure_decided", "procedure_done", (60, 90, 5)), ("discharged", "readmitted", (30,)),
            ("contact_attempted", "contact_made", (0,)), ("contact_made", "assessed", (3,)))))
    if chance.random() < 0.3:
        episode.attributes["vardgaranti"] = chance.choice(("yes", "no", "no", ""))
    if chance.random() < 0.3:  # one case, two clocks
        at = episode.start + chance.choice((-DAY, 0, 1, HOUR, DAY))
        name = chance.choice(("procedure_decided", "referral_decided", "contact_made", "first_visit"))
        episode.between.append((name, at, {"resource": "R9"}))
    return episode


LIMITS_OF_PATHWAYS = sorted({row["days"] for pathway in PATHWAYS for variant in pathway["variants"]
                             for row in variant["limits"] if row["days"] is not None})
FORMS = ("kirurgi", "lakemedel", "palliativ", "exspektans", "ingen_ytterligare_atgard", "stralning", "unheard_of")


def cancer(log):
    chance = log.chance
    attributes = {}
    pathway = chance.choice(PATHWAYS)
    variant = chance.choice(pathway["variants"])
    rows = [row for row in variant["limits"] if row["days"] is not None]
    form, days = chance.choice(FORMS), chance.choice(LIMITS_OF_PATHWAYS)
    if rows and chance.random() < 0.8:
        row = chance.choice(rows)
        form, days = row["treatment_form"], row["days"]
    if chance.random() < 0.95:
        attributes["pathway"] = chance.choice((pathway["pathway"],) * 9 + ("unheard_of", ""))
    if variant["variant"] or chance.random() < 0.1:
        attributes["variant"] = chance.choice((variant["variant"],) * 6 + ("unheard_of", ""))
    if chance.random() < 0.6:
        attributes["treatment_form"] = form
    if chance.random() < 0.3:
        attributes["first_suspicion_at_pad"] = chance.choice(("true", "true", "false", "True", "1", ""))
        if attributes["first_suspicion_at_pad"] == "true":
            days = max(0, days - pathway["pad_subtract_days"])
    stop_name = "treatment_started"
    if form == "palliativ" and chance.random() < 0.8 or chance.random() < 0.05:
        stop_name = "treatment_decided_with_patient"
    episode = days_episode(log, "suspicion_founded", stop_name, (days, days, 28))
    episode.attributes = attributes
    if chance.random() < 0.1:
        at = episode.about_when() + chance.choice((-DAY, 0, DAY))
        episode.between.append(("treatment_started", at, {"resource": "R9"}))
    return episode


def teeth(log):
    pick = log.chance.random()
    if pick < 0.35:
        return days_episode(log, "referral_received", "first_visit", (60,))
    if pick < 0.75:
        return target_episode(log, "recall_planned", "recall_done", "recall_due_date")
    return days_episode(log, "assessment_done", "care_done", (0, 30, 365))
