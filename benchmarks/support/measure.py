"""What the benchmarks have in common: programs, generated input, a server to measure, percentiles and tables."""

import argparse
import ctypes
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "build" / "bench-data"


class Failed(Exception):
    """A benchmark that can't tell its figure; the message says why."""


def main(describe, run):
    """Runs a benchmark: `run(options)`; the exit status says whether it told its figures."""
    parser = argparse.ArgumentParser(description=describe)
    parser.add_argument("--tiny", action="store_true", help="seconds only: shows that it works, and no figures")
    parser.add_argument("--peers", action="store_true", help="with rivals beside, where there are any: here none")
    options = parser.parse_args()
    try:
        run(options)
    except Failed as failed:
        print(f"{Path(sys.argv[0]).parent.name}: {failed}", file=sys.stderr)
        sys.exit(1)


def program(name):
    folder = Path(os.environ.get("VARDVAKT_BIN") or ROOT / "build" / "release" / "bin")
    path = folder / name
    if not os.access(path, os.X_OK):
        raise Failed(f"{path} is not built; ./scripts/bench builds it, or: ninja -C build/release {name}")
    return str(path)


def machine():
    """One line: when, what, and how busy."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return f"{now}; {os.cpu_count()} cores of {model}, {gib:.0f} GiB; load average {os.getloadavg()[0]:.1f}"


def show(command):
    """The command as one would type it in the project's root."""
    return " ".join(str(part).replace(f"{ROOT}/", "") for part in command)


def run(command, **options):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", cwd=ROOT, preexec_fn=end_with_parent,
                          **options)
    if done.returncode != 0:
        raise Failed(f"{show(command)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def workload_w(tiny=False):
    """Five million events of a year over a million cases: 70 % of waits, 20 % of ambulances, 10 % of cancer pathways;
    3 % duplicates, 10 % out of order, 2 % corrections. The tiny one is a week of a tenth of it."""
    missions, waits, svf = (57, 164, 39) if tiny else (572, 1640, 395)
    return simulated("2025-01-01T00:00:00Z", "2025-01-08T00:00:00Z" if tiny else "2026-01-01T00:00:00Z", 20250101,
                     "--missions-per-day", missions, "--waits-per-day", waits, "--svf-per-day", svf, "--dental-per-day",
                     0, "--resend-open-days", 30, "--duplicates", 30, "--out-of-order", 100, "--corrections", 20)


def missions(start, end, per_day, seed, *more):
    """Ambulance missions alone."""
    return simulated(start, end, seed, "--missions-per-day", per_day, "--waits-per-day", 0, "--svf-per-day", 0,
                     "--dental-per-day", 0, *more)


def simulated(start, end, seed, *more):
    """A file of simulated events, and how many they are of how many cases; made once for a simulator and its
    arguments."""
    DATA.mkdir(parents=True, exist_ok=True)
    arguments = ["simulate", "--config", "config", "--from", start, "--to", end, "--seed", str(seed), *map(str, more)]
    path = DATA / f"simulated-{hashlib.sha256(' '.join(arguments).encode()).hexdigest()[:12]}.ndjson"
    facts_path = path.with_suffix(".json")
    made_by = digest_of(program("vardvakt"))
    if path.exists() and facts_path.exists():
        facts = json.loads(facts_path.read_text())
        if facts["made_by"] == made_by:
            return path, facts
    said = run([program("vardvakt"), *arguments, "--output", path])
    words = said.split()
    facts = {"made_by": made_by, "events": int(words[0]), "cases": int(words[3]), "digest": digest_of(path)}
    facts_path.write_text(json.dumps(facts))
    return path, facts


def percentile(values, p):
    """The least value that p percent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * p // 100) - 1)]


def table(head, rows):
    """Left the names, right the figures."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())


def spread(values, form="{:.0f}"):
    """p50, p99 and the greatest, as cells of a table."""
    return [form.format(percentile(values, 50)), form.format(percentile(values, 99)), form.format(max(values))]


class Folder:
    """A temporary folder on the disk that the project is on (a memory disk would flatter every fsync)."""

    def __enter__(self):
        DATA.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix="run-", dir=DATA))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def end_with_parent():
    """In a child: it gets SIGTERM when this process is gone, however it went."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """A program that is ended with the benchmark; its output goes to a file."""

    def __init__(self, command, log, wait_for_line=False, timeout_seconds=60):
        self.command = [str(part) for part in command]
        self.log = Path(log)
        self.output = open(log, "ab")
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=self.output,
                                        stdout=subprocess.PIPE if wait_for_line else self.output,
                                        preexec_fn=end_with_parent)
        self.first_line = ""
        if not wait_for_line:
            return
        self.first_line = self.process.stdout.readline().decode().strip()
        if not self.first_line:
            raise Failed(f"{show(self.command)} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def check(self):
        if self.process.poll() is not None:
            raise Failed(f"{show(self.command)} ended with {self.process.returncode}:\n"
                         f"{self.log.read_text(errors='replace')[-2000:]}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
        self.output.close()


def wait_until(holds, what, timeout_seconds=120, pause_seconds=0.02, process=None):
    """Waits for a condition and returns what it gave."""
    end = time.monotonic() + timeout_seconds
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        if process is not None:
            process.check()
        time.sleep(pause_seconds)
    raise Failed(f"{what} did not come about in {timeout_seconds} s")
