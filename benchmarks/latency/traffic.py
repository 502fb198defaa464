"""Missions as they happen, and probes among them, over HTTP. Everything that is random comes from a seed."""

import http.client
import json
import random
import threading
import time
from datetime import datetime, timezone
from urllib.parse import quote, urlsplit

MUNICIPALITIES = ["0604", "0617", "0642", "0643", "0662", "0665", "0680", "0682", "0683", "0684", "0685", "0686", "0687"]
MILESTONES = ["call_received", "unit_alarmed", "rolling", "arrived"]


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event(case, number, occurred_at, attributes=None, resource=None):
    """The report of a mission's milestone `number`, as a line."""
    fields = {"event_id": f"{case}-{number}", "source": "bench", "stream": "ambulance", "case_id": case,
              "recorded_at": rfc3339(time.time()), "milestone": MILESTONES[number], "occurred_at": rfc3339(occurred_at)}
    if attributes:
        fields["attributes"] = attributes
    if resource:
        fields |= {"resource": resource, "resource_kind": "ambulance"}
    return json.dumps(fields)


class Connection:
    """One kept-alive connection."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.http = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)

    def ask(self, method, path, body=None):
        self.http.request(method, path, body=body, headers={"Content-Type": "application/x-ndjson"} if body else {})
        response = self.http.getresponse()
        return response.status, response.read()

    def get(self, path):
        status, body = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:200]!r}")
        return json.loads(body)

    def post(self, lines):
        """Every event must be accepted; what the log was too slow for is sent again."""
        while True:
            status, body = self.ask("POST", "/v1/events", "\n".join(lines).encode())
            if status == 200:
                if json.loads(body).get("accepted") != len(lines):
                    raise RuntimeError(f"POST /v1/events: {body[:300]!r}")
                return
            if status != 429:
                raise RuntimeError(f"POST /v1/events: {status} {body[:300]!r}")
            time.sleep(0.2)


def schedule(events_per_second, seconds, seed):
    """(offset in seconds, case, number, priority, municipality) in order of time: quick missions, so that nobody is
    alarmed by them."""
    rng = random.Random(seed)
    missions = events_per_second * seconds // len(MILESTONES)
    planned = []
    for mission in range(missions):
        at = mission * seconds / missions
        place = rng.choice(MUNICIPALITIES)
        priority = "1" if rng.random() < 0.35 else "2"
        for number in range(len(MILESTONES)):
            planned.append((at, f"load-{mission}", number, priority, place))
            at += rng.uniform(0.5, 0.1 * seconds + 0.5)
    planned.sort()
    return planned


def send_load(url, planned, started, connections, counted):
    """Sends what is planned from the monotonic instant `started` on, over several connections; `counted` gets for each
    the number sent and by how many seconds the last of them was late."""
    wall = time.time() + started - time.monotonic()

    def line(row):
        at, case, number, priority, place = row
        first = {"priority": priority, "municipality": place, "birth_year": "1950", "sex": "F"}
        return event(case, number, wall + at, None if number else first, f"A{place}-1" if number else None)

    def send(mine):
        connection, sent = Connection(url), 0
        while sent < len(mine):
            time.sleep(max(started + mine[sent][0] - time.monotonic(), 0.02))
            until, end = time.monotonic() - started, sent
            while end < len(mine) and end < sent + 500 and mine[end][0] <= until:
                end += 1
            if end > sent:
                connection.post([line(row) for row in mine[sent:end]])
                sent = end
        counted.append((sent, time.monotonic() - started - mine[-1][0]))

    threads = [threading.Thread(target=send, args=(planned[i::connections],)) for i in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def open_probes(url, unit, count):
    """Cases that wait for nothing but their arrival."""
    connection, now = Connection(url), time.time()
    lines = []
    for probe in range(count):
        case = f"probe-{unit}-{probe}"
        lines.append(event(case, 0, now, {"priority": "1", "municipality": "0680", "unit": unit}))
        lines.append(event(case, 1, now, None, "A0680-1"))
    for at in range(0, len(lines), 200):
        connection.post(lines[at:at + 200])


def probe_effects(ingest, gateway, unit, count, until, seconds):
    """Posts arrivals one by one until the monotonic instant `until`; into `seconds` goes how long after the post each
    was counted in /v1/compliance."""
    post, ask = Connection(ingest), Connection(gateway)
    path = "/v1/compliance?indicator=ambulance_prio1_20min&measure=completed&window=24h&level=unit&key=" + quote(unit)
    for probe in range(count):
        begun = time.monotonic()
        if begun >= until:
            return
        post.post([event(f"probe-{unit}-{probe}", 3, time.time() - 0.001, None, "A0680-1")])
        while not any(row["n"] > probe for row in ask.get(path)["shares"]):
            if time.monotonic() > begun + 30:
                raise RuntimeError("an accepted arrival was not counted within 30 s")
            time.sleep(0.003)
        seconds.append(time.monotonic() - begun)
        time.sleep(0.02)


def probe_alerts(ingest, alertmanager, every, until, posted, shown):
    """Posts calls that are late already, until the monotonic instant `until`; `posted` and `shown` get, by the start of
    the alert, the wall seconds at which it was posted and at which Alertmanager had it."""
    post, ask = Connection(ingest), Connection(alertmanager)
    path = "/api/v2/alerts?filter=" + quote('alertname="ambulance_prio1_overdue"')

    def look():
        for alert in ask.get(path):
            start = alert["startsAt"]
            if start in posted:
                shown.setdefault(start, time.time())

    def look_until(end):
        while time.monotonic() < end and not (end > until and len(shown) == len(posted)):
            look()
            time.sleep(0.02)

    number = 0
    while time.monotonic() < until:
        now = time.time()
        called = int(now * 1000) / 1000 - 20 * 60 - 5
        case = f"late-{number}"
        number += 1
        posted[rfc3339(called + 20 * 60 + 0.001)] = now
        post.post([event(case, 0, called, {"priority": "1", "municipality": "0685"}),
                   event(case, 1, called + 30, None, "A0685-1")])
        look_until(min(time.monotonic() + every, until))
    look_until(until + 30)
