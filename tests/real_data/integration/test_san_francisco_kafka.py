"""The city's file through a real Kafka, service by service, gives what `vardvakt replay` makes of it, field by field."""

import random
import sys
import time
import unittest
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import on_kafka  # noqa: E402
import replay  # noqa: E402

harness = on_kafka.harness
DATA = ROOT.parent / "shared/data/san-francisco-fire-calls-2020-04.csv"
CONFIG = "config/examples/san-francisco"
FILE = ["--csv", DATA, "--mapping", ROOT / "config/mappings/san-francisco-fire-calls.yaml"]
READ_SECONDS = 120


def run(*arguments):
    done = harness.vardvakt(*arguments)
    if done.returncode != 0:
        raise AssertionError(f"vardvakt {arguments[0]} ended with {done.returncode}: {done.stderr}")


def seconds_of(timestamp):
    return datetime.fromisoformat(timestamp[:19] + "+00:00").timestamp()


def as_replay_writes(row):
    """A row of the gateway's answer as replay has it for one region; groups of ages that there are none of are not told."""
    return {name: value for name, value in row.items() if name != "region" and (name != "by_age" or value)}


def told(row):
    """A row of replay without the fields that have no value: the gateway leaves those out."""
    return {name: value for name, value in row.items() if value is not None}


def answer_after(system, instant):
    """The gateway's answer once compliance has read everything that was in the log at `instant`."""
    answer = {}

    def all_read():
        answer.update(harness.get_json(system.gateway.url + "/v1/compliance?window=all&sex=*&age=*"))
        return answer["tasks"] and all(
            task["caught_up"] and task["lag_records"] == "0" and seconds_of(task["as_of"]) > instant
            for task in answer["tasks"])
    harness.await_that(all_read, lambda: f"everything is read; the tasks say {answer.get('tasks')}", READ_SECONDS)
    return answer


class InTheFilesOrder(unittest.TestCase):
    @staticmethod
    def as_sent(lines):
        return lines

    @classmethod
    def setUpClass(cls):
        system = on_kafka.OnKafka(cls.addClassCleanup, CONFIG).start()
        events = system.folder / "events.ndjson"
        run("convert", *FILE, "--output", events)
        cls.lines = cls.as_sent(events.read_text().splitlines())
        harness.feed(system.ingest.url, cls.lines)
        cls.said = answer_after(system, time.time())
        cls.quality = harness.get_json(system.gateway.url + "/v1/data-quality")
        output = system.folder / "replay.json"
        run("replay", "--config", CONFIG, *FILE, "--as-of", cls.said["as_of"], "--format", "json", "--output", output)
        cls.expected = replay.read_answer(output.read_text())

    def compare(self, table):
        said = [as_replay_writes(row) for row in self.said[table]]
        expected = [told(row) for row in self.expected[table] if row.get("window", "all") == "all"]
        self.assertGreater(len(expected), 0)
        self.assertEqual(len(said), len(expected))
        self.assertEqual(replay.differences(table, said, expected), [])

    def test_the_shares_are_equal(self):
        self.compare("shares")

    def test_those_that_wait_are_equal(self):
        self.compare("waiting")

    def test_what_is_left_out_is_equal(self):
        self.compare("left_out")

    def test_every_event_was_read_once_and_none_refused(self):
        self.assertEqual(self.expected["events"]["received"], len(set(self.lines)))
        self.assertEqual([(int(source["accepted"]), source["rejected"]) for source in self.quality["sources"]],
                         [(len(self.lines), {})])


class InAnyOrderAndSomeTwice(InTheFilesOrder):
    """What a log that delivers at least once, from senders that try again, may make of the same file."""

    @staticmethod
    def as_sent(lines):
        chance = random.Random(2020)
        lines = lines + chance.sample(lines, len(lines) // 10)
        chance.shuffle(lines)
        return lines


def load_tests(loader, tests, pattern):
    """The data lies beside the project and is no part of it; without it there is nothing to compare."""
    if DATA.exists():
        return tests
    print(f"{DATA} is not there: nothing to compare with", file=sys.stderr)
    return unittest.TestSuite()


if __name__ == "__main__":
    unittest.main()
