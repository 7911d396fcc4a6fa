"""A cursor is opaque and exact: one spelling, bound to its user and feed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.protocol.cursor import (
    CURSOR_CHARS_MAX,
    Cursor,
    CursorInvalid,
    Feed,
    decode_cursor,
    encode_cursor,
)

KEY = b"k" * 32
USER = "01890a5d-ac96-774b-bcce-b302099a8057"
POSITIONS = st.integers(0, 2**62)
CURSORS = st.builds(
    Cursor,
    feed=st.sampled_from(Feed),
    scope=st.sampled_from(["library", f"user:{USER}"]),
    era=st.just(USER),
    after=POSITIONS,
    seen=POSITIONS,
    base=POSITIONS,
    head0=st.none() | POSITIONS,
    total=st.none() | POSITIONS,
)


@given(CURSORS)
def test_what_goes_in_comes_out(cursor: Cursor) -> None:
    """And it fits into the length that clients may rely on."""
    text = encode_cursor(cursor, key=KEY, user_id=USER)
    assert len(text) <= CURSOR_CHARS_MAX
    assert decode_cursor(text, feed=cursor.feed, key=KEY, user_id=USER) == cursor


@given(CURSORS, st.data())
def test_any_changed_bit_is_refused(cursor: Cursor, data: st.DataObject) -> None:
    """Also the bits of the last character that base64 itself ignores."""
    text = encode_cursor(cursor, key=KEY, user_id=USER)
    at = data.draw(st.integers(0, len(text) - 1))
    bit = data.draw(st.integers(0, 6))
    changed = text[:at] + chr(ord(text[at]) ^ (1 << bit)) + text[at + 1 :]
    with pytest.raises(CursorInvalid):
        decode_cursor(changed, feed=cursor.feed, key=KEY, user_id=USER)


@given(CURSORS)
def test_another_user_feed_or_key_is_refused(cursor: Cursor) -> None:
    """A cursor that leaks is worth nothing to anybody else."""
    text = encode_cursor(cursor, key=KEY, user_id=USER)
    other_feed = Feed.PLAYLISTS if cursor.feed is not Feed.PLAYLISTS else Feed.TRACKS
    for feed, key, user_id in [(other_feed, KEY, USER), (cursor.feed, b"x" * 32, USER), (cursor.feed, KEY, "other")]:
        with pytest.raises(CursorInvalid):
            decode_cursor(text, feed=feed, key=key, user_id=user_id)


@given(st.text(max_size=700))
def test_any_text_is_refused_with_one_error(text: str) -> None:
    """Whatever stands in the query string, the answer is 410 and never 500."""
    with pytest.raises(CursorInvalid):
        decode_cursor(text, feed=Feed.TRACKS, key=KEY, user_id=USER)
