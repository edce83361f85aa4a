"""Dates and hours as French writes them, in the time of the server."""

from __future__ import annotations

from datetime import datetime

from clsassist.text import MONTHS


def french_day(moment: datetime) -> str:
    """Return the day of a moment.

    >>> french_day(datetime(2026, 3, 1))
    '1er mars 2026'
    """
    local = moment.astimezone()
    day = "1er" if local.day == 1 else str(local.day)
    return f"{day} {MONTHS[local.month - 1]} {local.year}"


def short_day(moment: datetime) -> str:
    """Return the day of a moment, in figures.

    >>> short_day(datetime(2026, 3, 1))
    '01/03/2026'
    """
    return f"{moment.astimezone():%d/%m/%Y}"


def french_moment(moment: datetime) -> str:
    r"""Return a moment, to the minute.

    >>> french_moment(datetime(2026, 11, 30, 9, 5))
    '30 novembre 2026 à 9\xa0h\xa005'
    """
    local = moment.astimezone()
    return f"{french_day(moment)} à {local.hour}\u00a0h\u00a0{local.minute:02d}"
