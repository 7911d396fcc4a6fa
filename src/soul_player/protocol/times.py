"""Times as they travel: RFC 3339, UTC, milliseconds (`2026-01-31T10:00:00.000Z`); inside they are Unix milliseconds."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


class BadTime(ValueError):
    """The text is no RFC 3339 time with a zone."""


def time_text(unix_ms: int) -> str:
    """`2026-01-31T10:00:00.000Z`. Raises `BadTime` outside the years 1..9999."""
    try:
        moment = _EPOCH + timedelta(milliseconds=unix_ms)
    except OverflowError as error:
        raise BadTime(str(unix_ms)) from error
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z".rjust(24, "0")


def time_ms(text: str) -> int:
    """Unix milliseconds, rounded down. Raises `BadTime` for anything that has no zone or is no time."""
    if _RFC_3339.fullmatch(text) is None:
        raise BadTime(text[:50])
    try:
        moment = datetime.fromisoformat(text)
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError) as error:
        raise BadTime(text[:50]) from error
