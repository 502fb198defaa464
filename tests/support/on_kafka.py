"""The four services on a real Kafka, a process each, in a folder of their own; all ended with the test."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "chaos"))
import harness  # noqa: E402

BROKER_SECONDS = 60


class OnKafka:
    """A broker, its topics, and compliance, notifier, ingest and gateway; `add_cleanup` is told how to end each."""

    def __init__(self, add_cleanup, config):
        self.folder = Path(tempfile.mkdtemp(prefix="vardvakt-kafka-"))
        add_cleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.add_cleanup = add_cleanup
        self.config = ROOT / config
        self.port = harness.free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"

    def start(self):
        self.start_broker()
        created = harness.vardvakt("topics", "create", "--config", self.config, "--kafka", self.bootstrap)
        if created.returncode != 0:
            raise AssertionError(f"topics create: {created.stderr}")
        grpc = harness.free_port()
        on_kafka = ["--kafka", self.bootstrap]
        self.compliance = self.start_service("compliance", *on_kafka, "--data-dir", self.folder / "compliance",
                                             "--instance", "compliance-1", "--grpc-port", grpc)
        self.notifier = self.start_service("notifier", *on_kafka, "--data-dir", self.folder / "notifier")
        self.ingest = self.start_service("ingest", *on_kafka, "--grpc-port", 0)
        self.gateway = self.start_service("gateway", "--compliance", f"127.0.0.1:{grpc}", "--grpc-port", 0)
        for service in self.services():
            service.await_ready()
        return self

    def services(self):
        return [self.compliance, self.notifier, self.ingest, self.gateway]

    def start_broker(self):
        broker = harness.Process("kafka", [ROOT / "scripts/kafka", "run", "--data-dir", self.folder / "kafka", "--port",
                                           self.port, "--controller-port", harness.free_port()],
                                 self.folder / "kafka.log")
        self.add_cleanup(broker.kill)
        broker.start()

        def answers():
            if not broker.running():
                raise AssertionError(f"Kafka ended by itself: {broker.tail()}")
            return subprocess.run(["kcat", "-b", self.bootstrap, "-L", "-m", "1"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode == 0
        harness.await_that(answers, lambda: f"Kafka answers; its log {broker.tail()}", BROKER_SECONDS)

    def start_service(self, name, *options):
        program = harness.replay_support.binary().with_name(f"vardvakt-{name}")
        port = harness.free_port()
        service = harness.Process(name, [program, "--config", self.config, "--port", port, *options],
                                  self.folder / f"{name}.log", port)
        self.add_cleanup(self.end, service)
        return service.start()

    @staticmethod
    def end(service):
        """Fails when the service had ended by itself or does not stop in order."""
        try:
            status = service.stop()
        finally:
            service.kill()
        if status != 0:
            raise AssertionError(f"{service.name} ended with {status}, {service.unexpected}: {service.tail()}")
