"""scripts/kafka, as the README and the test fixtures use it."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KAFKA = str(ROOT / "scripts" / "kafka")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kcat(port, *arguments, text=None):
    return subprocess.run(["kcat", "-b", f"127.0.0.1:{port}", "-m", "5", *arguments], text=True, input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


class KafkaScript(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="vardvakt-kafka-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)

    def run_broker(self, port, *properties):
        """A broker in the foreground, once it answers."""
        broker = subprocess.Popen([KAFKA, "run", "--data-dir", self.data, "--port", str(port), "--controller-port",
                                   str(free_port()), *properties], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(broker.wait)
        self.addCleanup(broker.kill)
        deadline = time.monotonic() + 60
        while kcat(port, "-L").returncode != 0:
            self.assertIsNone(broker.poll(), "the broker died")
            self.assertLess(time.monotonic(), deadline, "the broker does not answer")
            time.sleep(0.1)
        return broker

    def test_a_killed_broker_comes_back_with_its_records_on_other_ports(self):
        port = free_port()
        broker = self.run_broker(port, "--property", "auto.create.topics.enable=true")
        self.assertEqual(kcat(port, "-L", "-t", "calls").returncode, 0)  # asking for it creates it
        produced = kcat(port, "-P", "-t", "calls", "-X", "acks=all", text="one\ntwo\n")
        self.assertEqual(produced.returncode, 0, produced.stderr)
        broker.send_signal(signal.SIGKILL)
        self.assertEqual(broker.wait(), -signal.SIGKILL)
        port = free_port()
        self.run_broker(port)
        read = kcat(port, "-C", "-t", "calls", "-o", "beginning", "-e", "-q")
        self.assertEqual(read.stdout, "one\ntwo\n", read.stderr)

    def test_start_status_and_stop(self):
        port = free_port()
        here = ["--data-dir", self.data]
        for _ in range(2):  # the second finds it running
            started = subprocess.run([KAFKA, "start", *here, "--port", str(port)], text=True, stdout=subprocess.PIPE)
            self.assertEqual((started.returncode, started.stdout), (0, f"127.0.0.1:{port}\n"))
        try:
            self.assertEqual(subprocess.run([KAFKA, "status", *here], stdout=subprocess.DEVNULL).returncode, 0)
        finally:
            self.assertEqual(subprocess.run([KAFKA, "stop", *here], stderr=subprocess.DEVNULL).returncode, 0)
        status = subprocess.run([KAFKA, "status", *here], text=True, stderr=subprocess.PIPE)
        self.assertNotEqual(status.returncode, 0)
        self.assertIn("./scripts/kafka start", status.stderr)

    def test_a_taken_port_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            started = subprocess.run([KAFKA, "start", "--data-dir", self.data, "--port", str(port)], text=True,
                                     stderr=subprocess.PIPE)
        self.assertNotEqual(started.returncode, 0)
        self.assertIn(f"port {port} is taken", started.stderr)


if __name__ == "__main__":
    unittest.main()
