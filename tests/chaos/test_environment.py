"""What surrounds the product fails: disk, directory, store, log. Each costs a clear message, never a crash or data."""

import contextlib
import json
import os
import resource
import shutil
import sys
import tempfile
import unittest
from datetime import timedelta
from pathlib import Path

import events
import figures
import harness
import rocksdb_wal
from deployments import Embedded
from harness import Feeder, Recorder
from small_disk import SmallDisk

EVENTS = 2000


def county():
    end = events.now() - timedelta(minutes=30)
    return events.county(end - timedelta(hours=24), end, 1500, seed=7)[:EVENTS]


class EnvironmentTest(unittest.TestCase):
    def check_refused(self, process, *what):
        """A start that ends by itself with 1, and says each of these on standard error in one line of its log."""
        process.start()
        self.assertEqual(process.wait_for_exit(), 1, process.tail())
        self.check_said(process, "failed", *what)

    def check_said(self, process, event, *what):
        lines = [json.loads(line) for line in process.said().splitlines() if line.startswith("{")]
        told = [line for line in lines if line["event"] == event]
        for text in what:
            self.assertTrue(any(text in json.dumps(line, ensure_ascii=False) for line in told),
                            f"\"{text}\" as {event} in{process.tail()}")

    def await_reason(self, process, *what):
        """/readyz answers 503 and gives a reason with each of these."""
        harness.await_that(lambda: any(all(text in reason for text in what) for reason in process.reasons().values()),
                           lambda: f"{what}: it says {process.reasons()}")
        self.assertEqual(harness.ask(process.url + "/readyz")[0], 503)


def overdue(url):
    return sum(r["overdue"] for r in figures.compliance(url)[1]["waiting"] if r["indicator"] == events.SHARES and
               (r["level"], r["sex"], r["age"]) == ("region", "all", "all"))


class Faulty(EnvironmentTest):
    """Every write of every store fails for a while."""

    def survive(self, deployment, fault, *what):
        """Feeds half the events before and half during `fault`, a context; what it must say of it, as /readyz reasons
        that hold each of `what`. Nothing may be lost, and what fires is told all the while."""
        alertmanager, webhook = Recorder(), Recorder()
        self.addCleanup(alertmanager.close)
        self.addCleanup(webhook.close)
        deployment.process.command += ["--alertmanager", alertmanager.url, "--alert-resend", "1s", "--webhook",
                                       webhook.url]
        process = deployment.start().process
        lines = county()
        half = len(lines) // 2
        before = [line for i in range(20) for line in self.overdue_case(f"before-{i}")]
        during = self.overdue_case("during")
        harness.feed(process.url, lines[:half] + before)
        harness.await_that(lambda: len(alertmanager.all()) > 2, "what fires is told each second")
        feeder = Feeder(process.url, lines[half:] + during, 100_000)
        with fault(process):
            feeder.start()
            harness.await_that(lambda: harness.ask(process.url + "/v1/events", "POST", lines[0].encode())[0] == 429,
                               "the log refuses what it can't write")
            self.await_reason(process, *what)
            told = len(alertmanager.all())
            harness.await_that(lambda: len(alertmanager.all()) > told + 3, "what fires is told all the while")
            self.assertEqual(harness.ask(process.url + "/livez")[0], 200)
        process.await_ready()
        feeder.finish()
        harness.await_that(lambda: overdue(process.url) == 21, "all cases overdue")
        figures.check_equal(self, process.url, lines + before + during)
        harness.await_that(lambda: len({d["episode"]["fingerprint"] for d in webhook.all()}) == 42,
                           "all cases told, at risk and overdue")
        return process

    @staticmethod
    def overdue_case(name):
        return events.unfinished_call(name, events.now() - timedelta(minutes=30))


class FileSize(Faulty):
    """No file may grow beyond a size that all but the process's own log have: the error is another one than on a full
    disk, and it takes no mount."""

    MOST_BYTES = 65_536

    @contextlib.contextmanager
    def limit(self, process):
        unlimited = resource.prlimit(process.child.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.child.pid, resource.RLIMIT_FSIZE, (self.MOST_BYTES, unlimited[1]))
        try:
            yield
        finally:
            resource.prlimit(process.child.pid, resource.RLIMIT_FSIZE, unlimited)

    def test_files_that_may_not_grow_cost_time_and_nothing_else(self):
        process = self.survive(Embedded(self), self.limit, "File too large")
        self.check_said(process, "notifier_store_failing", "File too large")
        self.check_said(process, "notifier_store_recovered")


class Disk(Faulty):
    def setUp(self):
        self.disk = SmallDisk(self, megabytes=200)

    def on_disk(self, *options):
        # A small budget, so that stores take little room ahead of need.
        deployment = Embedded(self, "--memory-mb", 64, *options, data_dir=self.disk.inside / "data")
        deployment.process.command = self.disk.enter + deployment.process.command
        return deployment

    def test_a_disk_that_fills_up_costs_time_and_nothing_else(self):
        self.survive(self.on_disk(), lambda process: self.disk.full(), "No space left", "free space")

    def test_a_start_on_a_full_disk_says_so_and_succeeds_later(self):
        deployment = self.on_disk()
        self.start_on_a_full_disk(deployment.process)
        lines = county()[:100]
        harness.feed(deployment.ingest_url, lines)
        deployment.process.kill()
        self.start_on_a_full_disk(deployment.process)
        harness.await_that(lambda: figures.compliance(deployment.query_url)[1]["shares"], "the events are there")
        figures.check_equal(self, deployment.query_url, lines)

    def start_on_a_full_disk(self, process):
        """It ends and says why, or is not ready and says why, and gets ready by itself."""
        def ended_or_not_ready():
            answer = harness.ask_or_none(process.url + "/readyz")
            return not process.running() or (answer is not None and answer[0] != 200)
        with self.disk.full():
            process.start()
            harness.await_that(ended_or_not_ready, "it ends, or is not ready")
            if process.running():
                self.await_reason(process, "No space left", "free space")
            else:
                self.assertEqual(process.wait_for_exit(), 1)
                self.check_said(process, "failed", "No space left", "free space", str(self.disk.inside))
        if not process.running():
            process.start()
        process.await_ready()

    def test_a_disk_that_is_read_only_is_named(self):
        deployment = self.on_disk()
        self.disk.remount("ro")
        self.check_refused(deployment.process, str(self.disk.inside), "can't be written", "--data-dir")
        self.disk.remount("rw")
        deployment.start()
        deployment.process.stop()
        self.disk.remount("ro")
        self.check_refused(deployment.process, str(self.disk.inside), "can't be written", "--data-dir")


class Directory(EnvironmentTest):
    def test_a_directory_that_cannot_be_made_is_named(self):
        with tempfile.NamedTemporaryFile() as file:
            deployment = Embedded(self, data_dir=Path(file.name) / "data")
            self.check_refused(deployment.process, file.name, "can't be written", "Not a directory", "--data-dir")

    def test_a_second_process_on_the_directory_is_refused_by_name(self):
        first = Embedded(self).start()
        lines = county()[:100]
        harness.feed(first.ingest_url, lines)
        second = Embedded(self, data_dir=first.data_dir)
        self.check_refused(second.process, str(first.data_dir), f"in use by process {first.process.child.pid}",
                           "stop that one")
        self.assertTrue(first.process.running())
        figures.check_equal(self, first.query_url, lines)
        first.process.kill()
        second.start()
        harness.await_that(lambda: figures.compliance(second.query_url)[1]["shares"], "the events are there")
        figures.check_equal(self, second.query_url, lines)

    def test_a_taken_port_is_named(self):
        first = Embedded(self).start()
        second = Embedded(self)
        second.port = first.port
        second.process = second.make("serve")
        self.check_refused(second.process, str(first.port), "in use")
        self.assertTrue(first.process.ready())


def flip(file, at, count=16):
    with open(file, "r+b") as f:
        f.seek(at)
        old = f.read(count)
        f.seek(at)
        f.write(bytes(byte ^ 0xA5 for byte in old))


def largest(folder, pattern):
    return max(folder.glob(pattern), key=lambda file: file.stat().st_size)


class Damage(EnvironmentTest):
    """Of what is on disk: what can be worked out again is, the rest is refused."""

    def setUp(self):
        # A small budget, so that tables are written.
        self.deployment = Embedded(self, "--memory-mb", 64).start()
        self.process = self.deployment.process
        self.store = self.deployment.task_store()
        self.lines = county()
        harness.feed(self.process.url, self.lines, per_second=2000)
        self.await_all()
        self.process.kill()

    def await_all(self):
        harness.await_that(lambda: self.offset() == len(self.lines), lambda: f"all events read; {self.offset()} are")

    def offset(self):
        status, body = harness.ask(self.process.url + "/v1/data-quality")
        return int(json.loads(body)["tasks"][0]["version"]["offset"]) if status == 200 else None

    def start_and_compare(self):
        self.process.start().await_ready()
        self.await_all()
        figures.check_equal(self, self.process.url, self.lines)
        self.process.kill()

    def set_aside(self):
        return sorted(self.store.parent.glob(f"{self.store.name}.damaged-*"))

    def test_a_damaged_store_is_set_aside_and_worked_out_again(self):
        damages = {
            "a flipped table": lambda: flip(largest(self.store, "*.sst"), 20),
            "a flipped MANIFEST": lambda: flip(largest(self.store, "MANIFEST-*"), 20),
            "a flipped CURRENT": lambda: flip(self.store / "CURRENT", 3),
            "a missing CURRENT": lambda: (self.store / "CURRENT").unlink(),
            "an empty CURRENT": lambda: (self.store / "CURRENT").write_bytes(b""),
            "missing tables": lambda: [file.unlink() for file in self.store.glob("*.sst")],
        }
        for times, (what, damage) in enumerate(damages.items(), 1):
            with self.subTest(what):
                damage()
                self.start_and_compare()
                self.assertEqual(len(self.set_aside()), times, what)
                self.check_said(self.process, "store_set_aside", str(self.set_aside()[-1]))

    def test_a_damaged_end_of_a_store_is_read_again_from_the_log(self):
        wal = largest(self.store, "*.log")
        flip(wal, wal.stat().st_size // 2)
        self.start_and_compare()
        wal = largest(self.store, "*.log")
        os.truncate(wal, wal.stat().st_size // 3)
        self.start_and_compare()

    def test_stores_of_a_newer_format_are_refused_and_left_as_they_are(self):
        what = ("format version 99, newer", "run the program that wrote it")
        kept = self.deployment.folder / "kept"
        shutil.copytree(self.deployment.data_dir, kept)
        for store in (self.deployment.data_dir / "log", self.deployment.data_dir / "notifier"):
            with self.subTest(store.name):
                rocksdb_wal.set_format(store, 99)
                self.check_refused(self.process, str(store), *what)
                shutil.rmtree(self.deployment.data_dir)
                shutil.copytree(kept, self.deployment.data_dir)
        rocksdb_wal.set_format(self.store, 99)
        self.process.start()
        self.await_reason(self.process, str(self.store), *what)
        self.process.kill()
        self.assertEqual(self.set_aside(), [])
        shutil.rmtree(self.deployment.data_dir)
        shutil.copytree(kept, self.deployment.data_dir)
        self.start_and_compare()

    def test_a_damaged_store_of_the_notifier_is_named_and_can_be_set_aside_by_hand(self):
        # Whoever is told anew of 400 days of episodes should have been asked before.
        store = self.deployment.data_dir / "notifier"
        flip(store / "CURRENT", 3)
        self.check_refused(self.process, str(store), "set it aside")
        store.rename(store.with_name("notifier.aside"))
        self.start_and_compare()

    def test_a_lost_store_is_worked_out_again(self):
        shutil.rmtree(self.store)
        self.start_and_compare()

    def test_a_damaged_log_is_refused_and_left_as_it_is(self):
        log = self.deployment.data_dir / "log"
        kept = self.deployment.folder / "kept"
        shutil.copytree(log, kept)
        damages = {
            "a flipped record": lambda: flip(largest(log, "*.log"), largest(log, "*.log").stat().st_size // 2),
            "a flipped MANIFEST": lambda: flip(largest(log, "MANIFEST-*"), 20),
            "a flipped CURRENT": lambda: flip(log / "CURRENT", 3),
            "a missing CURRENT": lambda: (log / "CURRENT").unlink(),
        }
        for what, damage in damages.items():
            with self.subTest(what):
                damage()
                self.check_refused(self.process, str(log), "restore it from a copy")
                shutil.rmtree(log)
                shutil.copytree(kept, log)
                self.process.log.unlink()
        self.start_and_compare()

    def test_a_log_that_was_made_anew_is_refused_by_name_until_it_is_back(self):
        log = self.deployment.data_dir / "log"
        kept = self.deployment.folder / "kept"
        shutil.move(log, kept)
        self.process.start()
        self.await_reason(self.process, "topic vardvakt.ambulance.v1/0", "created again or shortened", "Restore the topic")
        # Longer than the old one, with other records.
        harness.feed(self.process.url, [events.called(f"new-{i}", events.now()) for i in range(len(self.lines) + 1)])
        self.process.kill()
        self.process.start()
        self.await_reason(self.process, "topic vardvakt.ambulance.v1/0", "another record than was read before")
        self.process.kill()
        shutil.rmtree(log)
        shutil.move(kept, log)
        self.start_and_compare()
        self.assertEqual(self.set_aside(), [])


def load_tests(loader, tests, pattern):
    if os.environ.get("VARDVAKT_NO_MOUNT") != "1":
        return tests
    print("VARDVAKT_NO_MOUNT=1: without the tests that mount a small disk", file=sys.stderr)
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Directory, FileSize, Damage))


if __name__ == "__main__":
    unittest.main()
