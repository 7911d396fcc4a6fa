"""The text of a query -> its terms. Pure; a fault in the text says where it is."""

import difflib
import re
from typing import assert_never

from soul_player.client.library.query.dates import BadDate, parse_dates
from soul_player.client.library.query.fields import (
    CHOICES,
    FIELDS,
    ChoiceField,
    DateField,
    Field,
    FlagField,
    NumberField,
    TextField,
)
from soul_player.client.library.query.numbers import BadNumber, parse_numbers
from soul_player.client.library.query.terms import AllOf, ChoiceIs, FlagIs, Not, Plain, Query, Term, TextMatch, Words

CHARS_MAX = 2_000
TERMS_MAX = 100

_SPACE = re.compile(r"\s*")
_FIELD = re.compile(r"([A-Za-z_]+):")
_BARE = re.compile(r'[^\s,"]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FLAGS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


class QuerySyntaxError(ValueError):
    """The text is no query. `position` counts characters from 0; `hint` says what would be one, or is empty."""

    def __init__(self, message: str, position: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint


def parse(text: str) -> Query:
    """Read a query. Raises `QuerySyntaxError`; the empty text is the query that every track matches."""
    if len(text) > CHARS_MAX:
        raise QuerySyntaxError(f"a query has at most {CHARS_MAX} characters, this one has {len(text)}", CHARS_MAX)
    if "\0" in text:
        raise QuerySyntaxError("a NUL cannot be looked for", text.index("\0"))
    return _Reader(text).query()


def places_of(text: str) -> list[tuple[int, int]]:
    """Where each term of `parse(text)` begins and ends, in their order."""
    reader = _Reader(text)
    reader.query()
    return reader.places


class _Reader:
    """A place in the text, moving forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms = 0
        self.places: list[tuple[int, int]] = []

    def query(self) -> Query:
        groups: list[AllOf] = []
        terms: list[Term] = []
        self._skip_space()
        if self._at == len(self._text):
            return Query((AllOf(()),))
        while self._at < len(self._text):
            if self._text[self._at] == ",":
                if not terms:
                    raise QuerySyntaxError("nothing stands before this comma", self._at, "',' means 'or'")
                groups.append(AllOf(tuple(terms)))
                terms.clear()
                self._at += 1
            else:
                start = self._at
                terms.append(self._term())
                self.places.append((start, self._at))
            self._skip_space()
        if not terms:
            raise QuerySyntaxError("nothing stands after the last comma", self._at, "',' means 'or'")
        return Query((*groups, AllOf(tuple(terms))))

    def _term(self) -> Term:
        self._terms += 1
        if self._terms > TERMS_MAX:
            raise QuerySyntaxError(f"a query has at most {TERMS_MAX} terms", self._at)
        if self._text[self._at] != "^":
            return self._plain()
        self._at += 1
        if self._at == len(self._text) or self._text[self._at] in " \t\n\r,^":
            raise QuerySyntaxError("'^' stands right before what is not wanted", self._at, "like ^artist:amber")
        return Not(self._plain())

    def _plain(self) -> Plain:
        start = self._at
        named = _FIELD.match(self._text, self._at)
        if named is None:
            text, _ = self._value()
            if not text.strip():
                raise QuerySyntaxError("an empty text matches nothing", start)
            return Words(text)
        field = FIELDS.get(named.group(1).lower())
        if field is None:
            raise QuerySyntaxError(
                f"there is no field {named.group(1)!r}", start, _did_you_mean(named.group(1).lower())
            )
        self._at = named.end()
        return self._field_term(field)

    def _field_term(self, field: Field) -> Plain:
        whole = isinstance(field, TextField) and self._text.startswith("=", self._at)
        if whole:
            self._at += 1
        start = self._at
        text, quoted = self._value()
        if not quoted and not text:
            raise QuerySyntaxError(
                f"a value is missing after {field.value!r}", start, f'{field.value}:"" finds what has none'
            )
        return _typed(field, text, whole=whole, position=start)

    def _value(self) -> tuple[str, bool]:
        """The text of one value, and whether it was quoted."""
        if self._text.startswith('"', self._at):
            quoted = _QUOTED.match(self._text, self._at)
            if quoted is None:
                raise QuerySyntaxError("this quote is never closed", self._at)
            self._at = quoted.end()
            text, was_quoted = _ESCAPE.sub(r"\1", quoted.group(1)), True
        else:
            bare = _BARE.match(self._text, self._at)
            text, was_quoted = (bare.group(0) if bare else ""), False
            self._at += len(text)
        if self._at < len(self._text) and not self._text[self._at].isspace() and self._text[self._at] != ",":
            raise QuerySyntaxError("a space is missing here", self._at)
        return text, was_quoted

    def _skip_space(self) -> None:
        space = _SPACE.match(self._text, self._at)
        assert space is not None
        self._at = space.end()


def _typed(field: Field, text: str, *, whole: bool, position: int) -> Plain:
    try:
        match field:
            case TextField():
                return TextMatch(field, text, whole=whole and bool(text))
            case NumberField():
                return parse_numbers(field, text)
            case DateField():
                return parse_dates(field, text)
            case FlagField():
                return FlagIs(field, _flag(text))
            case ChoiceField():
                return ChoiceIs(field, _choice(field, text))
            case _:
                assert_never(field)
    except (BadNumber, BadDate, _BadWord) as error:
        raise QuerySyntaxError(str(error), position) from error


class _BadWord(ValueError):
    pass


def _flag(text: str) -> bool:
    value = _FLAGS.get(text.lower())
    if value is None:
        raise _BadWord(f"yes or no is wanted here, not {text!r}")
    return value


def _choice(field: ChoiceField, text: str) -> str:
    if text.lower() not in CHOICES[field]:
        raise _BadWord(f"one of {', '.join(CHOICES[field])} is wanted here, not {text!r}")
    return text.lower()


def _did_you_mean(name: str) -> str:
    close = difflib.get_close_matches(name, FIELDS, n=1)
    if close:
        return f"did you mean {close[0]!r}? To look for a colon itself, quote the text"
    return "to look for a colon itself, quote the text"
