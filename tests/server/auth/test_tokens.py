"""What is inside a token, and that nobody else can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.protocol.problem import ProblemCode
from soul_player.server.auth.tokens import (
    ACCESS_SECONDS,
    first_refresh_token,
    hash_of,
    make_access_token,
    read_access_token,
    successor_of,
)
from soul_player.server.errors import RequestRefused

KEY = b"k" * 32
SESSION = b"s" * 16
NOW_MS = 1_750_000_000_000


def refusal(token: str, *, key: bytes = KEY, now_ms: int = NOW_MS) -> ProblemCode:
    """Why it is not accepted."""
    with pytest.raises(RequestRefused) as caught:
        read_access_token(key, token, now_ms=now_ms)
    return caught.value.code


def test_an_access_token_is_good_for_a_quarter_of_an_hour() -> None:
    """To the millisecond."""
    token = make_access_token(KEY, SESSION, now_ms=NOW_MS)
    end_ms = NOW_MS + ACCESS_SECONDS * 1000
    assert read_access_token(KEY, token, now_ms=NOW_MS).session_id == SESSION
    assert read_access_token(KEY, token, now_ms=end_ms - 1).session_id == SESSION
    assert refusal(token, now_ms=end_ms) is ProblemCode.TOKEN_EXPIRED


@given(st.data())
def test_no_bit_of_it_can_be_changed(data: st.DataObject) -> None:
    """Neither whose it is nor how long it lasts."""
    token = make_access_token(KEY, SESSION, now_ms=NOW_MS)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_"))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        assert refusal(changed) is ProblemCode.AUTH_REQUIRED


def test_a_token_of_another_server_is_none() -> None:
    """Each server has a key of its own."""
    assert refusal(make_access_token(b"o" * 32, SESSION, now_ms=NOW_MS)) is ProblemCode.AUTH_REQUIRED


@given(st.text(max_size=300))
def test_whatever_else_is_sent_is_refused_and_nothing_breaks(text: str) -> None:
    """The header comes from strangers."""
    assert refusal(text) is ProblemCode.AUTH_REQUIRED


def test_a_successor_is_always_the_same_and_only_the_key_can_tell_it() -> None:
    """A repeat after a lost answer must get what was lost."""
    token = first_refresh_token(b"r" * 32)
    assert successor_of(KEY, token) == successor_of(KEY, token)
    assert successor_of(KEY, token) != successor_of(b"o" * 32, token)
    assert len({token, successor_of(KEY, token), successor_of(KEY, successor_of(KEY, token))}) == 3
    assert token.encode() not in hash_of(token)
