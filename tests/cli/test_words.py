"""Numbers as they are said to people."""

from hypothesis import given
from hypothesis import strategies as st

from soul_player.cli.words import ago, count, duration, percent, size


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_only_what_is_done_is_a_hundred_per_cent(done: int, total: int) -> None:
    """A count is floored: 24.68 % is 24 %."""
    assert (percent(done, total) == 100) is (done >= total)
    assert percent(1234, 5000) == 24


def test_nothing_to_do_is_done() -> None:
    """No division by zero on an empty library."""
    assert percent(0, 0) == 100


def test_words_have_their_numbers() -> None:
    """One track, two tracks."""
    assert [count(number, "track") for number in (0, 1, 1234)] == ["0 tracks", "1 track", "1,234 tracks"]
    assert [size(number) for number in (0, 999, 1000, 86_206, 10**15)] == [
        "0 bytes", "999 bytes", "1.0 kB", "86.2 kB", "1.0 PB",
    ]  # fmt: skip
    assert [duration(seconds) for seconds in (0, 59.99, 187, 3723)] == ["0:00", "0:59", "3:07", "1:02:03"]


def test_times_are_said_as_people_say_them() -> None:
    """`just now`, not `0 min ago`."""
    now = 10**12
    minute = 60_000
    said = [ago(now - past, now) for past in (0, minute - 1, minute, 59 * minute, 60 * minute, 72 * 60 * minute)]
    assert said == ["just now", "just now", "1 min ago", "59 min ago", "1 h ago", "3 days ago"]
    assert ago(None, now) == "never"
    assert ago(now + minute, now) == "just now"
