"""The product as it is run: all services in one process on the embedded log."""

import shutil
import tempfile
from pathlib import Path

import harness
from harness import Process


class Embedded:
    """`vardvakt serve` on a directory of its own."""

    kind = "embedded"

    def __init__(self, test, *options, data_dir=None, config="config"):
        self.folder = Path(tempfile.mkdtemp(prefix="vardvakt-chaos-"))
        self.data_dir = Path(data_dir) if data_dir else self.folder / "data"
        self.config = config
        self.port = harness.free_port()
        self.process = self.make("serve", *options)
        test.addCleanup(self.clean_up, test)

    def make(self, name, *options):
        return Process(name, [harness.replay_support.binary(), "serve", "--config", harness.ROOT / self.config,
                              "--data-dir", self.data_dir, "--port", self.port, "--grpc-port", 0, *options],
                       self.folder / f"{name}.log", self.port)

    def clean_up(self, test):
        self.process.kill()
        if self.process.unexpected:
            test.fail(f"serve ended by itself: {self.process.unexpected}{self.process.tail()}")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.process.start().await_ready()
        return self

    def kill_compliance(self):
        self.process.kill()

    def start_compliance(self):
        self.process.start()

    def log_without_compliance(self, lines):
        """Brings lines that end every episode into the log, which compliance, being down, has not read when it starts
        again: what it and the notifier keep is put back to what it was at the kill."""
        kept = self.folder / "kept"
        for name in ("tasks", "notifier"):
            shutil.copytree(self.data_dir / name, kept / name)
        meanwhile = self.make("meanwhile")
        try:
            meanwhile.start().await_ready()
            harness.feed(meanwhile.url, lines)
            harness.await_that(lambda: not harness.get_json(meanwhile.url + "/v1/alerts?state=firing")["episodes"],
                               "the end of every episode")
            meanwhile.stop()  # in order, so that the log has no episode that seems to last
        finally:
            meanwhile.kill()
        for name in ("tasks", "notifier"):
            shutil.rmtree(self.data_dir / name)
            shutil.move(kept / name, self.data_dir / name)

    def kill_one(self, random):
        """Kills a process at random and starts it again."""
        self.process.kill()
        self.process.start()

    def await_ready(self):
        self.process.await_ready()

    @property
    def ingest_url(self):
        return self.process.url

    @property
    def query_url(self):
        return self.process.url

    def processes(self):
        return [self.process]

    def task_store(self, partition=0):
        return self.data_dir / "tasks" / f"vardvakt.ambulance.v1-{partition}"
