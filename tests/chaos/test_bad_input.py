"""Bad input, over HTTP and in files: an answer or a dead letter with a reason for each line, and nothing else lost."""

import base64
import collections
import http.client
import json
import socket
import tempfile
import unittest
from pathlib import Path

import bad_input
import events
import figures
import harness
from deployments import Embedded


def open_cases(tables):
    return sum(row["open"] for row in tables["waiting"] if row["indicator"] == events.SHARES and
               (row["level"], row["sex"], row["age"]) == ("region", "all", "all"))


class OverHttp(unittest.TestCase):
    def setUp(self):
        self.deployment = Embedded(self).start()
        self.url = self.deployment.ingest_url
        self.answers = []

    def post(self, data):
        status, body = harness.ask(self.url + "/v1/events", "POST", data)
        self.answers.append(body)
        return status, json.loads(body)

    def check_alive(self, *accepted):
        """It takes and judges further events, and counts what it took so far."""
        lines = [line.data.decode() for line in accepted]
        more = events.called("after", bad_input.recent())
        harness.feed(self.url, [more])
        harness.await_that(lambda: self.offset() == len(lines) + 1, lambda: f"all events read; {self.offset()} are")
        figures.check_equal(self, self.url, lines + [more])

    def offset(self):
        return int(harness.get_json(self.url + "/v1/data-quality")["tasks"][0]["version"]["offset"])

    def test_each_line_gets_its_answer_and_no_good_one_is_lost(self):
        lines = bad_input.lines(bad_input.recent())
        data, numbers = bad_input.as_file(lines)
        status, answer = self.post(data)
        self.assertEqual(status, 200)
        self.assertEqual([result["index"] for result in answer["results"]], numbers)
        for line, result in zip(lines, answer["results"]):
            self.assertEqual(result["reason"], line.reason or "", line.what)
            self.assertEqual(result["accepted"], line.reason is None, line.what)
            self.assertEqual(bool(result["detail"]), line.reason is not None, line.what)
        self.check_alive(*(line for line in lines if line.reason is None))
        self.check_counted(lines)
        self.check_no_person_is_named()

    def check_counted(self, lines):
        metrics = harness.ask(self.url + "/metrics")[1].decode()
        counted = collections.Counter()
        for sample in metrics.splitlines():
            if sample.startswith("vardvakt_ingest_events_rejected_total{"):
                reason = sample.partition('reason="')[2].partition('"')[0]
                counted[reason] += float(sample.rpartition(" ")[2])
        self.assertEqual({reason: count for reason, count in counted.items() if count},
                         collections.Counter(line.reason for line in lines if line.reason))

    def check_no_person_is_named(self):
        texts = {"answers": b"".join(self.answers), "log": self.deployment.process.said().encode()}
        for path in ("/metrics", "/readyz", "/livez", "/v1/indicators", "/v1/compliance?sex=*&age=*", "/v1/cases",
                     "/v1/alerts", "/v1/data-quality", f"/v1/series?indicator={events.SHARES}"):
            texts[path] = harness.ask(self.url + path)[1]
        for where, text in texts.items():
            for spelled in bad_input.spellings():
                self.assertNotIn(spelled.encode(), text, where)

    def test_ten_megabytes_are_refused_by_their_size(self):
        good = bad_input.Line("good", events.called("small", bad_input.recent()))
        self.assertEqual(self.post(good.data)[0], 200)
        for body in (b'{"case_id": "' + b"x" * (10 << 20) + b'"}', good.data + b"\n" + b" " * (10 << 20)):
            status, answer = self.send_large(body)
            self.assertEqual(status, 413)
            self.assertIn("smaller parts", answer["error"]["message"])
        self.check_alive(good)

    def send_large(self, body):
        """As ask(), for a body that is refused before it has been sent whole."""
        with socket.create_connection(("127.0.0.1", self.deployment.port), timeout=20) as connection:
            head = f"POST /v1/events HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n\r\n"
            try:
                connection.sendall(head.encode() + body)
            except OSError:
                pass  # the answer is there all the same
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, json.loads(answer.read())

    def test_bodies_that_are_no_lines_of_json_are_refused_whole(self):
        for body in (b"", b"\n\n", b"\xef\xbb\xbf", b"\x00" * 1000, b"[" * 100_000, b"<xml/>", bytes(range(256)) * 10):
            status, answer = self.post(body)
            self.assertEqual(status, 400, body[:20])
            self.assertIn("NDJSON", answer["error"]["message"])
        self.check_alive()

    def test_what_is_no_http_or_ends_too_early_harms_nobody(self):
        line = events.called("cut", bad_input.recent()).encode()
        whole = b"POST /v1/events HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(line) + line
        for data in (whole[:-1], whole[:40], b"\x16\x03\x01\x02\x00\x01" + b"\xff" * 500, b"\r\n" * 1000,
                     b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100_000,
                     b"POST /v1/events HTTP/1.1\r\nHost: here\r\nContent-Length: -1\r\n\r\n",
                     b"POST /v1/events HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{"):
            with socket.create_connection(("127.0.0.1", self.deployment.port), timeout=20) as connection:
                try:
                    connection.sendall(data)
                except OSError:
                    pass  # it has hung up
        self.check_alive()


class InFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "events.ndjson"
        self.letters = self.folder / "dead-letters.ndjson"

    def replay(self, data):
        self.file.write_bytes(data)
        done = harness.vardvakt("replay", "--config", "config", "--events", self.file, "--format", "json",
                                "--dead-letters", self.letters)
        return done, json.loads(done.stdout) if done.returncode == 0 else None

    def letters_by_line(self):
        letters = [json.loads(line) for line in self.letters.read_text().splitlines()]
        return {int(letter["topic_offset"]): letter for letter in letters}

    def test_each_bad_line_is_a_dead_letter_and_no_good_one_is_lost(self):
        lines = bad_input.lines(bad_input.recent())
        huge = bad_input.Line("ten megabytes", b'{"case_id": "' + b"x" * (10 << 20) + b'"}', "too_large")
        lines.insert(len(lines) // 2, huge)
        data, numbers = bad_input.as_file(lines)
        done, answer = self.replay(data)
        self.assertEqual(done.returncode, 0, done.stderr)
        reasons = collections.Counter(line.reason for line in lines)
        accepted = reasons.pop(None)
        self.assertEqual(answer["events"], {"received": len(lines), "accepted": accepted, "without_effect": 0,
                                            "rejected": dict(reasons)})
        letters = self.letters_by_line()
        self.assertEqual(sorted(letters), [n + 1 for n, line in zip(numbers, lines) if line.reason])
        for number, line in zip(numbers, lines):
            if line.reason is None:
                continue
            letter = letters[number + 1]
            self.assertEqual(letter["reason"], line.reason, line.what)
            self.assertTrue(letter["detail"], line.what)
            original = base64.b64decode(letter["original"]).rstrip(b" \r")
            if line.reason == "too_large":  # of a line beyond the limit of bytes, its beginning
                self.assertTrue(line.data.startswith(original) and len(original) > 100, line.what)
            else:
                self.assertEqual(original, line.data, line.what)
        for spelled in bad_input.spellings():
            self.assertNotIn(spelled, done.stdout + done.stderr)

    def test_a_truncated_file_loses_its_last_line_alone(self):
        good = [events.called(f"good-{i}", bad_input.recent()).encode() for i in range(20)]
        data = b"\r\n".join(good)
        for cut in (1, 30, len(good[-1]) - 1):
            done, answer = self.replay(data[:-cut])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(answer["events"]["accepted"], 19)
            self.assertEqual(answer["events"]["rejected"], {"malformed": 1})
            self.assertEqual(list(self.letters_by_line()), [20])

    def test_rows_of_a_csv_file_that_are_bad_cost_themselves_alone(self):
        self.file.write_text("stream: ambulance\nsource: chaos\ntime_zone: Europe/Stockholm\ncase_id: \"{Case}\"\n"
                             "milestones:\n  call_received: {column: Call, format: \"%Y-%m-%d %H:%M:%S\"}\n")
        table = self.folder / "calls.csv"
        good = [f"case-{i},2026-04-15 10:0{i}:00" for i in range(5)]
        bad = ["bad-1,15 April", f"call {bad_input.spellings()[-1]},2026-04-15 10:00:00", "bad-2", "bad\xff-3,2026-04-15 10:00:00"]
        rows = ["Case,Call"] + [row for pair in zip(good, bad) for row in pair] + good[4:] + ['"cut,2026-04-15 10']
        table.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode("latin-1"))
        done = harness.vardvakt("replay", "--config", "config", "--csv", table, "--mapping", self.file, "--format", "json",
                                "--dead-letters", self.letters)
        self.assertEqual(done.returncode, 0, done.stderr)
        counted = json.loads(done.stdout)["events"]
        self.assertEqual(counted["accepted"], 5)
        self.assertEqual(sum(counted["rejected"].values()), 5)
        self.assertEqual(counted["rejected"]["personal_number"], 1)
        letters = self.letters_by_line()
        self.assertEqual(sorted(letters), [3, 5, 7, 9, 11])
        self.assertTrue(all(letter["detail"] for letter in letters.values()))

    def test_a_file_without_an_event_or_that_is_not_there_is_named(self):
        for data in (b"", b"\xef\xbb\xbf", bytes(range(256)) * 1000, b"\n" * 1000):
            done, _ = self.replay(data)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no event was accepted", done.stderr)
        for path in (self.folder / "missing.ndjson", self.folder):
            done = harness.vardvakt("replay", "--config", "config", "--events", path)
            self.assertIn(done.returncode, (1, 2))
            self.assertIn(str(path), done.stderr)


if __name__ == "__main__":
    unittest.main()
