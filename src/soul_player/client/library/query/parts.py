"""The text of a query -> its conditions one by one, each with its place, for whoever shows or edits them."""

from dataclasses import dataclass
from typing import assert_never

from soul_player.client.library.query.dates import dates_text
from soul_player.client.library.query.numbers import numbers_text
from soul_player.client.library.query.parse import parse, places_of
from soul_player.client.library.query.terms import (
    ChoiceIs,
    DateIn,
    FlagIs,
    Not,
    NumberIn,
    Plain,
    TextMatch,
    Words,
)


@dataclass(frozen=True)
class QueryPart:
    """One condition. `group`: of those in one group all hold, and one group is enough. `field`: empty for bare words.

    `start`, `end`: characters of the text. `value`: `4..`, `-30d..`, `yes`, or the text that is looked for; `is_whole`:
    it is all of the field.
    """

    group: int
    start: int
    end: int
    is_not: bool
    field: str
    value: str
    is_whole: bool


def parts_of(text: str) -> tuple[QueryPart, ...]:
    """In the order of the text. Raises `QuerySyntaxError`."""
    terms = [(group, term) for group, all_of in enumerate(parse(text).any_of) for term in all_of.terms]
    parts = []
    for (group, term), (start, end) in zip(terms, places_of(text), strict=True):
        is_not = isinstance(term, Not)
        field, value, is_whole = _said(term.term if isinstance(term, Not) else term)
        parts.append(QueryPart(group, start, end, is_not, field, value, is_whole))
    return tuple(parts)


def _said(term: Plain) -> tuple[str, str, bool]:
    match term:
        case Words(text):
            return "", text, False
        case TextMatch(text_field, text, whole):
            return text_field.value, text, whole
        case NumberIn():
            return term.field.value, numbers_text(term), False
        case DateIn():
            return term.field.value, dates_text(term), False
        case FlagIs(flag, value):
            return flag.value, "yes" if value else "no", False
        case ChoiceIs(choice_field, choice):
            return choice_field.value, choice, False
        case _:
            assert_never(term)
