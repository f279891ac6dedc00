"""Days of values that may be dates."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_YEAR_FIRST = re.compile(r"\s*(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?!\d)")
_NUMBER = re.compile(r"\s*\d{9,13}(\.\d*)?\s*")
_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal()
_MILLISECONDS = 1e11
_DAY = 86_400


def to_day(value: Any) -> int | None:
    """Return the day of a date as its ordinal, None for what cannot be read as a date.

    Read are dates and times of Python, ISO 8601 (also with slashes, dots or nothing between its
    parts), the dates of e-mail and feeds, and seconds or milliseconds since 1970. The day is that
    of the value's own time zone. ``03/04/2024`` is not read: it means two days.

    Args:
        value: Any value.

    Example:
        >>> to_day("2024-05-01T12:00:00Z") == date(2024, 5, 1).toordinal()
        True
    """
    try:
        day = _read(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return day if day is not None and _FIRST <= day < _LAST else None


def _read(value: Any) -> int | None:
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_epoch(value)
    if not isinstance(value, str) or len(value) > 100:
        return None
    if found := _YEAR_FIRST.match(value):
        return date(*map(int, found.groups())).toordinal()
    if _NUMBER.fullmatch(value):
        return _since_epoch(float(value))
    sent: datetime = parsedate_to_datetime(value)
    return sent.toordinal()


def _since_epoch(number: float) -> int | None:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS else number
    # Smaller numbers are years or counts rather than times.
    return (_EPOCH + timedelta(seconds // _DAY)).toordinal() if seconds > _DAY * 365 else None
