"""The value of one spreadsheet cell, written as its French reader sees it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from clsassist.text import MONTHS

# What a number format holds besides digits: quoted text, escaped characters, colours and locales.
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|[_*].')
_DECIMALS = re.compile(r"\.([0#?]+)")
# Days since 1899-12-30 of 1 January 2000 and of 31 December 2099: a bare number between them, in a column of dates, is
# a date.
FIRST_SERIAL, LAST_SERIAL = 36_526, 73_050
_EPOCH = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)


def value_to_text(value: object, number_format: str = "General") -> str:
    """Return what a cell shows: « 01/09/2025 », « 12 000 € », « 25 % », « VRAI »."""
    text = "" if value is None else str(value)
    if isinstance(value, bool):
        text = "VRAI" if value else "FAUX"
    elif isinstance(value, int | float):
        text = _number_to_text(value, number_format)
    elif isinstance(value, date):
        text = date_to_text(value, number_format)
    elif isinstance(value, time):
        text = value.strftime("%H:%M")
    elif isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        text = f"{minutes // 60}:{minutes % 60:02}"
    return text


def date_to_text(value: date, number_format: str = "dd/mm/yyyy") -> str:
    """Return a date as its format shows it: by its day, its month or only its year.

    >>> date_to_text(date(2025, 9, 1)), date_to_text(date(2025, 9, 1), "mmm-yy")
    ('01/09/2025', 'septembre 2025')
    """
    shown = _QUOTED.sub("", number_format).lower()
    if "y" in shown and "d" not in shown:
        return f"{MONTHS[value.month - 1]} {value.year}" if "m" in shown else str(value.year)
    text = f"{value:%d/%m}/{value.year:04}"
    if isinstance(value, datetime) and (value.hour or value.minute):
        return f"{text} {value:%H:%M}"
    return text


def serial_to_date(serial: float, from_1904: bool = False) -> date:
    """Return the day that a spreadsheet counts as ``serial``.

    >>> serial_to_date(45658)
    datetime.date(2025, 1, 1)
    """
    return (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(days=int(serial))


def is_serial(number: float, from_1904: bool = False) -> bool:
    """Say whether a bare number is a day of this century."""
    shift = (_EPOCH_1904 - _EPOCH).days if from_1904 else 0
    return number == int(number) and FIRST_SERIAL <= number + shift <= LAST_SERIAL


def _number_to_text(value: float, number_format: str) -> str:
    section = number_format.split(";")[0]
    literals = "".join(part for match in _QUOTED.finditer(section) for part in match.groups() if part)
    shown = _QUOTED.sub("", section)
    percent = "%" in shown
    scaled = value * 100 if percent else value
    found = _DECIMALS.search(shown)
    grouped = "," in shown and "#" in shown
    if shown.strip().lower() in ("general", "@", ""):
        digits = _plain_digits(scaled)
    else:
        digits = f"{scaled:,.{len(found.group(1)) if found else 0}f}" if _is_numeric(shown) else _plain_digits(scaled)
        digits = digits if grouped else digits.replace(",", "")
        digits = _without_optional_zeros(digits, found.group(1) if found else "")
    text = digits.replace(",", " ").replace(".", ",")
    currency = next((sign for sign in ("€", "$", "£") if sign in literals or sign in shown), "")
    suffix = " %" if percent else f" {currency}" if currency else ""
    return f"{text}{suffix}"


def _is_numeric(shown: str) -> bool:
    return bool(re.search(r"[0#]", shown)) and not re.search(r"[eE][+-]|/", shown)


def _plain_digits(value: float) -> str:
    """Write a number with the fifteen digits that a spreadsheet keeps, and no « .0 »."""
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"


def _without_optional_zeros(digits: str, decimals: str) -> str:
    optional = len(decimals) - len(decimals.rstrip("#?"))
    while optional and digits.endswith("0"):
        digits, optional = digits[:-1], optional - 1
    return digits.rstrip(".")
