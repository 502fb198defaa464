"""Silence does not hide a breach, and nobody is paged for what the log already answers: end to end, by the clock."""

import time
from datetime import timedelta

import events
import figures
import harness
from harness import Recorder

OVERDUE = "ambulance_prio1_overdue"
AT_RISK = "ambulance_prio1_at_risk"


class SilenceScenarios:
    """For a TestCase with make(*options) -> deployment. Instants of cases lie so far in the past that what would take
    twenty minutes takes seconds."""

    def setUp(self):
        self.recorder = Recorder()
        self.addCleanup(self.recorder.close)
        self.deployment = self.make("--webhook", self.recorder.url).start()

    def call(self, case, overdue_in_seconds):
        """Logs a call with a unit on its way; returns the first instant at which it is overdue."""
        at = events.now() - events.LIMIT + timedelta(seconds=overdue_in_seconds)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        harness.feed(self.deployment.ingest_url, events.unfinished_call(case, at))
        return at + events.LIMIT + events.TICK

    def told(self, rule, started_at=None):
        """What the webhook has been told of a rule: pairs of status and its document."""
        return [(d["status"], d) for d in self.recorder.all() if d["episode"]["rule"] == rule and
                (started_at is None or events.instant(d["episode"]["started_at"]) == started_at)]

    def statuses(self, rule, started_at=None):
        return [status for status, _ in self.told(rule, started_at)]

    def await_told(self, rule, statuses, started_at=None):
        harness.await_that(lambda: self.statuses(rule, started_at) == statuses,
                           lambda: f"{rule} told as {statuses}, but it was {self.statuses(rule, started_at)}")

    def await_known(self, open_cases):
        """Until compliance has read so many open cases."""
        def waiting():
            _, tables = figures.compliance(self.deployment.query_url)
            return sum(r["open"] for r in tables["waiting"] if r["indicator"] == events.SHARES and r["level"] == "region"
                       and r["sex"] == "all" and r["age"] == "all") == open_cases
        harness.await_that(waiting, f"{open_cases} open cases")

    def await_log_time(self, instant):
        """Until what is shown is judged at `instant` or later."""
        harness.await_that(
            lambda: events.instant(figures.compliance(self.deployment.query_url)[0]["as_of"]) >= instant,
            f"compliance as of {instant}")

    @staticmethod
    def await_clock(instant):
        time.sleep(max(0.0, (instant - events.now()).total_seconds()))

    def episodes(self, rule):
        answer = harness.get_json(self.deployment.query_url + "/v1/alerts")
        return [episode for episode in answer["episodes"] if episode["rule"] == rule]

    def test_with_no_further_event_a_case_is_told_as_soon_as_it_is_overdue(self):
        overdue_at = self.call("silent", overdue_in_seconds=3)
        self.await_told(AT_RISK, ["firing"], overdue_at - events.TICK - events.LIMIT + events.AT_RISK)
        self.await_told(OVERDUE, ["firing"], overdue_at)
        firing_at = events.instant(self.told(OVERDUE)[0][1]["episode"]["firing_at"])
        self.assertGreaterEqual(firing_at, overdue_at)
        self.assertLessEqual(firing_at, overdue_at + timedelta(seconds=1))  # the grid of rules

    def test_overdue_while_down_is_told_at_the_start(self):
        overdue_at = self.call("down", overdue_in_seconds=3)
        self.await_known(1)
        self.deployment.kill_compliance()
        self.await_clock(overdue_at + timedelta(seconds=1))
        self.assertEqual(self.statuses(OVERDUE), [])
        self.deployment.start_compliance()
        self.await_told(OVERDUE, ["firing"], overdue_at)

    def test_an_arrival_in_the_log_before_the_deadline_is_read_before_the_deadline_fires(self):
        overdue_at = self.call("in-time", overdue_in_seconds=15)
        self.await_known(1)
        self.await_told(AT_RISK, ["firing"])
        self.deployment.kill_compliance()
        self.deployment.log_without_compliance([events.arrived("in-time", events.now())])
        self.assertLess(events.now(), overdue_at, "this machine is too slow for this test: the arrival was logged late")
        self.await_clock(overdue_at + timedelta(seconds=1))
        self.deployment.start_compliance()
        self.deployment.await_ready()
        self.await_log_time(overdue_at + timedelta(seconds=2))
        self.await_told(AT_RISK, ["firing", "resolved"])  # so what there was to tell has been told
        self.await_known(0)
        self.assertEqual(self.statuses(OVERDUE), [])
        self.assertEqual(self.episodes(OVERDUE), [])

    def test_what_was_overdue_and_over_before_the_start_is_told_once_as_past(self):
        overdue_at = self.call("too-late", overdue_in_seconds=5)
        self.await_known(1)
        self.await_told(AT_RISK, ["firing"])
        self.deployment.kill_compliance()
        self.await_clock(overdue_at + timedelta(seconds=2))
        self.deployment.log_without_compliance([events.arrived("too-late", events.now())])
        self.await_clock(events.now() + timedelta(seconds=3))  # past the grid and the margin of the log's clock
        self.deployment.start_compliance()
        self.deployment.await_ready()
        self.await_told(AT_RISK, ["firing", "resolved"])
        self.await_told(OVERDUE, ["past"], overdue_at)
        past = self.told(OVERDUE)[0][1]["episode"]
        self.assertLess(events.instant(past["firing_at"]), events.instant(past["resolved_at"]))
        self.assertEqual([e["state"] for e in self.episodes(OVERDUE)], ["resolved"])
