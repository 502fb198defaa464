"""Real processes to be fed, killed and started again, and the receivers of what they say. Standard library only.

Every process listens on loopback, on a port below the ephemeral ones, so that it gets the same port again after a
kill; everything is ended when the test that started it ends. What is waited for is a condition, with a deadline.
"""

import http.client
import http.server
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import replay as replay_support  # noqa: E402

READY_SECONDS = 30  # with no hand laid on, after the end of a fault
PATIENCE_SECONDS = 60


def rounds():
    """How many times as long a scenario with chance in it shall run."""
    return max(1, int(os.environ.get("VARDVAKT_CHAOS_ROUNDS", "1")))


def chance(name):
    """A source of randomness that a failed run can be repeated with: VARDVAKT_CHAOS_SEED, printed."""
    seed = os.environ.get("VARDVAKT_CHAOS_SEED") or str(random.SystemRandom().randrange(1_000_000))
    print(f"{name}: VARDVAKT_CHAOS_SEED={seed}", file=sys.stderr)
    return random.Random(f"{seed} {name}")


def free_port():
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def await_that(condition, what, seconds=PATIENCE_SECONDS, pause=0.1):
    """The first true value of `condition`; fails with `what`, or what it returns when called, after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(pause)


def ask(url, method="GET", body=None, seconds=20):
    """(status, body) of a request; OSError or HTTPException when there is no answer."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body=body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def ask_or_none(url):
    """(status, body), or None while nobody answers."""
    try:
        return ask(url)
    except (OSError, http.client.HTTPException):
        return None


def get_json(url):
    status, body = ask(url)
    if status != 200:
        raise AssertionError(f"{url} answered {status}: {body[:500]!r}")
    return json.loads(body)


class Process:
    """A program that can be killed and started again with the same command; its output is appended to one file."""

    def __init__(self, name, command, log, port=None, environment=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.log = Path(log)
        self.url = f"http://127.0.0.1:{port}" if port else None
        self.environment = environment
        self.child = None
        self.unexpected = []  # how it ended when nobody had asked it to

    def start(self):
        self.note_end()
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                          env={**os.environ, **(self.environment or {})}, start_new_session=True)
        return self

    def running(self):
        return self.child is not None and self.child.poll() is None

    def note_end(self):
        if self.child is not None and self.child.poll() is not None:
            self.unexpected.append(self.child.returncode)
        self.child = None

    def end(self, how):
        """Ends it by the signal and returns its exit status."""
        if not self.running():
            self.note_end()
            return None
        self.child.send_signal(how)
        status = self.child.wait(60)
        self.child = None
        return status

    def kill(self):
        return self.end(signal.SIGKILL)

    def stop(self):
        return self.end(signal.SIGTERM)

    def wait_for_exit(self, seconds=READY_SECONDS):
        """The status of a program that is expected to end by itself."""
        status = self.child.wait(seconds)
        self.child = None
        return status

    def ready(self):
        answer = ask_or_none(self.url + "/readyz")
        return answer is not None and answer[0] == 200

    def reasons(self):
        """What /readyz gives as reasons, by part; empty while it does not answer."""
        answer = ask_or_none(self.url + "/readyz")
        return {} if answer is None else {r["part"]: r["reason"] for r in json.loads(answer[1])["reasons"]}

    def await_ready(self, seconds=READY_SECONDS):
        def is_ready():
            if not self.running():
                raise AssertionError(f"{self.name} ended by itself: {self.tail()}")
            return self.ready()
        await_that(is_ready, lambda: f"{self.name} ready; it says {self.reasons()}, its log {self.tail()}", seconds, 0.05)
        return self

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines=15):
        return "\n" + "\n".join(self.said().splitlines()[-lines:])


class Recorder:
    """A webhook that answers 200 and keeps every document with the time at which it came."""

    def __init__(self):
        self.lock = threading.Lock()
        self.documents = []
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with recorder.lock:
                    recorder.documents.append((time.time(), document))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def all(self):
        with self.lock:
            return [document for _, document in self.documents]

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Feeder(threading.Thread):
    """Posts lines at a rate; what was not answered, or not taken, is posted again until it is: that is harmless."""

    def __init__(self, url, lines, per_second, batch=25, give_up_seconds=60):
        super().__init__()
        self.url = url + "/v1/events"
        self.lines = lines
        self.per_second = per_second
        self.batch = batch
        self.give_up_seconds = give_up_seconds
        self.accepted = 0
        self.attempted = 0
        self.rejected = []
        self.failure = None

    def run(self):
        try:
            begun = time.monotonic()
            for first in range(0, len(self.lines), self.batch):
                time.sleep(max(0, begun + first / self.per_second - time.monotonic()))
                self.post(self.lines[first:first + self.batch])
        except Exception as failure:  # told by finish()
            self.failure = failure

    def post(self, lines):
        deadline = time.monotonic() + self.give_up_seconds
        while lines:
            if time.monotonic() > deadline:
                raise AssertionError(f"nobody took the events for {self.give_up_seconds} s")
            try:
                self.attempted += len(lines)
                status, body = ask(self.url, "POST", "\n".join(lines).encode())
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if status not in (200, 429):
                raise AssertionError(f"POST /v1/events answered {status}: {body[:500]!r}")
            lines = self.settle(lines, json.loads(body).get("results", []))

    def settle(self, lines, results):
        """Counts what was taken or refused; returns what must be sent again."""
        again = []
        if not results:  # not even looked at: too many requests
            time.sleep(0.05)
            return lines
        for result in results:
            line = lines[result["index"]]
            if result["accepted"]:
                self.accepted += 1
            elif result["reason"] == "unavailable":
                again.append(line)
            else:
                self.rejected.append(result)
        return again

    def finish(self):
        """Waits for the end; fails as the feeding did."""
        self.join()
        if self.failure is not None:
            raise self.failure
        if self.rejected:
            raise AssertionError(f"refused: {self.rejected[:3]}")
        return self


def feed(url, lines, per_second=1_000_000):
    """Posts lines and waits until all are taken."""
    feeder = Feeder(url, lines, per_second, batch=500)
    feeder.start()
    return feeder.finish()


def vardvakt(*arguments):
    """Runs the program to its end."""
    return subprocess.run([str(replay_support.binary()), *map(str, arguments)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
