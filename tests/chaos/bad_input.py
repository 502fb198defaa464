"""Input that is wrong in every way the product must withstand, and what must become of each line."""

import json
from datetime import timedelta

import events


def personal_number():
    """A number that passes for a person's, made here so that no file holds one: of a published test range."""
    nine = "121212999"
    digits = [int(d) * (2 - i % 2) for i, d in enumerate(nine)]
    return nine + str(-sum(d // 10 + d % 10 for d in digits) % 10)


def spellings():
    number = personal_number()
    return [number, f"{number[:6]}-{number[6:]}", f"19{number}", f"19{number[:6]}-{number[6:]}"]


class Line:
    """One line: its bytes, and why it is refused; None where it must be accepted."""

    def __init__(self, what, data, reason=None):
        self.what = what
        self.data = data if isinstance(data, bytes) else data.encode()
        self.reason = reason


def altered(line, **changes):
    event = json.loads(line)
    event.update(changes)
    return json.dumps({name: value for name, value in event.items() if value is not None})


def lines(at):
    """Good lines with bad ones in between. `at`: an instant of the recent past."""
    def good(case, **changes):
        return altered(events.called(case, at), **changes)

    far = events.rfc3339(at.replace(year=2099))
    before_computers = events.rfc3339(at.replace(year=1970))
    number = personal_number()
    deep = 100_000
    bad = [
        Line("recorded in 2099", good("b1", recorded_at=far), "from_the_future"),
        Line("occurred in 2099", good("b2", occurred_at=far), "from_the_future"),
        Line("both in 2099", good("b3", occurred_at=far, recorded_at=far), "from_the_future"),
        Line("from 1970", good("old", occurred_at=before_computers, recorded_at=before_computers)),
        Line("the year 12026", good("b4", occurred_at="12026-01-01T00:00:00Z"), "bad_time"),
        Line("a time without offset", good("b5", recorded_at="2026-04-15T10:00:00"), "bad_time"),
        Line("nested arrays", good("b6")[:-1] + ', "attributes": ' + "[" * deep + "]" * deep + "}", "malformed"),
        Line("nested objects", '{"a":' * deep + "1" + "}" * deep, "malformed"),
        Line("nested and never closed", "[" * deep, "malformed"),
        Line("broken UTF-8", good("b7").encode().replace(b"b7", b"b\xff\xfe7"), "malformed"),
        Line("UTF-8 cut in a character", good("b8").encode().replace(b"b8", b"b\xc3"), "malformed"),
        Line("a lone surrogate", good("b9").replace("b9", "b\\ud800"), "malformed"),
        Line("a NUL in a string", good("b10").replace("b10", "b\\u0000"), "malformed"),
        Line("a NUL byte", good("b11").encode() + b"\0", "malformed"),
        Line("no JSON", "call at 12:03, ambulance sent", "malformed"),
        Line("not an object", '"text"', "malformed"),
        Line("an empty object", "{}", "missing_field"),
        Line("cut in the middle", good("b12")[:60], "malformed"),
        Line("two objects", good("b13") + good("b14"), "malformed"),
        Line("a field twice", good("b15")[:-1] + ', "case_id": "other"}', "malformed"),
        Line("an unknown field", good("b16", patient="someone"), "malformed"),
        Line("a number for a text", good("b17", case_id=17), "malformed"),
        Line("an unknown stream", good("b18", stream="fire"), "unknown_stream"),
        Line("an unknown region", good("b19", region="99"), "unknown_region"),
        Line("no source", good("b20", source=None), "missing_field"),
        Line("a long case id", good("b" * 129), "too_large"),
        Line("two megabytes", good("b21", attributes={"note": "x" * (2 << 20)}), "too_large"),
        Line("many attributes", good("b22", attributes={f"a{i}": "x" for i in range(20_000)}), "too_large"),
        Line("a person as the name of an attribute", good("b23", attributes={number: "x"}), "personal_number"),
        Line("a person as the source", good("b24", source=number), "personal_number"),
    ]
    for i, spelled in enumerate(spellings()):
        bad.append(Line("a person as the case", good(f"call {spelled}"), "personal_number"))
        bad.append(Line("a person in an attribute", good(f"p{i}", attributes={"note": f"for {spelled}"}), "personal_number"))
    mixed = []
    for i, line in enumerate(bad):
        mixed += [Line("good", good(f"good-{i}")), line]
    return mixed + [Line("camelCase", json.dumps({"eventId": "c", "source": "chaos", "stream": "ambulance", "caseId": "camel",
                                                  "recordedAt": events.rfc3339(at), "occurredAt": events.rfc3339(at),
                                                  "milestone": "call_received", "attributes": {"priority": "1"}}))]


def as_file(some, ends=(b"\n", b"\r\n", b"\n\n", b" \r\n")):
    """Their bytes with a byte order mark, different line ends and blank lines; the number of each line, from 0."""
    data, numbers, number = b"\xef\xbb\xbf", [], 0
    for i, line in enumerate(some):
        end = ends[i % len(ends)]
        data += line.data + end
        numbers.append(number)
        number += end.count(b"\n")
    return data, numbers


def recent():
    return events.now() - timedelta(minutes=5)
