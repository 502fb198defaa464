"""Reads the compacted topics as a reader of them must: of each key, the value of the greatest version."""

import struct
import tempfile
from pathlib import Path

COMPLIANCE = "vardvakt.compliance.v1"
ALERTS = "vardvakt.alerts.v1"

# The fields of vardvakt.compliance.v1 that are compared here, by their numbers: whole numbers and texts.
SHARE_KEY = {1: "region", 2: "indicator", 3: "level", 4: "key", 5: "sex", 6: "age", 7: "measure", 8: "window"}
SHARE = {11: "n", 12: "within", 16: "n_before", 17: "within_before", 19: "p50", 20: "p80", 21: "p90"}


def read(broker, topic):
    """Every record that is there: (partition, key, value), each partition's in their order."""
    done = broker.kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%p %K %S\n%k%s")
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    data, records, at = done.stdout, [], 0
    while at < len(data):
        end = data.index(b"\n", at)
        partition, key_size, value_size = map(int, data[at:end].split())
        key_end = end + 1 + key_size
        at = key_end + max(0, value_size)
        records.append((partition, data[end + 1:key_end], data[key_end:at]))
    return records


def say_again(broker, topic, records):
    """Appends records once more, as a process does that wakes up too late."""
    with tempfile.TemporaryDirectory() as folder:
        for partition, key, value in records:
            (Path(folder) / "value").write_bytes(value)
            done = broker.kcat("-P", "-t", topic, "-p", partition, "-k", key.decode(), "-X", "acks=all",
                               Path(folder) / "value")
            if done.returncode != 0:
                raise AssertionError(done.stderr.decode())


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """A Protobuf message: number -> value (the last one); of a message or text its bytes."""
    found, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            found[number], at = varint(data, at)
        elif wire_type == 1:
            found[number], at = struct.unpack_from("<d", data, at)[0], at + 8
        elif wire_type == 2:
            size, at = varint(data, at)
            found[number], at = data[at:at + size], at + size
        else:
            raise ValueError(f"wire type {wire_type}")
    return found


def version(message):
    """(revision, offset, log time)"""
    parts = fields(message)
    log_time = fields(parts.get(3, b""))
    return parts.get(1, 0), parts.get(2, 0), (log_time.get(1, 0), log_time.get(2, 0))


def shares(broker):
    """The share rows that a reader ends with: region, indicator, … window -> counts."""
    newest = {}
    for _, key, value in read(broker, COMPLIANCE):
        record = fields(value)
        if 3 not in record:
            continue
        is_of = version(record[1])
        if key not in newest or newest[key][0] <= is_of:
            newest[key] = (is_of, record[3])
    rows = {}
    for _, message in newest.values():
        share = fields(message)
        name = tuple(share.get(number, b"").decode() for number in SHARE_KEY)
        rows[name] = {field: share[number] for number, field in SHARE.items() if number in share}
    return rows
