"""Kill -9 at random while events flow: the figures equal a batch computation's, each episode is told as one."""

import collections
import time
from datetime import timedelta

import events
import figures
import harness
from alertmanager import Alertmanager
from harness import Feeder, Recorder

KILLS = 10
EVENTS_PER_SECOND = 500
SECONDS = 40
LIVE_CASES = 8  # of each sort


class LiveCase:
    """A case without an arrival, and the starts of the episodes that it brings."""

    def __init__(self, name, region, call, lines, starts):
        self.name, self.region, self.call, self.lines, self.starts = name, region, call, lines, starts

    def arrival(self):
        at = events.now()
        return [events.alarmed(self.name, at, region=self.region), events.arrived(self.name, at, region=self.region)]


def live_cases(begin, number, region="", first=0):
    """Cases, `number` of each sort, that are overdue already, or become at risk or overdue within SECONDS of `begin`.
    No two of them call in the same millisecond, so that the start names the episode; `first` tells regions apart."""
    sorts = {
        "overdue": (events.LIMIT + timedelta(minutes=5), True),
        "becomes-overdue": (events.LIMIT, True),
        "becomes-at-risk": (events.AT_RISK, True),
        "no-unit": (events.UNIT_AT_RISK, False),
    }
    cases = []
    for sort, (age, with_unit) in sorts.items():
        for i in range(number):
            call = begin - age + timedelta(seconds=3 + i * SECONDS / number, milliseconds=first + len(cases))
            call = call.replace(microsecond=call.microsecond // 1000 * 1000)
            name = f"live-{region}-{sort}-{i}"
            starts = {("ambulance_unit_not_assigned", call + events.UNIT_AT_RISK)}
            lines = [events.called(name, call, region=region)]
            if with_unit:
                lines = events.unfinished_call(name, call, region=region)
                starts = {("ambulance_prio1_at_risk", call + events.AT_RISK)}
                if sort != "becomes-at-risk":
                    starts.add(("ambulance_prio1_overdue", call + events.LIMIT + events.TICK))
            cases.append(LiveCase(name, region, call, lines, starts))
    return cases


def past(random, count, missions_per_day, region=""):
    """What a county sent until half an hour ago."""
    end = events.now() - timedelta(minutes=30)
    return events.county(end - timedelta(hours=24), end, missions_per_day, random.randrange(1_000_000), region)[:count]


def mixed(lines, live, random):
    """The county's lines with those of the live cases in between."""
    mixture = list(lines)
    for case in sorted(live, key=lambda case: random.random()):
        place = random.randrange(int(len(lines) * 0.8))
        mixture[place:place] = case.lines
    return mixture


class EpisodeChecks:
    """What people at Alertmanager and a webhook were told, held against the starts that there must be."""

    @staticmethod
    def starts_of(told, status):
        return {(rule, events.instant(start)) for s, rule, start, _ in told if s == status}

    @staticmethod
    def webhook_told(recorder):
        return [(d["status"], d["episode"]["rule"], d["episode"]["started_at"], d["episode"]["fingerprint"])
                for d in recorder.all()]

    def await_episodes(self, alertmanager, recorder, status, expected):
        def missing():
            return {"people": expected - self.starts_of(alertmanager.told(), status),
                    "webhook": expected - self.starts_of(self.webhook_told(recorder), status)}
        harness.await_that(lambda: not any(missing().values()), lambda: f"{status}: {missing()}")

    def check_told(self, alertmanager, recorder, expected):
        """People: each episode once as firing and once as resolved. Webhook: in order, nothing under a new name."""
        people = [(status, rule, events.instant(start)) for status, rule, start, _ in alertmanager.told()]
        counts = collections.Counter(people)
        for rule, start in expected:
            for status in ("firing", "resolved"):
                self.assertEqual(counts[(status, rule, start)], 1, (status, rule, start))
            self.assertLess(people.index(("firing", rule, start)), people.index(("resolved", rule, start)))
        self.assertEqual(set(counts) - {(s, *e) for e in expected for s in ("firing", "resolved")}, set())
        self.assertEqual(alertmanager.active(), [])

        by_episode = collections.defaultdict(list)
        for status, rule, start, fingerprint in self.webhook_told(recorder):
            by_episode[(rule, events.instant(start), fingerprint)].append(status)
        self.assertEqual({(rule, start) for rule, start, _ in by_episode}, expected)
        self.assertEqual(len(by_episode), len(expected))
        for episode, statuses in by_episode.items():
            self.assertEqual(statuses, sorted(statuses), episode)  # "firing" before "resolved"
            self.assertEqual(set(statuses), {"firing", "resolved"}, episode)
            # At least once: one more for a kill between the answer and its being kept.
            self.assertLessEqual(len(statuses), 2 + KILLS, episode)


class KillScenario(EpisodeChecks):
    """For a TestCase with make(*options) -> deployment."""

    def test_ten_kills_while_events_flow(self):
        for turn in range(harness.rounds()):
            with self.subTest(turn=turn):
                self.run_once(harness.chance(f"kill {turn}"))

    def run_once(self, random):
        alertmanager = Alertmanager(self)
        recorder = Recorder()
        self.addCleanup(recorder.close)
        deployment = self.make("--alertmanager", alertmanager.url, "--webhook", recorder.url).start()
        county = past(random, EVENTS_PER_SECOND * SECONDS, 9000)
        begin = events.now()
        live = live_cases(begin, LIVE_CASES)
        lines = mixed(county, live, random)

        feeder = Feeder(deployment.ingest_url, lines, EVENTS_PER_SECOND)
        feeder.start()
        for _ in range(KILLS):
            time.sleep(random.uniform(0.3, 1.7) * SECONDS / KILLS * 0.9)
            deployment.kill_one(random)
        feeder.finish()
        deployment.await_ready()

        expected = set().union(*(case.starts for case in live))
        self.await_episodes(alertmanager, recorder, "firing", expected)
        counted = figures.check_equal(self, deployment.query_url, lines)
        arrivals = [line for case in live for line in case.arrival()]
        harness.feed(deployment.ingest_url, arrivals)
        self.await_episodes(alertmanager, recorder, "resolved", expected)
        figures.check_equal(self, deployment.query_url, lines + arrivals)
        with self.assertRaises(AssertionError):  # the comparison sees one event less
            figures.check_equal(self, deployment.query_url, lines + arrivals[:-1])
        self.check_accounting(deployment, counted["accepted"] + len(arrivals), feeder.attempted + len(arrivals))
        self.check_told(alertmanager, recorder, expected)

    def check_accounting(self, deployment, distinct, attempted):
        """Each event that was answered as accepted is in the log; what was sent again counts again, as a duplicate."""
        quality = harness.get_json(deployment.query_url + "/v1/data-quality")
        accepted = sum(int(source["accepted"]) for source in quality["sources"])
        self.assertGreaterEqual(accepted, distinct)
        self.assertLessEqual(accepted, attempted)
        self.assertEqual([source["rejected"] for source in quality["sources"] if source["rejected"]], [])
        self.assertEqual(sum(int(task["version"]["offset"]) for task in quality["tasks"]), accepted)
