"""Format, shell syntax, privacy, and tables of the documents that are made from declarations."""

import os
import re
import subprocess
import unittest
from pathlib import Path

import privacy

ROOT = Path(__file__).resolve().parents[2]


def tracked_files():
    """The files of the project that git knows or would take in."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            text=True, stdout=subprocess.PIPE).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(path):
    """The text of a file; None when it is no text."""
    data = path.read_bytes()
    return None if b"\0" in data else data.decode("utf-8", errors="replace")


def luhn_digit(nine):
    return next(str(digit) for digit in range(10) if privacy.luhn_holds(nine + str(digit)))


class Style(unittest.TestCase):
    def test_code_is_formatted(self):
        files = [str(path) for path in tracked_files() if path.suffix in {".h", ".cc", ".cpp"}]
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        unformatted = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error:", done.stdout, re.MULTILINE)))
        self.assertEqual(done.returncode, 0, "clang-format -i these:\n" + "\n".join(unformatted))

    def test_shell_scripts_parse(self):
        for path in tracked_files():
            if (text_of(path) or "").startswith(("#!/usr/bin/env bash", "#!/bin/bash", "#!/bin/sh")):
                with self.subTest(path.relative_to(ROOT)):
                    done = subprocess.run(["bash", "-n", str(path)], text=True, stderr=subprocess.PIPE)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertTrue(os.access(path, os.X_OK), "is not executable")

    def test_tables_in_the_documents_are_up_to_date(self):
        done = subprocess.run([str(ROOT / "scripts" / "docs"), "--check"], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)


class Privacy(unittest.TestCase):
    def test_no_personal_number_in_any_file(self):
        found = [f"{path.relative_to(ROOT)}:{line}: something that reads as a personal number of {digits} digits"
                 for path in tracked_files() for line, digits in privacy.personal_numbers(text_of(path) or "")]
        self.assertFalse(found, "\n" + "\n".join(found))

    def test_the_lint_finds_each_spelling(self):
        for born in ("121212", "811288"):  # a day, and a samordningsnummer's day + 60
            nine = born + "999"
            number = nine + luhn_digit(nine)
            for spelled in (number, f"{number[:6]}-{number[6:]}", f"{number[:6]}+{number[6:]}", f"19{number}",
                            f"19{number[:6]} {number[6:]}"):
                self.assertEqual(len(privacy.personal_numbers(f"id={spelled};")), 1, len(spelled))

    def test_the_lint_passes_over_what_is_none(self):
        number = "121212999" + luhn_digit("121212999")
        wrong_digit = number[:-1] + str((int(number[-1]) + 1) % 10)
        for text in (wrong_digit, number + "0", "1776247053000", "2026-04-15T10:17:33Z"):
            self.assertEqual(privacy.personal_numbers(text), [], text)


if __name__ == "__main__":
    unittest.main()
