"""A configuration directory, as plain values: durations in milliseconds, shares in per mille, days as dates.

It checks nothing: what is wrong in a directory is for `vardvakt check-config` to say.
"""

import re
from decimal import Decimal
from pathlib import Path

import yaml

from .times import date_of

UNITS_OF_TIME = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def read_yaml(path):
    """Every plain value as its text."""
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def millis(text):
    return sum(int(count) * UNITS_OF_TIME[unit] for count, unit in re.findall(r"(\d+)([a-z]+)", text))


def permille(text):
    return int(Decimal(text) * 1000)


def flag(text):
    return text == "true"


class Configuration:
    """A directory. regions: code -> Region, the default first."""

    def __init__(self, folder):
        codes = [region["code"] for region in read_yaml(Path(folder) / "regions.yaml")["regions"]]
        self.regions = {code: Region(Path(folder), code) for code in codes}
        self.default = codes[0]

    def region_of(self, event):
        return event.get("region") or self.default


class Region:
    """streams: name -> stream. indicators: in the files' order. pathways: name -> versions, oldest first."""

    def __init__(self, folder, code):
        files = {path.relative_to(top): path for top in (folder, folder / "regions" / code)
                 for path in sorted(top.glob("*.yaml")) + sorted(top.glob("indicators/*.yaml"))}
        units, streams = (read_yaml(files[Path(name)]) for name in ("units.yaml", "streams.yaml"))
        self.time_zone = units["region"]["time_zone"]
        self.units = units
        self.future_tolerance = millis(streams.get("future_tolerance", "5min"))
        self.streams = {stream["stream"]: read_stream(stream) for stream in streams["streams"]}
        self.indicators = []
        for name in sorted(files):
            if name.parent.name == "indicators":
                self.read_indicators(read_yaml(files[name]))
        self.pathways = read_pathways(files.get(Path("svf-limits.yaml")))
        self.denominators = read_denominators(files.get(Path("denominators.yaml")))

    def read_indicators(self, file):
        defaults = file.get("defaults", {})
        stream = self.streams[file["stream"]]
        for written in file["indicators"]:
            versions = [read_version(version, defaults, stream) for version in written["versions"]]
            shape = written.get("shape", "share")
            goal_of = int if shape == "count" else permille
            self.indicators.append({
                "id": written["id"], "stream": file["stream"], "shape": shape,
                "better": written.get("better", "higher"), "denominator": written.get("denominator"),
                "unit": unit_of(written, versions), "versions": versions,
                "roll_ups": written.get("roll_ups") or defaults.get("roll_ups", []),
                "goals": [{"valid_from": date_of(goal["valid_from"]), "goal": goal_of(goal["goal"])}
                          for goal in written.get("goals", [])]})


def read_stream(stream):
    return {"settle": millis(stream["settle"]), "case_scope": stream.get("case_scope", "source"),
            "milestones": stream["milestones"], "attributes": stream["attributes"],
            "strict_milestones": flag(stream.get("strict_milestones")),
            "strict_attributes": flag(stream.get("strict_attributes")), "levels": stream.get("levels", [])}


def unit_of(indicator, versions):
    limits = {version["limit"][0] for version in versions if version["limit"]}
    if not limits:
        return indicator.get("unit", "seconds")
    return "seconds" if limits == {"duration"} else "days"


def read_version(version, defaults, stream):
    where = version["where"] if "where" in version else defaults.get("where", [])
    return {"valid_from": date_of(version["valid_from"]), "where": where,
            "start": read_selector(version.get("start")), "stop": read_selector(version["stop"]),
            "limit": read_limit(version), "warn": read_warn(version.get("warn")),
            "without_table_limit": "without_table_limit" in version,
            "settle": millis(version["settle"]) if "settle" in version else stream["settle"],
            "deadline_decides": flag(version.get("deadline_decides", "true")),
            "pvv_excludes": flag(version.get("pvv_excludes", "true")),
            "mov_excludes": flag(version.get("mov_excludes", "false"))}


def read_selector(selector):
    return None if selector is None else {"pick": "first", **selector}


def read_limit(version):
    """(shape, value), or None."""
    if "limit" in version:
        return "duration", millis(version["limit"])
    if "limit_days" in version:
        return "days", int(version["limit_days"])
    if "limit_date" in version:
        return "date", version["limit_date"]
    return ("table", version["limit_table"]) if "limit_table" in version else None


def read_warn(warn):
    """(kind, value), or None."""
    if not warn:
        return None
    kind, value = next(iter(warn.items()))
    return kind, {"share_of_limit": permille, "days_before": int}.get(kind, millis)(value)


def read_pathways(path):
    pathways = {}
    for pathway in read_yaml(path)["pathways"] if path else []:
        variants = {variant["variant"]: {limit["treatment_form"]: read_days(limit) for limit in variant["limits"]}
                    for variant in pathway["variants"]}
        pathways.setdefault(pathway["pathway"], []).append({
            "valid_from": date_of(pathway["valid_from"]), "under_18": flag(pathway.get("under_18")),
            "pad_subtract_days": int(pathway.get("pad_subtract_days", "0")), "variants": variants})
    return {name: sorted(versions, key=lambda version: version["valid_from"]) for name, versions in pathways.items()}


def read_days(limit):
    return None if limit.get("days", "") in ("null", "~", "") else int(limit["days"])


def read_denominators(path):
    """(indicator, level, key) -> {year: count}"""
    found = {}
    for row in read_yaml(path)["denominators"] if path else []:
        found.setdefault((row["indicator"], row["level"], row["key"]), {})[int(row["year"])] = int(row["count"])
    return found
