"""Finds Swedish personal identity numbers in text, by date and check digit, apart from the product's own check."""

import re
from datetime import date

CANDIDATE = re.compile(r"(?<!\d)(\d{2})?(\d{2})(\d{2})(\d{2})([-+ ]?)(\d{4})(?!\d)")


def luhn_holds(digits):
    total = 0
    for index, digit in enumerate(map(int, digits)):
        doubled = digit * 2 if index % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_date(century, year, month, day):
    day = day - 60 if day > 60 else day  # a samordningsnummer
    for full_year in [century * 100 + year] if century is not None else [1900 + year, 2000 + year]:
        try:
            date(full_year, month, day)
            return True
        except ValueError:
            continue
    return False


def personal_numbers(text):
    """Where such numbers stand: a list of (line, how many digits); the numbers themselves are not repeated."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for match in CANDIDATE.finditer(line):
            century, year, month, day, _, last = match.groups()
            if luhn_holds(year + month + day + last) and is_date(int(century) if century else None, int(year),
                                                                 int(month), int(day)):
                found.append((number, len(re.sub(r"\D", "", match.group()))))
    return found
