"""Sessions that outlive their process: what is kept, for whom, and what another process changes there."""

from pathlib import Path

import pytest

from soul_player.ui.kept_sessions import SESSIONS_FILE, KeptSessions, end_all_sessions
from soul_player.ui.sessions import SESSION_SECONDS, Sessions
from tests.edges.fake_clock import FakeClock
from tests.edges.seeded_randomness import SeededRandomness


def process(home: Path, clock: FakeClock, seed: int) -> Sessions:
    """One that runs in this home."""
    return Sessions(clock, SeededRandomness(seed), KeptSessions(home))


def test_a_session_goes_on_in_the_next_process_until_its_time_is_over(tmp_path: Path) -> None:
    """The token and the links do not: they are of one process."""
    clock = FakeClock()
    first = process(tmp_path, clock, 1)
    session, code = first.begin(), first.make_link_code()
    clock.advance(SESSION_SECONDS - 1)
    second = process(tmp_path, clock, 2)
    assert second.is_session(session)
    assert not second.is_token(first.token)
    assert second.exchange(code) is None
    clock.advance(1)
    assert not second.is_session(session)
    assert not process(tmp_path, clock, 3).is_session(session)


def test_only_the_owner_reads_the_file_and_nobody_reads_a_session_out_of_it(tmp_path: Path) -> None:
    """Nor is what stands there one."""
    sessions = process(tmp_path, FakeClock(), 1)
    session = sessions.begin()
    kept = tmp_path / SESSIONS_FILE
    assert kept.stat().st_mode & 0o777 == 0o600
    assert session not in kept.read_text()
    (hashed,) = KeptSessions(tmp_path).news() or {}
    assert not sessions.is_session(hashed.hex())
    assert list(tmp_path.iterdir()) == [kept], "a draft was left"


def test_who_is_signed_out_through_one_process_is_out_in_the_other(tmp_path: Path) -> None:
    """Also by a program that only removes the file."""
    clock = FakeClock()
    one, other = process(tmp_path, clock, 1), process(tmp_path, clock, 2)
    first, second = one.begin(), other.begin()
    assert one.is_session(second)
    assert other.is_session(first)
    one.end(first)
    assert [other.is_session(session) for session in (first, second)] == [False, True]
    end_all_sessions(tmp_path)
    assert [each.is_session(second) for each in (one, other)] == [False, False]
    third = one.begin()
    assert other.is_session(third)
    other.end_others()
    assert not (tmp_path / SESSIONS_FILE).exists()
    assert not one.is_session(third)
    assert not process(tmp_path, clock, 3).is_session(third)


@pytest.mark.parametrize("content", ["", "{}", "[]", "{", '{"ends_at_ms": {"zz": 1}}', '{"ends_at_ms": {"00": "1"}}'])
def test_nobody_is_let_in_by_what_cannot_be_read(tmp_path: Path, content: str) -> None:
    """And the next who signs in makes it whole again."""
    clock = FakeClock()
    (tmp_path / SESSIONS_FILE).write_text(content)
    sessions = process(tmp_path, clock, 1)
    assert not sessions.is_session("")
    session = sessions.begin()
    assert process(tmp_path, clock, 2).is_session(session)


def test_where_it_cannot_be_written_a_session_lasts_as_long_as_its_process(tmp_path: Path) -> None:
    """The player opens all the same: a folder lies where the file should be."""
    clock = FakeClock()
    (tmp_path / SESSIONS_FILE).mkdir()
    sessions = process(tmp_path, clock, 1)
    session = sessions.begin()
    assert sessions.is_session(session)
    assert not process(tmp_path, clock, 2).is_session(session)
    sessions.end_others()
    assert not sessions.is_session(session)
