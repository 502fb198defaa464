"""The product as it is run: all services in one process on the embedded log, or each as its own on a real Kafka."""

import shutil
import subprocess
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


class Broker:
    """A Kafka of one node, with the project's topics for `config` unless told otherwise."""

    def __init__(self, test, config="config", create=True, properties=()):
        self.folder = Path(tempfile.mkdtemp(prefix="vardvakt-broker-"))
        self.port = harness.free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = Process("broker", [harness.ROOT / "scripts" / "kafka", "run", "--data-dir", self.folder / "data",
                                          "--port", self.port, "--controller-port", harness.free_port(),
                                          *(f"--property={text}" for text in properties)],
                               self.folder / "broker.log")
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        test.addCleanup(self.process.kill)
        self.process.start()
        self.await_answer()
        if create:
            created = self.topics("create", config)
            if created.returncode != 0:
                raise AssertionError(created.stderr)

    def await_answer(self):
        def answers():
            if not self.process.running():
                raise AssertionError(f"the broker ended by itself: {self.process.tail()}")
            return self.kcat("-L").returncode == 0
        harness.await_that(answers, self.process.tail)

    def topics(self, action, config="config"):
        return harness.vardvakt("topics", action, "--config", config, "--kafka", self.address)

    def kcat(self, *arguments):
        return subprocess.run(["kcat", "-b", self.address, "-m", "5", *map(str, arguments)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


class OnKafka:
    """The four services on a broker of their own. Compliance may run several times, as c1, c2, …"""

    kind = "kafka"
    SESSION_TIMEOUT = "6s"  # the least that Kafka's brokers permit

    def __init__(self, test, *sinks, config="config", compliance=("c1",), broker=None):
        self.config = config
        self.folder = Path(tempfile.mkdtemp(prefix="vardvakt-chaos-"))
        test.addCleanup(self.clean_up, test)
        self.broker = broker or Broker(test, config)
        self.services = {}
        self.grpc_ports = {}
        self.add("ingest", "--grpc-port", 0)
        for instance in compliance:
            self.add_compliance(instance)
        self.add("notifier", "--data-dir", self.folder / "notifier", *sinks)
        self.add("gateway", "--grpc-port", 0, kafka=False)

    def add(self, service, *options, name=None, kafka=True):
        name = name or service
        port = harness.free_port()
        command = [harness.replay_support.binary().parent / f"vardvakt-{service}", "--config",
                   harness.ROOT / self.config, "--port", port, *options]
        if kafka:
            command += ["--kafka", self.broker.address]
        self.services[name] = Process(name, command, self.folder / f"{name}.log", port)
        return self.services[name]

    def add_compliance(self, instance, *options):
        self.grpc_ports[instance] = harness.free_port()
        return self.add("compliance", "--instance", instance, "--session-timeout", self.SESSION_TIMEOUT, "--data-dir",
                        self.folder / instance, "--grpc-port", self.grpc_ports[instance], *options, name=instance)

    def clean_up(self, test):
        for process in self.services.values():
            process.kill()
        for process in self.services.values():
            if process.unexpected:
                test.fail(f"{process.name} ended by itself: {process.unexpected}{process.tail()}")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        return self.start_without()

    def start_without(self, *names):
        """Starts all services but these, which the gateway asks all the same."""
        asked = [part for port in self.grpc_ports.values() for part in ("--compliance", f"127.0.0.1:{port}")]
        self.services["gateway"].command += asked
        started = [process for name, process in self.services.items() if name not in names]
        for process in started:
            process.start()
        for process in started:
            process.await_ready()
        return self

    def await_ready(self):
        for process in self.services.values():
            process.await_ready()

    def kill_one(self, random):
        """Kills a process at random and starts it again."""
        process = self.services[random.choice(sorted(self.services))]
        process.kill()
        process.start()

    def kill_compliance(self):
        self.services["c1"].kill()

    def start_compliance(self):
        self.services["c1"].start()

    def log_without_compliance(self, lines):
        harness.feed(self.ingest_url, lines)

    @property
    def ingest_url(self):
        return self.services["ingest"].url

    @property
    def query_url(self):
        return self.services["gateway"].url
