"""`vardvakt convert` writes the events that `vardvakt replay --csv` judges, and sets aside what is none."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import replay  # noqa: E402

CONFIG = "config/examples/san-francisco"
MAPPING = "config/mappings/san-francisco-fire-calls.yaml"
COLUMNS = ["Call Number", "Unit ID", "Unit Type", "Received DtTm", "Entry DtTm", "Dispatch DtTm", "Response DtTm",
           "On Scene DtTm", "Transport DtTm", "Hospital DtTm", "Available DtTm", "Final Priority", "Battalion",
           "Call Final Disposition"]


def call(number, received, on_scene):
    row = dict.fromkeys(COLUMNS, "")
    row.update({"Call Number": number, "Unit ID": "M1", "Unit Type": "MEDIC", "Received DtTm": received,
                "On Scene DtTm": on_scene, "Final Priority": "3", "Battalion": "B01"})
    return ",".join(row.values())


READABLE = [call("1", "04/07/2020 10:00:00 AM", "04/07/2020 10:08:00 AM"),
            call("2", "04/07/2020 11:00:00 AM", "04/07/2020 11:25:00 AM")]
UNREADABLE = call("3", "yesterday", "04/07/2020 12:00:00 PM")
IN_THE_FUTURE = call("4", "04/07/2999 10:00:00 AM", "04/07/2999 10:10:00 AM")


class Convert(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.events = self.folder / "events.ndjson"

    def run_program(self, command, rows, *options):
        csv = self.folder / "calls.csv"
        csv.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
        return subprocess.run([replay.binary(), command, "--csv", csv, "--mapping", MAPPING, *options], cwd=ROOT,
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def convert(self, rows, *options):
        """(events, dead letters)."""
        letters = self.folder / "letters.ndjson"
        self.run_program("convert", rows, "--output", self.events, "--dead-letters", letters, *options)
        return [[json.loads(line) for line in path.read_text().splitlines()] for path in (self.events, letters)]

    def test_the_events_say_what_the_file_says(self):
        events, letters = self.convert(READABLE)
        self.assertEqual(letters, [])
        self.assertEqual({event["case_id"] for event in events}, {"1", "2"})
        judged = self.run_program("replay", READABLE, "--config", CONFIG, "--format", "json").stdout
        self.assertEqual(replay.replay(ROOT / CONFIG, [self.events]), judged)

    def test_a_row_that_is_no_event_is_a_dead_letter(self):
        events, letters = self.convert([UNREADABLE, *READABLE])
        self.assertEqual({event["case_id"] for event in events}, {"1", "2"})
        self.assertEqual([(letter["reason"], letter["topic_offset"]) for letter in letters], [("bad_time", "2")])

    def test_with_a_configuration_what_ingest_would_refuse_is_a_dead_letter_too(self):
        self.assertEqual(self.convert([IN_THE_FUTURE])[1], [])
        events, letters = self.convert([IN_THE_FUTURE], "--config", CONFIG)
        self.assertEqual(events, [])
        self.assertEqual({letter["reason"] for letter in letters}, {"from_the_future"})

    def test_it_tells_what_the_mapping_made_of_the_rows(self):
        done = self.run_program("convert", [UNREADABLE, *READABLE], "--output", self.events)
        self.assertEqual(done.stderr.decode(), f"6 events in {self.events}\n  2 (facts only)\n  2 arrived\n"
                                               "  2 call_received\n1 rejected\n  1 bad_time\n")

    def test_several_files_are_read_by_one_mapping_or_one_each(self):
        """The same as one file with all rows; facts may come from a file and a mapping of their own."""
        facts = self.folder / "facts.csv"
        facts.write_text("no;prio\n1;2\n2;2\n")
        mapping = self.folder / "facts.yaml"
        mapping.write_text("stream: ambulance\nsource: sffd\ndelimiter: ';'\ncase_id: '{no}'\n"
                           "recorded_at: {template: '2021-01-01'}\nattributes: {priority: '{prio}'}\n")
        calls = self.folder / "all.csv"
        calls.write_text("\n".join([",".join(COLUMNS), *READABLE]) + "\n")
        parts = [self.folder / f"{n}.csv" for n in (1, 2)]
        for part, row in zip(parts, READABLE):
            part.write_text("\n".join([",".join(COLUMNS), row]) + "\n")

        def judged(*options):
            done = subprocess.run([replay.binary(), "replay", "--config", CONFIG, "--format", "json", *options], cwd=ROOT,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            return done.stdout or done.stderr

        one, two = ["--csv", calls], ["--csv", parts[0], "--csv", parts[1]]
        self.assertEqual(judged(*one, "--mapping", MAPPING), judged(*two, "--mapping", MAPPING))
        with_facts = json.loads(judged(*one, "--csv", facts, "--mapping", MAPPING, "--mapping", mapping))
        self.assertEqual({row["key"] for row in with_facts["shares"] if row["level"] == "priority"}, {"2"})
        self.assertIn("there are 3 CSV files and 2 mappings",
                      judged(*two, "--csv", facts, "--mapping", MAPPING, "--mapping", mapping))

    def test_a_mapping_that_names_what_is_not_declared_is_refused_at_once(self):
        mapping = self.folder / "mapping.yaml"
        mapping.write_text((ROOT / MAPPING).read_text().replace("  arrived:", "  arived:"))
        done = subprocess.run([replay.binary(), "replay", "--config", CONFIG, "--csv", self.events, "--mapping", mapping],
                              cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn('declares no milestone "arived"; did you mean "arrived"?', done.stderr)


if __name__ == "__main__":
    unittest.main()
