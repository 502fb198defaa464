"""The specification's worked example through the running product, on the embedded log and service by service on a real
Kafka: every row and field that the gateway gives is replay's over the same events, judged at the same instant. (Replay's
own answer is held against the specification's in tests/golden.)"""

import os
import random
import shutil
import sys
import tempfile
import time
import unittest
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
for folder in ("tests/support", "tests/chaos"):
    sys.path.insert(0, str(ROOT / folder))
import deployments  # noqa: E402
import harness  # noqa: E402
import on_kafka  # noqa: E402
import replay  # noqa: E402

EXAMPLES = ROOT.parent / "shared" / "spec" / "examples"
READ_SECONDS = 120


def without_nothing(row):
    """A row without the fields that have no value: the gateway leaves those out."""
    return {name: value for name, value in row.items() if value is not None and value != {}}


def as_replay_writes(table, row):
    row = {name: value for name, value in without_nothing(row).items() if name != "region"}
    if table == "ratios":  # of a ratio, replay has no sex and age
        del row["sex"], row["age"]
    return row


def seconds_of(timestamp):
    return datetime.fromisoformat(timestamp[:19] + "+00:00").timestamp()


class Live:
    """A test of one deployment: `ingest` and `gateway` are where it takes events and answers."""

    def start(self):
        raise NotImplementedError

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vardvakt-golden-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.config = self.folder / "config"
        shutil.copytree(ROOT / "config", self.config)
        for file in (EXAMPLES / "config").glob("*.yaml"):
            shutil.copy(file, self.config)
        self.lines = (EXAMPLES / "events.ndjson").read_text().splitlines()
        random.Random(6).shuffle(self.lines)
        self.start()

    def post(self):
        feeder = harness.Feeder(self.ingest, self.lines, 1_000_000, batch=200)
        feeder.run()
        if feeder.failure:
            raise feeder.failure
        return feeder

    def answer(self, instant):
        """The gateway's answer once everything that was in the log at `instant` is judged."""
        answer = {}

        def all_read():
            answer.clear()
            answer.update(harness.get_json(self.gateway + "/v1/compliance?sex=*&age=*"))
            return answer["tasks"] and all(
                task["caught_up"] and task["lag_records"] == "0" and seconds_of(task["as_of"]) > instant
                for task in answer["tasks"])
        harness.await_that(all_read, lambda: f"everything is read; the tasks say {answer.get('tasks')}", READ_SECONDS)
        return answer

    def test_the_answer_is_replays(self):
        feeder = self.post()
        self.assertEqual({refused["reason"] for refused in feeder.rejected}, {"from_the_future"})
        said = self.answer(time.time())
        events = self.folder / "events.ndjson"
        events.write_text("".join(line + "\n" for line in self.lines))
        expected = replay.read_answer(replay.replay(self.config, [events], said["as_of"]))
        self.assertEqual(expected["events"]["rejected"], {"from_the_future": len(feeder.rejected)})
        for table in replay.ROW_KEYS:
            ours = [as_replay_writes(table, row) for row in said[table]]
            theirs = [without_nothing(row) for row in expected[table]]
            if table == "left_out":
                theirs = [row for row in theirs if len(row) > 3]
            with self.subTest(table):
                self.assertGreater(len(theirs), 10)
                self.assertEqual(replay.differences(table, ours, theirs), [])


class OnTheEmbeddedLog(Live, unittest.TestCase):
    def start(self):
        serve = deployments.Embedded(self, config=self.config).start()
        self.ingest = self.gateway = serve.process.url


class OnKafka(Live, unittest.TestCase):
    def start(self):
        system = on_kafka.OnKafka(self.addCleanup, self.config).start()
        self.ingest, self.gateway = system.ingest.url, system.gateway.url


def load_tests(loader, tests, pattern):
    """As in tests/golden: without the specification there is nothing to compare, which has to be said on purpose."""
    if os.environ.get("VARDVAKT_NO_SHARED") == "1":
        print("VARDVAKT_NO_SHARED=1: nothing to compare with", file=sys.stderr)
        return unittest.TestSuite()
    return tests


if __name__ == "__main__":
    unittest.main()
