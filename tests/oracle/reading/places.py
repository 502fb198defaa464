"""To which series a case belongs."""

import re


class Places:
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

    def series(self, stream, roll_up, case, year):
        """(level, key, sex, age) of every series of a roll-up that the case is in; the first is the whole."""
        place = (roll_up["level"], self.key(stream, roll_up["level"], case))
        by = roll_up.get("by", [])
        cells = [("all", "all")]
        if "sex" in by:
            cells.append((sex_of(case), "all"))
        if "age" in by:
            cells.append(("all", age_of(case, year)))
        return [place + cell for cell in cells]


def sex_of(case):
    sex = case.attribute("sex")
    return sex if sex in ("F", "M") else "U"


def born_in(case, year):
    """None: unknown, in that local year of the start."""
    born = case.attribute("birth_year")
    if not re.fullmatch(r"[0-9]{4}", born) or int(born) > year:
        return None
    return int(born)


def age_of(case, year):
    born = born_in(case, year)
    if born is None:
        return "unknown"
    age = year - born
    return "0-17" if age < 18 else "18-64" if age < 65 else "65-79" if age < 80 else "80+"
