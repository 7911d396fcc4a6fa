"""Whole numbers in queries: `5`, `2010..2019`, `2020..`, `>5`, `<=256k`, `1.5M`, `3:30`."""

import re
from decimal import Decimal

from soul_player.client.library.query.fields import NumberField
from soul_player.client.library.query.terms import NumberIn

NUMBER_MAX = 10**12
_NUMBER = re.compile(r"(\d{1,13}(?:\.\d{1,3})?)([kMG]?)")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d)")
_FACTORS = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


class BadNumber(ValueError):
    """The text is neither a number nor a range of numbers."""


def parse_numbers(field: NumberField, text: str) -> NumberIn:
    """Raises `BadNumber`."""
    for sign, strict in ((">=", False), ("<=", False), (">", True), ("<", True)):
        if text.startswith(sign):
            value = _number(field, text[len(sign) :])
            return NumberIn(field, value, None, strict) if sign[0] == ">" else NumberIn(field, None, value, strict)
    if ".." not in text:
        value = _number(field, text)
        return NumberIn(field, value, value)
    left, _, right = text.partition("..")
    if not left and not right:
        raise BadNumber("a range needs one end at least, like 2020.. or ..2020")
    low = _number(field, left) if left else None
    high = _number(field, right) if right else None
    if low is not None and high is not None and low > high:
        raise BadNumber("this range ends before it begins")
    return NumberIn(field, low, high)


def numbers_text(term: NumberIn) -> str:
    """The one spelling that `parse_numbers` turns into this very term."""
    low = "" if term.low is None else str(term.low)
    high = "" if term.high is None else str(term.high)
    if term.strict:
        return f">{low}" if low else f"<{high}"
    return low if term.low == term.high else f"{low}..{high}"


def _number(field: NumberField, text: str) -> int:
    clock = _CLOCK.fullmatch(text) if field is NumberField.DURATION else None
    if clock is not None:
        return int(clock.group(1) or 0) * 3600 + int(clock.group(2)) * 60 + int(clock.group(3))
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise BadNumber(f"a number, a range like 1..5 or a comparison like >5 is wanted here, not {text!r}")
    value = Decimal(match.group(1)) * _FACTORS[match.group(2)]
    if value > NUMBER_MAX:
        raise BadNumber(f"{text} is beyond any number here")
    if value != int(value):
        raise BadNumber(f"a whole number is wanted here, not {text}")
    return int(value)
