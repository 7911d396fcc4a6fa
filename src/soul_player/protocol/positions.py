"""Pure: position keys. Text over 62 characters that sorts bytewise; between any two there is room for another.

A key is a fraction: its characters are the digits behind the point, in base 62, without trailing zeros. Keys that are
put one after another at one place grow slowly; before one grows long, its neighbourhood is spread out anew.
"""

from collections.abc import Sequence

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
# A key of this length or more asks for its neighbourhood to be spread out anew.
LONG_CHARS = 20
# Appending is the common edit: the fraction is counted up in steps of 62^-6, so 10,000 entries use 0.000018 of it.
APPEND_CHARS = 6
# Room that a spread leaves between two neighbours: 62^3 keys of the same length.
_ROOM = BASE**3

_VALUE = {digit: value for value, digit in enumerate(DIGITS)}


def between(left: str | None, right: str | None) -> str:
    """A key between two neighbours; None is the edge of the playlist. Never longer than the longer one plus one...

    ...and usually shorter: a quarter of the way from the left, because what comes next is most often put behind this
    one.
    """
    assert left is None or right is None or left < right, (left, right)
    if right is None:
        return _after(left)
    chars = max(len(left or ""), len(right))
    low, high = _integer(left or "", chars), _integer(right, chars)
    while high - low < 2:
        chars += 1
        low, high = low * BASE, high * BASE
    return _shortest(low, high, chars)


def spread(left: str | None, right: str | None, count: int) -> Sequence[str] | None:
    """`count` keys evenly between two, each with room beside it; None where that needs keys that are long already."""
    chars = APPEND_CHARS
    while chars < LONG_CHARS:
        low = _integer(left or "", chars) if left is None or len(left) <= chars else _integer(left[:chars], chars) + 1
        high = BASE**chars if right is None else _integer(right[:chars], chars)
        step = (high - low) // (count + 1)
        if step >= _ROOM:
            return [_text(low + step * number, chars) for number in range(1, count + 1)]
        chars += 2
    return None


def _after(left: str | None) -> str:
    if left is None:
        # The middle, so that there is as much room before the first entry as behind it.
        return DIGITS[BASE // 2]
    head = left[:APPEND_CHARS].ljust(APPEND_CHARS, DIGITS[0])
    following = _integer(head, APPEND_CHARS) + 1
    if following < BASE**APPEND_CHARS:
        return _text(following, APPEND_CHARS)
    return left + DIGITS[BASE // 2]


def _shortest(low: int, high: int, chars: int) -> str:
    """A quarter of the way, then the trailing digits dropped that are not needed to stay between."""
    value = low + max(1, (high - low) // 4)
    while chars > 1:
        rounded = (value // BASE + 1) * BASE
        if not low < rounded < high:
            break
        value, chars = rounded // BASE, chars - 1
        low, high = low // BASE, -(-high // BASE)
    return _text(value, chars)


def _integer(key: str, chars: int) -> int:
    value = 0
    for digit in key.ljust(chars, DIGITS[0]):
        value = value * BASE + _VALUE[digit]
    return value


def _text(value: int, chars: int) -> str:
    assert 0 < value < BASE**chars, (value, chars)
    digits = []
    for _ in range(chars):
        value, digit = divmod(value, BASE)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits)).rstrip(DIGITS[0])
