"""Runs every test of the built project and counts single cases. Called by scripts/test.

A suite is a ctest run of one preset and label, the Python tests of one folder, or the tiny benchmarks. A test
program that dies before it has told its result counts as one failed case. The last line printed is
"N passed, N failed"; the exit status is 1 when a case failed or none ran.
"""

import argparse
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build" / "test-logs"
PYTHON_TIMEOUT_SECONDS = 1800
BENCHMARK_TIMEOUT_SECONDS = 300
TIDY_TIMEOUT_SECONDS = 1200


@dataclass
class Result:
    passed: int = 0
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def run_logged(name, command, timeout_seconds=None, environment=None):
    """Runs a command in the project's root, its output to build/test-logs/NAME.log. Returns (status, output)."""
    try:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout_seconds)
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as expired:
        partial = expired.stdout or b""
        output = partial.decode(errors="replace") if isinstance(partial, bytes) else partial
        status, output = -1, f"{output}\ntook longer than {timeout_seconds} s\n"
    (LOGS / f"{name}.log").write_text(output)
    return status, output


def gtest_cases(path):
    """The cases of a GoogleTest result file; None when the program did not live to write it."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return None
    result = Result()
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None:
            result.failed.append(name)
        elif case.get("result") == "skipped" or case.get("status") == "notrun":
            result.skipped.append(name)
        else:
            result.passed += 1
    return result


def program_result(cases, ok):
    """What a test program adds: its cases, and one failure more if it ended badly without naming a failed case."""
    if cases is None:  # no GoogleTest program, or one that died
        return Result(passed=1) if ok else Result(failed=["crashed, took too long, or was not built"])
    if not ok and not cases.failed:
        cases.failed.append("died after its last case")
    return cases


def ctest(preset, label, jobs):
    """Runs the ctest tests of one label; each program's own result file says how its cases went."""
    build = ROOT / "build" / preset
    results = build / "test-results"
    results.mkdir(exist_ok=True)
    for old in results.glob("*.xml"):
        old.unlink()
    name = f"{label}-{preset}"
    junit = LOGS / f"{name}.xml"
    junit.unlink(missing_ok=True)
    _, output = run_logged(name, ["ctest", "--test-dir", str(build), "-L", f"^{label}$", "-j", str(jobs),
                                  "--no-tests=ignore", "--output-on-failure", "--output-junit", str(junit)])
    if not junit.exists():
        print(output)
        return Result(failed=[f"{name}: ctest itself failed"])
    total = Result()
    for test in ElementTree.parse(junit).getroot().iter("testcase"):
        program = test.get("name")
        ok = test.get("status") == "run"
        result = program_result(gtest_cases(results / f"{program}.xml"), ok)
        if not ok:
            failure = test.find("failure")
            print(f"---- {program} ({preset}): {failure.get('message') if failure is not None else 'did not run'}")
            print((test.findtext("system-out") or "").strip())
        result.failed = [f"{program} ({preset}): {case}" for case in result.failed]
        result.skipped = [f"{program} ({preset}): {case}" for case in result.skipped]
        total.add(result)
    return total


def python_tests(folder):
    """Runs the folder's test_*.py with unittest, in a process of its own."""
    name = "python-" + "-".join(folder.relative_to(ROOT / "tests").parts)
    status, output = run_logged(
        name, [sys.executable, "-m", "unittest", "discover", "-v", "-s", str(folder), "-p", "test_*.py"],
        PYTHON_TIMEOUT_SECONDS, {"VARDVAKT_BIN": str(ROOT / "build" / "release" / "bin"), "PYTHONDONTWRITEBYTECODE": "1"})
    if status != 0:
        print(f"---- {name}")
        print(output.strip())
    result = unittest_result(status, output)
    result.failed = [f"{name}: {case}" for case in result.failed]
    result.skipped = [f"{name}: {case}" for case in result.skipped]
    return result


def unittest_result(status, output):
    """Counts the cases in what `python -m unittest -v` printed."""
    ran = re.search(r"^Ran (\d+) tests? in", output, re.MULTILINE)
    if not ran:
        return Result(failed=["died before its summary"])
    # A case is named once for each subtest that failed; it counts once.
    failed = list(dict.fromkeys(re.findall(r"^(?:FAIL|ERROR): (\S+ \(\S+\))", output, re.MULTILINE)))
    if status != 0 and not failed:
        failed = ["died after its summary"]
    skipped = re.findall(r"^(.+) \.\.\. skipped", output, re.MULTILINE)
    return Result(passed=max(0, int(ran.group(1)) - len(failed) - len(skipped)), failed=failed, skipped=skipped)


def one_case(name, command, timeout_seconds):
    """A command that passes or fails as a whole."""
    status, output = run_logged(name, command, timeout_seconds)
    if status == 0:
        return Result(passed=1)
    print(f"---- {name}")
    print(output.strip())
    return Result(failed=[name])


def tiny_benchmark(folder):
    command = [str(ROOT / "scripts" / "bench"), "--built", "--tiny", folder.name]
    return one_case(f"benchmark-{folder.name}", command, BENCHMARK_TIMEOUT_SECONDS)


def static_analysis():
    """Over the layers where a slip costs most; all the rest takes minutes: scripts/tidy."""
    return one_case("tidy", [str(ROOT / "scripts" / "tidy"), "lib/base", "lib/domain"], TIDY_TIMEOUT_SECONDS)


def suites(fast, jobs):
    """(name, function) of every suite, the quick ones first."""
    folders = sorted({path.parent for path in (ROOT / "tests").rglob("test_*.py")})
    for folder in folders:
        if folder.name != "integration":
            yield f"Python tests of {folder.relative_to(ROOT)}", lambda folder=folder: python_tests(folder)
    yield "unit tests as shipped", lambda: ctest("release", "unit", jobs)
    yield "unit tests under ASan and UBSan", lambda: ctest("dev", "unit", jobs)
    for runner in sorted((ROOT / "benchmarks").glob("*/run")):
        if fast and "\n# needs: servers\n" in runner.read_text():
            continue
        yield f"benchmark {runner.parent.name}, tiny", lambda runner=runner: tiny_benchmark(runner.parent)
    if not fast:
        yield "clang-tidy of lib/base and lib/domain", static_analysis
        yield "integration tests", lambda: ctest("release", "integration", 1)
        for folder in folders:
            if folder.name == "integration":
                yield f"Python tests of {folder.relative_to(ROOT)}", lambda folder=folder: python_tests(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="leave out the integration tests")
    parser.add_argument("--jobs", type=int, default=1, help="unit test programs at once")
    arguments = parser.parse_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    total = Result()
    for name, suite in suites(arguments.fast, arguments.jobs):
        print(f"==> {name}", flush=True)
        began = time.monotonic()
        result = suite()
        total.add(result)
        print(f"    {result.passed} passed, {len(result.failed)} failed, {time.monotonic() - began:.0f} s", flush=True)
    for case in total.skipped:
        print(f"skipped: {case}")
    for case in total.failed:
        print(f"FAILED: {case}")
    print(f"{total.passed} passed, {len(total.failed)} failed")
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
