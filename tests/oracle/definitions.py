"""What the oracle judges by, and the configuration directory that says the same to the product.

`shipped` is the specification's table of indicators, for the configuration as it ships. `varied` has every shape and
option that a duration can have.
"""

import copy
import json
import shutil
from pathlib import Path

from oracle import Duration

ROOT = Path(__file__).resolve().parents[2]
MINUTES = 60_000

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
UNIT_CODES = [unit["code"] for unit in UNITS["units"]] + ["U-unheard-of", ""]
MUNICIPALITY_CODES = [m["code"] for m in UNITS["municipalities"]] + ["0000", "0180", ""]


class Definitions:
    def __init__(self, name, streams, indicators, shipped):
        self.name, self.streams, self.indicators, self.shipped = name, streams, indicators, shipped
        self.units = UNITS
        self.time_zone = UNITS["region"]["time_zone"]

    def write(self, folder):
        """A configuration directory. JSON is YAML."""
        if self.shipped:
            shutil.copytree(ROOT / "config", folder)
        else:
            (folder / "indicators").mkdir(parents=True)
            write_json(folder / "regions.yaml", {"regions": [{"code": UNITS["region"]["code"], "partition": 0}]})
            write_json(folder / "alerts.yaml", {"grid": "1s"})
            write_json(folder / "streams.yaml", {"streams": [
                {"stream": stream, "settle": "60s", "milestones": ["m"], "attributes": [], **more}
                for stream, more in self.streams.items()]})
            for stream in self.streams:
                indicators = [as_written(i) for i in self.indicators if i["stream"] == stream]
                if indicators:
                    write_json(folder / "indicators" / f"{stream}.yaml", {"stream": stream, "indicators": indicators})
        write_json(folder / "units.yaml", UNITS)


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1))


def as_written(indicator):
    """An indicator as the product's configuration has it."""
    written = {key: value for key, value in indicator.items() if key not in ("stream", "versions", "goals")}
    both = {"sv": indicator["id"], "en": indicator["id"]}
    written.update(name=both, description=both, source="made up", versions=[])
    if "goals" in indicator:
        written["goals"] = [{**goal, "goal": goal["goal"] / 1000} for goal in indicator["goals"]]
    for version in copy.deepcopy(indicator["versions"]):
        if "limit" in version:
            version["limit"] = f"{version['limit'].limit}ms"
            version["settle"] = f"{version['settle']}ms"
        if "warn_after" in version:
            version["warn"] = {"after": f"{version.pop('warn_after')}ms"}
        written["versions"].append(version)
    return written


def version(start, stop, limit=None, warn_after=None, settle=60_000, valid_from="2018-01-01", **more):
    made = {"valid_from": valid_from, "start": {"milestones": start}, "stop": stop, **more}
    if limit is not None:
        made.update(limit=Duration(limit), settle=settle)
    if warn_after is not None:
        made["warn_after"] = warn_after
    return made


ALL_LEVELS = [{"level": "region", "by": ["sex", "age"]}, {"level": "lansdel"}, {"level": "hospital"}, {"level": "unit"},
              {"level": "municipality"}]
PRIO_1 = [{"attribute": "priority", "in": ["1"]}]


def shipped():
    def indicator(name, start, stop, limit=None, warn_after=None, goals=None, **stop_more):
        made = {"id": name, "stream": "ambulance", "roll_ups": ALL_LEVELS,
                "versions": [version([start], {"milestones": [stop], **stop_more}, limit, warn_after, where=PRIO_1)]}
        return made if goals is None else {**made, "goals": goals}

    carers = ["ambulance", "helicopter", ""]
    return Definitions("shipped", {"ambulance": {}, "wait": {}, "svf": {}, "dental": {}}, [
        indicator("ambulance_prio1_20min", "call_received", "arrived", 20 * MINUTES, 15 * MINUTES,
                  [{"valid_from": "2018-01-01", "goal": 800}], resource_kinds=carers),
        indicator("ambulance_first_responder_20min", "call_received", "arrived", 20 * MINUTES, 15 * MINUTES),
        indicator("ambulance_unit_assigned_3min", "call_received", "unit_alarmed", 3 * MINUTES, 2 * MINUTES),
        indicator("ambulance_leg_alarm", "call_received", "unit_alarmed"),
        indicator("ambulance_leg_turnout", "unit_alarmed", "rolling"),
        indicator("ambulance_leg_travel", "rolling", "arrived"),
    ], shipped=True)


def varied():
    call, arrived = ["call_received"], {"milestones": ["arrived"]}
    region = [{"level": "region"}]
    first = version(call, arrived, 20 * MINUTES, 15 * MINUTES)
    levels = [{"level": "care_area", "attribute": "care_area"}, {"level": "owner", "unit_tag": "owner"}]
    return Definitions("varied", {"ambulance": {"levels": levels}, "wait": {"case_scope": "stream"}}, [
        {"id": "changing", "stream": "ambulance", "roll_ups": ALL_LEVELS,
         "goals": [{"valid_from": "2025-01-01", "goal": 750}, {"valid_from": "2026-03-29", "goal": 1000},
                   {"valid_from": "2026-04-01", "goal": 845}],
         "versions": [version(call, {**arrived, "resource_kinds": ["ambulance", ""]}, 20 * MINUTES, 15 * MINUTES,
                              where=PRIO_1),
                      version(call, {"milestones": ["arrived", "rolling"]}, 10 * MINUTES, 9 * MINUTES, settle=0,
                              valid_from="2026-03-29", where=[{"attribute": "priority", "not": ["2", ""]}])]},
        {"id": "last", "stream": "ambulance", "roll_ups": region, "goals": [{"valid_from": "2018-01-01", "goal": 0}],
         "versions": [version(call, {**arrived, "pick": "last"}, 20 * MINUTES, 15 * MINUTES, pvv_excludes=False)]},
        {"id": "lower", "stream": "ambulance", "roll_ups": region, "better": "lower",
         "goals": [{"valid_from": "2018-01-01", "goal": 120}], "versions": [version(call, arrived, 20 * MINUTES)]},
        {"id": "undecided", "stream": "ambulance", "roll_ups": region,
         "goals": [{"valid_from": "2018-01-01", "goal": 800}],
         "versions": [version(call, arrived, 20 * MINUTES, 15 * MINUTES, deadline_decides=False)]},
        {"id": "long", "stream": "ambulance", "roll_ups": [{"level": "region", "by": ["age"]}, {"level": "lansdel"}],
         "goals": [{"valid_from": "2018-01-01", "goal": 900}],
         "versions": [version(call, arrived, 2880 * MINUTES, 2000 * MINUTES, settle=4320 * MINUTES)]},
        {"id": "two_starts", "stream": "ambulance",
         "roll_ups": [{"level": "care_area"}, {"level": "owner", "by": ["sex"]}, {"level": "unit"}],
         "versions": [{**first, "start": {"milestones": ["call_received", "unit_alarmed"], "pick": "last"}}]},
        {"id": "elsewhere", "stream": "wait", "roll_ups": [{"level": "municipality"}], "versions": [first]},
    ], shipped=False)
