"""Position keys: there is always room, and they stay short."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from soul_player.protocol.positions import DIGITS, LONG_CHARS, between, spread

KEYS = st.text(alphabet=DIGITS, min_size=1, max_size=24).map(lambda text: text.rstrip("0")).filter(bool)


@given(KEYS | st.none(), KEYS | st.none())
def test_there_is_room_between_any_two(one: str | None, other: str | None) -> None:
    """A place that cannot be named would lose an entry."""
    if one is not None and other is not None:
        if one == other:
            return
        one, other = min(one, other), max(one, other)
    key = between(one, other)
    assert one is None or one.encode() < key.encode()
    assert other is None or key.encode() < other.encode()
    assert not key.endswith("0"), "a trailing zero would leave no room before it"


@given(KEYS | st.none(), KEYS | st.none(), st.integers(1, 300))
def test_a_spread_lies_between_in_order_and_is_short(one: str | None, other: str | None, count: int) -> None:
    """And leaves room beside each key."""
    if one is not None and other is not None:
        if one == other:
            return
        one, other = min(one, other), max(one, other)
    keys = spread(one, other, count)
    if keys is None:
        return
    assert len(keys) == count
    assert max(map(len, keys)) < LONG_CHARS
    whole = [key for key in (one, *keys, other) if key is not None]
    assert whole == sorted(set(whole))
    for left, right in pairwise(whole):
        assert left < between(left, right) < right


def test_ten_thousand_appended_entries_have_short_keys() -> None:
    """The common edit must not cost a rebalancing, ever."""
    key: str | None = None
    longest = 0
    for _ in range(10_000):
        following = between(key, None)
        assert key is None or key < following
        key, longest = following, max(longest, len(following))
    assert longest <= 6


def test_entries_put_behind_each_other_in_one_gap_grow_slowly() -> None:
    """Twenty tracks dropped in the middle of a playlist: the usual edit after appending."""
    right = "W"
    key = "V"
    for _ in range(200):
        following = between(key, right)
        assert key < following < right
        key = following
    assert len(key) < LONG_CHARS
