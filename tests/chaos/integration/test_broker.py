"""The broker fails, or its topics are not as they must be."""

import shutil
import sys
import time
import unittest
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import events  # noqa: E402
import figures  # noqa: E402
import harness  # noqa: E402
from deployments import Broker, OnKafka  # noqa: E402
from harness import Feeder, Recorder  # noqa: E402
from test_regions import three_regions  # noqa: E402

EVENTS_PER_SECOND = 500
SECONDS = 15


def county(count=EVENTS_PER_SECOND * SECONDS):
    end = events.now() - timedelta(minutes=30)
    return events.county(end - timedelta(hours=24), end, 4000, seed=11)[:count]


class BrokerTest(unittest.TestCase):
    def await_reason(self, process, *what):
        harness.await_that(lambda: any(all(text in reason for text in what) for reason in process.reasons().values()),
                           lambda: f"{what}: {process.name} says {process.reasons()}")
        self.assertEqual(harness.ask(process.url + "/readyz")[0], 503)


class Failing(BrokerTest):
    def test_a_broker_killed_while_events_flow(self):
        webhook = Recorder()
        self.addCleanup(webhook.close)
        deployment = OnKafka(self, "--webhook", webhook.url).start()
        lines = county() + events.unfinished_call("overdue", events.now() - timedelta(minutes=30))
        feeder = Feeder(deployment.ingest_url, lines, EVENTS_PER_SECOND)
        feeder.start()
        time.sleep(SECONDS / 3)
        deployment.broker.process.kill()
        self.await_reason(deployment.services["c1"], "the log can't be reached")
        for name in ("ingest", "notifier"):
            self.await_reason(deployment.services[name], "check that the brokers run")
        deployment.broker.process.start()
        deployment.broker.await_answer()
        deployment.await_ready()
        feeder.finish()
        harness.await_that(lambda: self.is_equal(deployment, lines), "the figures are those of all events")
        figures.check_equal(self, deployment.query_url, lines)
        harness.await_that(lambda: len(webhook.all()) >= 2, "the case is told, at risk and overdue")
        deployment.kill_compliance()
        self.await_reason(deployment.services["gateway"], "can't be reached")
        deployment.start_compliance()
        deployment.await_ready()

    def is_equal(self, deployment, lines):
        try:
            figures.check_equal(self, deployment.query_url, lines)
            return True
        except AssertionError:
            return False


class Refused(BrokerTest):
    def test_a_topic_that_was_made_anew_is_refused_by_name(self):
        deployment = OnKafka(self).start()
        lines = county(500)
        harness.feed(deployment.ingest_url, lines)
        harness.await_that(lambda: figures.compliance(deployment.query_url)[1]["shares"], "the events are there")
        figures.check_equal(self, deployment.query_url, lines)
        broker = deployment.broker
        broker.process.kill()
        kept = broker.folder / "kept"
        shutil.move(broker.folder / "data", kept)
        self.start_broker(broker)
        self.assertEqual(broker.topics("create").returncode, 0)
        compliance = deployment.services["c1"]
        self.await_reason(compliance, "topic vardvakt.ambulance.v1")
        compliance.kill()
        compliance.start()
        self.await_reason(compliance, "topic vardvakt.ambulance.v1/0", "created again or shortened", "Restore the topic")

        broker.process.kill()
        shutil.rmtree(broker.folder / "data")
        shutil.move(kept, broker.folder / "data")
        self.start_broker(broker)
        compliance.kill()
        compliance.start()
        deployment.await_ready()
        figures.check_equal(self, deployment.query_url, lines)

    @staticmethod
    def start_broker(broker):
        broker.process.start()
        broker.await_answer()

    def test_topics_of_another_shape_are_named(self):
        many = Broker(self, three_regions(self))
        checked = many.topics("check")
        self.assertEqual(checked.returncode, 1)
        for topic in ("vardvakt.ambulance.v1", "vardvakt.compliance.v1", "vardvakt.alerts.v1"):
            self.assertIn(f"topic {topic} has 3 partitions, not 1", checked.stderr)

    def test_topics_that_the_broker_made_by_itself_are_named(self):
        broker = Broker(self, create=False, properties=("auto.create.topics.enable=true",))
        for topic in ("vardvakt.compliance.v1", "vardvakt.ambulance.v1"):
            harness.await_that(lambda: broker.kcat("-L", "-t", topic, "-X", "allow.auto.create.topics=true").stdout
                               .count(b"leader 1") == 1, f"{topic} is made by the broker")
        for action in ("create", "check"):
            done = broker.topics(action)
            self.assertEqual(done.returncode, 1)
            self.assertIn("topic vardvakt.compliance.v1 is not compacted but has cleanup.policy=delete", done.stderr)
            self.assertIn("topic vardvakt.ambulance.v1 has message.timestamp.type=CreateTime, not LogAppendTime",
                          done.stderr)
        ingest = OnKafka(self, broker=broker).services["ingest"].start()
        self.assertEqual(ingest.wait_for_exit(), 1)
        self.assertIn("topic vardvakt.compliance.v1 is not compacted", ingest.said())


if __name__ == "__main__":
    unittest.main()
