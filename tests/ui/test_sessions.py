"""One-time links, sessions and the token, in virtual time."""

from soul_player.ui.sessions import (
    LINK_SECONDS,
    LINKS_MAX,
    SESSION_SECONDS,
    SESSIONS_MAX,
    SLACK_MS,
    Sessions,
)
from tests.edges.fake_clock import FakeClock
from tests.edges.seeded_randomness import SeededRandomness


class Nowhere:
    """Sessions that nobody keeps: they end with their process."""

    def news(self) -> None:
        """Nobody changes them."""

    def keep(self, sessions: dict[bytes, int]) -> None:
        """Forgotten."""


def make() -> tuple[Sessions, FakeClock]:
    clock = FakeClock()
    return Sessions(clock, SeededRandomness(), Nowhere()), clock


def test_a_link_lets_one_in_once() -> None:
    sessions, _ = make()
    code = sessions.make_link_code()
    session = sessions.exchange(code)
    assert session is not None
    assert sessions.is_session(session)
    assert sessions.exchange(code) is None
    assert sessions.is_session(session), "what was given stays"


def test_a_link_lasts_a_minute() -> None:
    """Also by a wall clock that is set back: what counts never goes back."""
    sessions, clock = make()
    in_time, late = sessions.make_link_code(), sessions.make_link_code()
    clock.advance(LINK_SECONDS - 0.001)
    assert sessions.exchange(in_time) is not None
    clock.advance(0.001)
    clock.wall_ms -= 3_600_000
    assert sessions.exchange(late) is None
    clock.seconds -= 30
    assert sessions.exchange(late) is None, "it was used up by the attempt"


def test_no_code_is_a_session_and_no_session_is_a_code() -> None:
    sessions, _ = make()
    code = sessions.make_link_code()
    assert not sessions.is_session(code)
    assert not sessions.is_token(code)
    session = sessions.begin()
    assert sessions.exchange(session) is None
    assert not sessions.is_token(session)
    assert not sessions.is_session(sessions.token)
    for strange in ("", "x", "\ud800", "\0", code + "=", code.lower()):
        assert sessions.exchange(strange) is None
        assert not sessions.is_session(strange)
        assert not sessions.is_token(strange)
    assert sessions.is_token(sessions.token)


def test_links_and_sessions_are_bounded_and_the_oldest_go_first() -> None:
    sessions, _ = make()
    codes = [sessions.make_link_code() for _ in range(LINKS_MAX + 3)]
    assert [sessions.exchange(code) is not None for code in codes] == [False] * 3 + [True] * LINKS_MAX
    begun = [sessions.begin() for _ in range(SESSIONS_MAX + 5)]
    assert [sessions.is_session(one) for one in begun] == [False] * 5 + [True] * SESSIONS_MAX


def test_a_session_ends_after_its_time_and_when_it_is_told_to() -> None:
    sessions, clock = make()
    first, second, third = sessions.begin(), sessions.begin(), sessions.begin()
    sessions.end(first)
    assert [sessions.is_session(one) for one in (first, second, third)] == [False, True, True]
    sessions.end_others(third)
    assert [sessions.is_session(one) for one in (second, third)] == [False, True]
    clock.advance(SESSION_SECONDS)
    assert not sessions.is_session(third)


def test_a_clock_that_is_wrong_makes_no_session_last_longer() -> None:
    """Set back by an hour it lasts; by more than a day nobody knows how old it is."""
    sessions, clock = make()
    session = sessions.begin()
    clock.wall_ms -= 3_600_000
    assert sessions.is_session(session)
    clock.wall_ms -= SLACK_MS
    assert not sessions.is_session(session)


def test_nothing_secret_can_be_read_out_of_it() -> None:
    """But the token, which is handed out to be written to the home."""
    sessions, _ = make()
    code, session = sessions.make_link_code(), sessions.begin()
    kept = repr(vars(sessions))
    assert code not in kept
    assert session not in kept
