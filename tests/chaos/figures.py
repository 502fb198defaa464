"""What the services say, held against `vardvakt replay` of the same events as of the same instant."""

import json
import tempfile
from pathlib import Path

import harness
from replay import differences, replay

SHARE_FIELDS = ("within", "share", "wilson_low", "wilson_high", "within_before", "mean", "p50", "p80", "p90", "goal",
                "n_expected", "misses_allowed", "hits_needed", "projection", "projection_low", "projection_high")
# Given where they are defined; replay leaves the projection's out elsewhere.
PROJECTION = ("projection", "projection_low", "projection_high")


def compliance(url, region=""):
    """Every row that counts something, in replay's form, and the instant that they were judged at."""
    query = "/v1/compliance?sex=*&age=*" + (f"&region={region}" if region else "")
    answer = harness.get_json(url + query)
    tables = {"shares": [], "waiting": [], "left_out": []}
    for table, rows in tables.items():
        for row in answer.get(table, []):
            row = plain(table, row)
            if counts(table, row):
                rows.append(row)
    return answer, tables


def plain(table, row):
    row = dict(row)
    row.pop("region", None)
    if table == "shares":
        row = {"from": None, "to": None, **dict.fromkeys(SHARE_FIELDS), **row}
        with_projection = row["measure"] == "decided" and row["window"] == "month"
        for field in PROJECTION if not with_projection else ():
            row.pop(field)
    if table == "waiting" and not row.get("by_age"):
        row.pop("by_age", None)
    return row


def counts(table, row):
    if table == "shares":
        return row["n"] or row["n_before"]
    if table == "waiting":
        return row["open"]
    return row["excluded"] or row["closed"] or row["invalid"]


def recomputed(lines, as_of, config="config", region=""):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.ndjson"
        file.write_text("\n".join(lines) + "\n")
        answer = json.loads(replay(harness.ROOT / config, [file], as_of))
    if region:
        for table in ("shares", "waiting", "left_out"):
            answer[table] = [{k: v for k, v in row.items() if k != "region"} for row in answer[table]
                             if row["region"] == region]
    return answer


def check_equal(test, url, lines, config="config", region=""):
    """The services' figures equal those of a batch computation over `lines`; returns what replay counted."""
    answer, tables = compliance(url, region)
    for task in answer["tasks"]:
        test.assertTrue(task["caught_up"], task)
    expected = recomputed(lines, answer["as_of"], config, region)
    found = []
    for table, rows in tables.items():
        found += differences(table, rows, expected[table])
    test.assertEqual(found, [], f"as of {answer['as_of']}")
    test.assertGreater(len(tables["shares"]), 0)
    return expected["events"]
