"""Times travel as RFC 3339 with milliseconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.protocol.times import BadTime, time_ms, time_text


def test_the_example_of_the_protocol() -> None:
    """The spelling that every other implementation will write."""
    assert time_text(1_769_853_600_000) == "2026-01-31T10:00:00.000Z"
    assert time_ms("2026-01-31T10:00:00.000Z") == 1_769_853_600_000
    assert time_ms("2026-01-31T12:00:00+02:00") == 1_769_853_600_000


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_every_millisecond_of_the_calendar_comes_back(unix_ms: int) -> None:
    """From the year 1 to the year 9999."""
    assert time_ms(time_text(unix_ms)) == unix_ms


@pytest.mark.parametrize("text", ["", "2026-01-31", "2026-01-31T10:00:00", "2026-13-31T10:00:00Z", "now", "1e9"])
def test_what_has_no_zone_or_is_no_time_is_refused(text: str) -> None:
    """A time without a zone is a different time on every machine."""
    with pytest.raises(BadTime):
        time_ms(text)
