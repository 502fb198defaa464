"""The configuration directories that logs are judged by: the shipped one, and three that have every shape and option.

They are written as JSON, which is YAML; the oracle reads the same files as the product.
"""

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Every way to leave something out.
UNITS = {
    "region": {"code": "06", "name": "Länet", "time_zone": "Europe/Stockholm"},
    "lansdelar": [{"code": code, "name": code} for code in ("norr", "syd", "mitt")],
    "hospitals": [{"code": "H1", "name": "H1", "lansdel": "norr"}, {"code": "H2", "name": "H2", "lansdel": "syd"},
                  {"code": "H3", "name": "H3"}],
    "municipalities": [{"code": "0680", "name": "Jönköping", "lansdel": "norr", "hospital": "H1"},
                       {"code": "0642", "name": "Mullsjö", "lansdel": "mitt", "hospital": "H1"},
                       {"code": "0683", "name": "Värnamo", "hospital": "H2"},
                       {"code": "0604", "name": "Aneby", "lansdel": "syd"},
                       {"code": "0687", "name": "Tranås"}],
    "units": [{"code": "U-hospital", "name": "a", "hospital": "H1", "tags": {"owner": "region"}},
              {"code": "U-lansdel", "name": "b", "lansdel": "mitt", "tags": {"owner": "private", "size": "s"}},
              {"code": "U-municipality", "name": "c", "municipality": "0683"},
              {"code": "U-all", "name": "d", "hospital": "H2", "lansdel": "norr", "municipality": "0642"},
              {"code": "U-both", "name": "e", "hospital": "H3", "municipality": "0680"},
              {"code": "U-none", "name": "f"}],
}
UNIT_CODES = [unit["code"] for unit in UNITS["units"]] + ["U-unheard-of", "Överallt", ""]
MUNICIPALITY_CODES = [m["code"] for m in UNITS["municipalities"]] + ["0000", "0180", ""]


def pathway(name, valid_from, variants, **more):
    """`variants`: variant -> {treatment form: days}."""
    return {"pathway": name, "name": name, "valid_from": valid_from, "under_18": False, "pad_subtract_days": 0, **more,
            "variants": [{"variant": variant, "limits": [{"treatment_form": form, "days": days}
                                                         for form, days in forms.items()]}
                         for variant, forms in variants.items()]}


PATHWAYS = [
    pathway("two_versions", "2017-01-01", {"": {"kirurgi": 28, "lakemedel": 14, "palliativ": 28}}),
    pathway("two_versions", "2026-03-29", {"": {"kirurgi": 35, "lakemedel": 7, "palliativ": 20}}),
    pathway("variants", "2017-01-01", {"bas": {"kirurgi": 39, "lakemedel": 25, "ingen_ytterligare_atgard": 25},
                                       "utokad": {"kirurgi": 53, "palliativ": 39}, "": {"kirurgi": 3}}),
    pathway("pad", "2017-01-01", {"": {"kirurgi": 21, "lakemedel": 57, "exspektans": None}}, under_18=True,
            pad_subtract_days=21),
    pathway("nulls", "2017-01-01", {"": {"lakemedel": 30, "exspektans": None, "stralning": 60}}),
    pathway("some_limits", "2017-01-01", {"bas": {"kirurgi": 30}, "nothing": {"kirurgi": None}, "empty": {}}),
    pathway("no_limits", "2017-01-01", {"": {}}),
    pathway("nulls_alone", "2017-01-01", {"": {"kirurgi": None}}),
    pathway("begins_late", "2026-04-01", {"": {"kirurgi": 10, "palliativ": 1}}),
    pathway("stops", "2017-01-01", {"": {"kirurgi": 10, "palliativ": 1}}),
    pathway("stops", "2026-01-01", {"": {}}),
]


def denominators(indicator, level, key, **by_year):
    return [{"indicator": indicator, "level": level, "key": key, "year": int(year[1:]), "count": count}
            for year, count in by_year.items()]


SHIPPED_DENOMINATORS = [
    *denominators("svf_inclusion", "region", "region", y2024=140, y2025=150, y2026=163),
    *denominators("svf_inclusion", "lansdel", "norr", y2026=30),
    *denominators("dental_outreach", "region", "region", y2025=60, y2026=61),
    *denominators("dental_outreach", "municipality", "0680", y2026=9),
    *denominators("dental_necessary_care", "region", "region", y2026=40),
]


class Directory:
    """A configuration directory to be written. `streams`: name -> what its declaration says; `indicators`: stream ->
    list. `shipped`: what the project ships, over the units, pathways and denominators here. `others`: of each further
    region the files that replace the first one's."""

    def __init__(self, name, streams=None, indicators=None, denominators=(), shipped=False, others=None,
                 future_tolerance="5min"):
        self.future_tolerance = future_tolerance
        self.name, self.streams, self.indicators, self.shipped = name, streams or {}, indicators or {}, shipped
        self.denominators, self.others = list(denominators), others or {}

    def regions(self):
        return [UNITS["region"]["code"], *self.others]

    def write(self, folder):
        if self.shipped:
            shutil.copytree(ROOT / "config", folder)
        else:
            (folder / "indicators").mkdir(parents=True)
            write_json(folder / "regions.yaml", {"regions": [{"code": code, "partition": partition}
                                                             for partition, code in enumerate(self.regions())]})
            write_json(folder / "alerts.yaml", {"grid": "1s"})
            write_json(folder / "streams.yaml", {"future_tolerance": self.future_tolerance, "streams": [
                {"stream": stream, "settle": "60s", "milestones": ["m"], "attributes": [], **more}
                for stream, more in self.streams.items()]})
            for stream, indicators in self.indicators.items():
                write_json(folder / "indicators" / f"{stream}.yaml", {"stream": stream, "indicators": indicators})
        write_json(folder / "units.yaml", UNITS)
        write_json(folder / "svf-limits.yaml", {"pathways": PATHWAYS})
        write_json(folder / "denominators.yaml", {"denominators": self.denominators})
        for code, files in self.others.items():
            for name, value in files.items():
                (folder / "regions" / code / name).parent.mkdir(parents=True, exist_ok=True)
                write_json(folder / "regions" / code / name, value)


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1))


def indicator(name, versions, roll_ups, goals=(), **more):
    """`goals`: (valid_from, goal)"""
    both = {"sv": name, "en": name}
    made = {"id": name, "name": both, "description": both, "source": "made up", "roll_ups": roll_ups,
            "versions": versions, **more}
    if goals:
        made["goals"] = [{"valid_from": day, "goal": goal} for day, goal in goals]
    return made


def version(start, stop, valid_from="2018-01-01", **more):
    """Start and stop: a selector, or a milestone."""
    made = {"valid_from": valid_from, "stop": selector(stop), **more}
    return {**made, "start": selector(start)} if start else made


def selector(named):
    return named if isinstance(named, dict) else {"milestones": [named]}


REGION = [{"level": "region"}]
EVERYBODY = [{"level": "region", "by": ["sex", "age"]}]
ALL_LEVELS = EVERYBODY + [{"level": level} for level in ("lansdel", "hospital", "unit", "municipality")]
OWN_LEVELS = [{"level": "care_area", "attribute": "care_area"}, {"level": "owner", "unit_tag": "owner"}]
BEGINNING, SUMMER_TIME, TERTIAL = "2018-01-01", "2026-03-29", "2026-04-01"


def durations():
    prio_1 = [{"attribute": "priority", "in": ["1"]}]
    twenty = {"limit": "20min", "warn": {"after": "15min"}}
    arrived = {"milestones": ["arrived"]}
    first = version("call_received", arrived, **twenty)
    return Directory("durations", {"ambulance": {"levels": OWN_LEVELS}, "wait": {"case_scope": "stream"}}, {
        "ambulance": [
            indicator("changing", [
                version("call_received", {**arrived, "resource_kinds": ["ambulance", ""]}, where=prio_1, **twenty),
                version("call_received", {"milestones": ["arrived", "rolling"]}, SUMMER_TIME, limit="10min",
                        warn={"before_deadline": "1min"}, settle="0s",
                        where=[{"attribute": "priority", "not": ["2", ""]}])],
                ALL_LEVELS, [("2025-01-01", 0.75), (SUMMER_TIME, 1), (TERTIAL, 0.845)]),
            indicator("last", [version("call_received", {**arrived, "pick": "last"}, pvv_excludes=False, **twenty)],
                      REGION, [(BEGINNING, 0)]),
            indicator("lower", [version("call_received", arrived, limit="20min")], REGION, [(BEGINNING, 0.12)],
                      better="lower"),
            indicator("undecided", [version("call_received", arrived, deadline_decides=False, **twenty)], REGION,
                      [(BEGINNING, 0.8)]),
            indicator("long", [version("call_received", arrived, limit="48h", warn={"share_of_limit": 0.695},
                                       settle="72h")],
                      [{"level": "region", "by": ["age"]}, {"level": "lansdel"}], [(BEGINNING, 0.9)]),
            indicator("two_starts", [
                {**first, "start": {"milestones": ["call_received", "unit_alarmed"], "pick": "last",
                                    "resource_kinds": ["ambulance", ""]}}],
                [{"level": "care_area"}, {"level": "owner", "by": ["sex"]}, {"level": "unit"}]),
            indicator("limited_later", [version("call_received", arrived),
                                        version("call_received", arrived, TERTIAL, **twenty)], REGION,
                      [(BEGINNING, 0.8)]),
            indicator("other_starts", [first, {**version("unit_alarmed", "rolling", SUMMER_TIME, limit="3min"),
                                               "mov_excludes": True}], REGION, [(BEGINNING, 0.8)]),
        ],
        "wait": [indicator("elsewhere", [version("referral_decided", "first_visit", limit="48h")],
                           [{"level": "municipality"}])],
    })


def days_of_wait():
    visit, at_once = version("referral_decided", "first_visit", limit_days=60, warn={"days_before": 14}), "0s"
    target = {"limit_date": "medical_target_date", "warn": {"days_before": 14}}
    return [
        indicator("changing_days", [
            version("referral_decided", "first_visit", limit_days=3, warn={"days_before": 1},
                    where=[{"attribute": "vardgaranti", "not": ["no"]}]),
            version({"milestones": ["referral_decided", "procedure_decided"], "pick": "last"},
                    {"milestones": ["first_visit", "procedure_done"]}, SUMMER_TIME, limit_days=5,
                    warn={"days_before": 2}, settle=at_once, mov_excludes=True)],
            ALL_LEVELS, [("2025-01-01", 0.75), (SUMMER_TIME, 1), (TERTIAL, 0.845)]),
        indicator("sixty", [{**visit, "mov_excludes": True}], EVERYBODY + [{"level": "care_area"}],
                  [(BEGINNING, 0.8)]),
        indicator("other_way_in", [version(
            {"milestones": ["referral_decided"], "instead": {"attribute": "vardgaranti", "in": ["no", ""],
                                                             "milestones": ["contact_made", "procedure_decided"]}},
            {"milestones": ["first_visit", "assessed"], "pick": "last"}, limit_days=1)], REGION, [(BEGINNING, 0.5)]),
        indicator("readmitted", [version("discharged", "readmitted", limit_days=30, settle="1h")], EVERYBODY,
                  [(BEGINNING, 0.12), (TERTIAL, 0)], better="lower"),
        indicator("at_once", [version("contact_attempted", "contact_made", limit_days=0, warn={"days_before": 0})],
                  REGION, [(BEGINNING, 1)]),
        indicator("no_limit", [version("contact_made", "assessed")], REGION + [{"level": "owner"}], unit="days"),
        indicator("target", [version("followup_decided", "followup_done", mov_excludes=True, settle="24h", **target)],
                  ALL_LEVELS, [(BEGINNING, 0.9)]),
        indicator("target_undecided", [version("followup_decided", "followup_done", deadline_decides=False,
                                               pvv_excludes=False, **target)], REGION, [(BEGINNING, 0.333)]),
        indicator("visits", [version(None, "first_visit", where=[{"attribute": "vardgaranti", "not": ["no"]}])],
                  EVERYBODY + [{"level": "municipality"}], [(BEGINNING, 500), (SUMMER_TIME, 700)], shape="count",
                  better="lower"),
        indicator("contacts", [
            version(None, {"milestones": ["contact_made", "assessed"]}),
            version(None, {"milestones": ["contact_made"], "resource_kinds": ["nurse", ""]}, SUMMER_TIME,
                    where=[{"attribute": "sex", "in": ["F", "M"]}])], REGION + [{"level": "owner"}], shape="count"),
    ]


def days_of_cancer():
    treated = {"milestones": ["treatment_started"], "instead": {
        "attribute": "treatment_form", "in": ["palliativ"], "milestones": ["treatment_decided_with_patient"]}}
    table = {"limit_table": "svf", "warn": {"days_before": 14}}
    return [
        indicator("table", [version("suspicion_founded", treated, mov_excludes=True, **table)], ALL_LEVELS,
                  [(BEGINNING, 0.8)]),
        indicator("table_undecided", [version("suspicion_founded", treated, deadline_decides=False, settle="0s",
                                              **{**table, "warn": {"days_before": 1}})], REGION, [(BEGINNING, 0.8)]),
        indicator("without_table", [version("suspicion_founded", "treatment_started", limit_days=28,
                                            without_table_limit="svf", warn={"days_before": 14})], EVERYBODY,
                  [(BEGINNING, 1)]),
        indicator("included", [
            version(None, treated),
            version(None, "treatment_started", TERTIAL, where=[{"attribute": "pathway", "not": ["pad"]}])],
            REGION + [{"level": "lansdel"}], [(BEGINNING, 0.7), (TERTIAL, 0.75)], shape="ratio",
            denominator="pro_rata"),
    ]


def days_of_teeth():
    return [
        indicator("covered", [version(None, {"milestones": ["assessment_done", "care_done"]})],
                  REGION + [{"level": "municipality"}, {"level": "care_area"}], [(BEGINNING, 0.9)], shape="ratio",
                  denominator="year_of_last_day"),
        indicator("recalled", [version("recall_planned", "recall_done", limit_date="recall_due_date",
                                       warn={"days_before": 0}, settle="0s")], REGION),
    ]


def days():
    return Directory("days", {
        "wait": {"case_scope": "stream", "settle": "72h", "levels": OWN_LEVELS},
        "svf": {"settle": "72h", "strict_attributes": True, "attributes": [
            "pathway", "variant", "treatment_form", "first_suspicion_at_pad", "unit", "municipality", "sex",
            "birth_year", "care_area"]},
        "dental": {"settle": "72h", "levels": OWN_LEVELS, "strict_milestones": True, "milestones": [
            "referral_received", "first_visit", "recall_planned", "recall_done", "assessment_done", "care_done"]},
    }, {"wait": days_of_wait(), "svf": days_of_cancer(), "dental": days_of_teeth()}, [
        *denominators("included", "region", "region", y2023=120, y2024=140, y2025=150, y2026=163),
        *denominators("included", "lansdel", "norr", y2026=30),
        *denominators("covered", "region", "region", y2025=60, y2026=61),
        *denominators("covered", "municipality", "0680", y2026=9),
        *denominators("covered", "care_area", "a", y2024=7, y2026=3),
    ])


def regions():
    """Two, the second of which lies across the ocean: its days and its summer time begin later."""
    streams = {"svf": {"settle": "72h"}, "wait": {"settle": "72h", "levels": OWN_LEVELS}}
    elsewhere = {**UNITS, "region": {"code": "07", "name": "Landet", "time_zone": "America/New_York"},
                 "units": UNITS["units"][:3]}
    return Directory("regions", streams, {"wait": days_of_wait()[:2], "svf": days_of_cancer()},
                     denominators("included", "region", "region", y2025=150, y2026=163), future_tolerance="1min",
                     others={"07": {
                         "units.yaml": elsewhere,
                         "indicators/wait.yaml": {"stream": "wait", "indicators": days_of_wait()[2:]},
                         "denominators.yaml": {"denominators": denominators("included", "lansdel", "syd", y2026=9)}}})


def every_kind():
    return [Directory("shipped", denominators=SHIPPED_DENOMINATORS, shipped=True), durations(), days(), regions()]
