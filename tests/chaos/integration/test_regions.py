"""Three regions on two compliance processes, one added, one killed, one stopped past its session: regions move,
nothing is lost or counted twice, nobody is paged twice, and who wakes up too late changes nothing."""

import shutil
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import events  # noqa: E402
import figures  # noqa: E402
import harness  # noqa: E402
import topics  # noqa: E402
from alertmanager import Alertmanager  # noqa: E402
from deployments import OnKafka  # noqa: E402
from harness import Feeder, Recorder  # noqa: E402
from kill import EpisodeChecks, live_cases, mixed, past  # noqa: E402

REGIONS = ("06", "07", "08")
EVENTS_PER_SECOND = 500
SECONDS = 45
MOVED_SECONDS = 15  # owner gone while another follows, until the region is up to date again
STOPPED_SECONDS = 12  # twice the session timeout


def three_regions(test):
    """The shipped configuration with three regions that share its units."""
    folder = Path(tempfile.mkdtemp(prefix="vardvakt-config-"))
    test.addCleanup(shutil.rmtree, folder)
    config = folder / "config"
    shutil.copytree(harness.ROOT / "config", config)
    lines = [f'  - {{code: "{code}", partition: {i}}}\n' for i, code in enumerate(REGIONS)]
    (config / "regions.yaml").write_text("regions:\n" + "".join(lines))
    return config


class Regions(EpisodeChecks, unittest.TestCase):
    def setUp(self):
        self.alertmanager = Alertmanager(self)
        self.recorder = Recorder()
        self.addCleanup(self.recorder.close)
        self.config = three_regions(self)
        self.deployment = OnKafka(self, "--alertmanager", self.alertmanager.url, "--webhook", self.recorder.url,
                                  config=self.config, compliance=("c1", "c2", "c3"))
        self.deployment.services["gateway"].command += ["--compliance-deadline", "1s"]
        self.deployment.start_without("c3")

    def owners(self):
        """region -> process, of the regions that are up to date at a process that owns them."""
        answer = harness.ask_or_none(self.deployment.query_url + "/v1/indicators")
        if answer is None or answer[0] != 200:
            return {}
        tasks = figures.compliance(self.deployment.query_url)[0]["tasks"]
        return {t["region"]: t["process"] for t in tasks if t["region"] and t["owned"] and t["caught_up"]}

    def await_owners(self, among, seconds=MOVED_SECONDS):
        """Until every region is up to date at one of these, each of which owns one."""
        def shared_out():
            owners = self.owners()
            return set(owners) == set(REGIONS) and set(owners.values()) == set(among)
        harness.await_that(shared_out, lambda: f"owners among {among}; there are {self.owners()}", seconds)

    def test_regions_move_and_nothing_is_lost_or_doubled(self):
        random = harness.chance("regions")
        services = self.deployment.services
        county = [line for region in REGIONS
                  for line in past(random, EVENTS_PER_SECOND * SECONDS // len(REGIONS), 3400, region)]
        live = [case for i, region in enumerate(REGIONS)
                for case in live_cases(events.now(), 3, region, first=100 * i)]
        lines = self.interleaved(county, live, random)
        self.await_owners({"c1", "c2"})
        feeder = Feeder(self.deployment.ingest_url, lines, EVENTS_PER_SECOND)
        feeder.start()

        services["c3"].start()
        self.await_owners({"c1", "c2", "c3"})
        services["c1"].kill()
        self.await_owners({"c2", "c3"})
        services["c2"].child.send_signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        self.await_owners({"c3"})
        time.sleep(max(0.0, stopped_at + STOPPED_SECONDS - time.monotonic()))
        services["c2"].child.send_signal(signal.SIGCONT)
        self.await_owners({"c2", "c3"})
        services["c1"].start()
        feeder.finish()
        self.await_owners({"c1", "c2", "c3"})
        self.deployment.await_ready()

        expected = set().union(*(case.starts for case in live))
        self.await_episodes(self.alertmanager, self.recorder, "firing", expected)
        arrivals = [line for case in live for line in case.arrival()]
        harness.feed(self.deployment.ingest_url, arrivals)
        self.await_episodes(self.alertmanager, self.recorder, "resolved", expected)
        for region in REGIONS:
            figures.check_equal(self, self.deployment.query_url, lines + arrivals, self.config, region)
        self.check_told(self.alertmanager, self.recorder, expected)
        self.check_published()
        self.check_old_records_change_nothing()
        self.check_told(self.alertmanager, self.recorder, expected)
        self.check_published()

    def check_old_records_change_nothing(self):
        """Says again what was said when episodes fired and before the last rows."""
        broker = self.deployment.broker
        first_said = {}
        for topic in (topics.ALERTS, topics.COMPLIANCE):
            for partition, key, value in topics.read(broker, topic):
                first_said.setdefault((topic, key), (partition, key, value))
        before = self.ignored()
        for topic in (topics.ALERTS, topics.COMPLIANCE):
            records = [record for (of, _), record in first_said.items() if of == topic][:25]
            self.assertEqual(len(records), 25)
            topics.say_again(broker, topic, records)
            if topic == topics.ALERTS:
                harness.await_that(lambda: self.ignored() >= before + len(records), "the notifier has read them")

    def ignored(self):
        """Records that were no newer than what the notifier knew."""
        metrics = harness.ask(self.deployment.services["notifier"].url + "/metrics")[1].decode()
        samples = [line for line in metrics.splitlines() if line.startswith('vardvakt_notifier_records_total{result="ignored"}')]
        return float(samples[0].rpartition(" ")[2]) if samples else 0

    @staticmethod
    def interleaved(county, live, random):
        """The regions' lines mixed, each region's in their order."""
        third = len(county) // len(REGIONS)
        parts = [county[i * third:(i + 1) * third] for i in range(len(REGIONS))]
        return mixed([line for together in zip(*parts) for line in together], live, random)

    def check_published(self):
        """A reader of the topic ends with the figures that compliance gives, in the windows that time alone does not
        change."""
        windows = ("all", "year", "month")

        def differing():
            published = topics.shares(self.deployment.broker)
            now = harness.get_json(self.deployment.query_url + "/v1/compliance?sex=*&age=*")["shares"]
            found = []
            for row in now:
                if row["window"] not in windows or not row["n"]:
                    continue
                name = tuple(row[field] for field in topics.SHARE_KEY.values())
                ours = {field: row[field] for field in topics.SHARE.values() if row.get(field)}
                theirs = {field: value for field, value in published.get(name, {}).items() if value}
                if ours != theirs:
                    found.append((name, ours, theirs))
            self.assertGreater(len(now), 100)
            return found
        harness.await_that(lambda: not differing(), lambda: f"published: {differing()[:3]}")


if __name__ == "__main__":
    unittest.main()
