"""Terms -> the text of a query: the one spelling under which a query is kept and compared."""

import re
from typing import assert_never

from soul_player.client.library.query.dates import dates_text
from soul_player.client.library.query.numbers import numbers_text
from soul_player.client.library.query.terms import (
    AllOf,
    ChoiceIs,
    DateIn,
    FlagIs,
    Not,
    NumberIn,
    Plain,
    Query,
    Term,
    TextMatch,
    Words,
)

# Everything else is quoted: a colon would begin a field, `^` and `=` mean something in front.
_NEEDS_NO_QUOTES = re.compile(r"[^\s,\"\\:^=]+")


def query_text(query: Query) -> str:
    """Reading it again gives the very same terms."""
    return ", ".join(_group_text(group) for group in query.any_of)


def _group_text(group: AllOf) -> str:
    return " ".join(_term_text(term) for term in group.terms)


def _term_text(term: Term) -> str:
    return f"^{_plain_text(term.term)}" if isinstance(term, Not) else _plain_text(term)


def _plain_text(term: Plain) -> str:
    match term:
        case Words(text):
            return _quoted(text)
        case TextMatch(field, text, whole):
            return f"{field.value}:{'=' if whole else ''}{_quoted(text)}"
        case NumberIn():
            return f"{term.field.value}:{numbers_text(term)}"
        case DateIn():
            return f"{term.field.value}:{dates_text(term)}"
        case FlagIs(flag, value):
            return f"{flag.value}:{'yes' if value else 'no'}"
        case ChoiceIs(choice_field, choice):
            return f"{choice_field.value}:{choice}"
        case _:
            assert_never(term)


def _quoted(text: str) -> str:
    if _NEEDS_NO_QUOTES.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
