"""Appends a write to the write-ahead log of a closed RocksDB store, as a program of another version would have."""

import struct

BLOCK = 32_768
HEADER = 7
IDENTITY_FAMILY = 1  # what a store is, and its format
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(crc):
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def put(family, key, value, sequence=1 << 40):
    """A write batch of one put; texts shorter than 128 bytes."""
    text = bytes([len(key)]) + key + bytes([len(value)]) + value
    return struct.pack("<QI", sequence, 1) + bytes([5, family]) + text


def append(store, batch):
    """To the newest log of the store in that directory."""
    log = max(store.glob("*.log"), key=lambda file: int(file.stem))
    with open(log, "ab") as file:
        at, first = log.stat().st_size, True
        while batch or first:
            room = BLOCK - at % BLOCK
            if room < HEADER:
                file.write(b"\0" * room)
                at += room
                continue
            part, batch = batch[:room - HEADER], batch[room - HEADER:]
            kind = {(True, True): FULL, (True, False): FIRST, (False, False): MIDDLE, (False, True): LAST}[first, not batch]
            body = bytes([kind]) + part
            file.write(struct.pack("<IH", masked(crc32c(body)), len(part)) + body)
            at += HEADER + len(part)
            first = False


def set_format(store, version):
    append(store, put(IDENTITY_FAMILY, b"format_version", str(version).encode()))
