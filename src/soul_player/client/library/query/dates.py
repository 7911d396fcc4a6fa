"""Dates in queries: `2026`, `2026-01..2026-03`, `-30d`, `<-1y`; and the seconds they stand for."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import assert_never

from soul_player.client.library.query.fields import DateField
from soul_player.client.library.query.terms import Ago, DateIn, Period, Unit, When

YEARS = range(1900, 9001)
COUNT_MAX = 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PERIOD = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_AGO = re.compile(r"-([0-9]{1,6})([hdwmy])")
_HOUR_SECONDS = 3_600
_UNIT_SECONDS = {
    Unit.HOURS: _HOUR_SECONDS,
    Unit.DAYS: 24 * _HOUR_SECONDS,
    Unit.WEEKS: 7 * 24 * _HOUR_SECONDS,
    Unit.MONTHS: 30 * 24 * _HOUR_SECONDS,
    Unit.YEARS: 365 * 24 * _HOUR_SECONDS,
}


class BadDate(ValueError):
    """The text is neither a date nor a range of dates."""


def parse_dates(field: DateField, text: str) -> DateIn:
    """Raises `BadDate`. `-30d` alone means: since then."""
    for sign, strict in ((">=", False), ("<=", False), (">", True), ("<", True)):
        if text.startswith(sign):
            when = _when(text[len(sign) :])
            return DateIn(field, when, None, strict) if sign[0] == ">" else DateIn(field, None, when, strict)
    if ".." not in text:
        when = _when(text)
        return DateIn(field, when, None if isinstance(when, Ago) else when)
    left, _, right = text.partition("..")
    if not left and not right:
        raise BadDate("a range needs one end at least, like 2020.. or ..2020")
    return DateIn(field, _when(left) if left else None, _when(right) if right else None)


def dates_text(term: DateIn) -> str:
    """The one spelling that `parse_dates` turns into this very term."""
    low = "" if term.low is None else _when_text(term.low)
    high = "" if term.high is None else _when_text(term.high)
    if term.strict:
        return f">{low}" if low else f"<{high}"
    return low if term.low == term.high and isinstance(term.low, Period) else f"{low}..{high}"


def bounds_seconds(term: DateIn, *, now_seconds: int, zone: tzinfo) -> tuple[int | None, int | None]:
    """The first second that belongs to it, and the first that no longer does; None where it is open."""
    low = None if term.low is None else _edges_seconds(term.low, now_seconds=now_seconds, zone=zone)
    high = None if term.high is None else _edges_seconds(term.high, now_seconds=now_seconds, zone=zone)
    if term.strict:
        return (low[1] if low else None), (high[0] if high else None)
    return (low[0] if low else None), (high[1] if high else None)


def _when(text: str) -> When:
    ago = _AGO.fullmatch(text)
    if ago is not None:
        count = int(ago.group(1))
        if count > COUNT_MAX:
            raise BadDate(f"{text} is longer ago than any music")
        return Ago(count, Unit(ago.group(2)))
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise BadDate(f"a date like 2026-01-31, or a time ago like -30d (h d w m y), is wanted here, not {text!r}")
    year, month, day = (None if part is None else int(part) for part in match.groups())
    assert year is not None
    if year not in YEARS:
        raise BadDate(f"a year between {YEARS[0]} and {YEARS[-1]} is wanted here, not {year}")
    try:
        datetime(year, month or 1, day or 1, tzinfo=UTC)
    except ValueError as error:
        raise BadDate(f"there is no such day as {text}") from error
    return Period(year, month, day)


def _when_text(when: When) -> str:
    match when:
        case Ago(count, unit):
            return f"-{count}{unit.value}"
        case Period(year, month, day):
            return "-".join([f"{year:04d}", *(f"{part:02d}" for part in (month, day) if part is not None)])
        case _:
            assert_never(when)


def _edges_seconds(when: When, *, now_seconds: int, zone: tzinfo) -> tuple[int, int]:
    """The first second of it, and the first after it. A time ago is one second."""
    match when:
        case Ago(count, unit):
            moment = now_seconds - count * _UNIT_SECONDS[unit]
            return moment, moment + 1
        case Period(year, None, _):
            return _seconds(year, 1, 1, zone), _seconds(year + 1, 1, 1, zone)
        case Period(year, int() as month, None):
            following = (year, month + 1) if month < 12 else (year + 1, 1)
            return _seconds(year, month, 1, zone), _seconds(*following, 1, zone)
        case Period(year, int() as month, int() as day):
            after = datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
            return _seconds(year, month, day, zone), _seconds(after.year, after.month, after.day, zone)
        case _:
            raise AssertionError(when)


def _seconds(year: int, month: int, day: int, zone: tzinfo) -> int:
    return (datetime(year, month, day, tzinfo=zone) - _EPOCH) // timedelta(seconds=1)
