"""Debian's Alertmanager on loopback, with a receiver that records what it would have sent to people."""

import tempfile
import shutil
from pathlib import Path

import harness
from harness import Process, Recorder

# Each alert is a group of its own, told at once and, while nothing changes, once.
CONFIGURATION = """
route:
  receiver: people
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 24h
receivers:
  - name: people
    webhook_configs: [{{url: '{url}', send_resolved: true}}]
"""


class Alertmanager:
    def __init__(self, test):
        self.people = Recorder()
        test.addCleanup(self.people.close)
        folder = Path(tempfile.mkdtemp(prefix="vardvakt-alertmanager-"))
        test.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        (folder / "alertmanager.yml").write_text(CONFIGURATION.format(url=self.people.url))
        port = harness.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process("alertmanager", [
            "/usr/bin/prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            folder / "log", port)
        self.process.start()
        test.addCleanup(self.process.kill)
        harness.await_that(lambda: (harness.ask_or_none(self.url + "/-/ready") or [0])[0] == 200, self.process.tail)

    def active(self):
        """The alerts that it holds to be firing."""
        return harness.get_json(self.url + "/api/v2/alerts")

    def told(self):
        """(status, alertname, startsAt, episode) of everything that people were told, in order."""
        return [(alert["status"], alert["labels"]["alertname"], alert["startsAt"], alert["labels"].get("episode"))
                for document in self.people.all() for alert in document["alerts"]]
