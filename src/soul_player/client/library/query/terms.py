"""What a query is once it is read: alternatives of terms, a closed union of frozen classes."""

from dataclasses import dataclass
from enum import StrEnum

from soul_player.client.library.query.fields import ChoiceField, DateField, FlagField, NumberField, TextField


@dataclass(frozen=True)
class Words:
    """Any of the texts that a person sees of a track holds this."""

    text: str


@dataclass(frozen=True)
class TextMatch:
    """The field holds the text, or is it (`whole`). The empty text: the field is not there at all."""

    field: TextField
    text: str
    whole: bool = False


@dataclass(frozen=True)
class NumberIn:
    """Both ends belong to it, unless `strict`: then one end is there, and it does not."""

    field: NumberField
    low: int | None
    high: int | None
    strict: bool = False


class Unit(StrEnum):
    """Months are 30 days, years 365."""

    HOURS = "h"
    DAYS = "d"
    WEEKS = "w"
    MONTHS = "m"
    YEARS = "y"


@dataclass(frozen=True)
class Ago:
    """That long before now."""

    count: int
    unit: Unit


@dataclass(frozen=True)
class Period:
    """A year, a month of it, or a day, in the zone of the person that asks."""

    year: int
    month: int | None = None
    day: int | None = None


When = Ago | Period


@dataclass(frozen=True)
class DateIn:
    """From the beginning of `low` to the end of `high`; `strict`: one end is there, and it does not belong to it."""

    field: DateField
    low: When | None
    high: When | None
    strict: bool = False


@dataclass(frozen=True)
class FlagIs:
    """Yes, or no."""

    field: FlagField
    value: bool


@dataclass(frozen=True)
class ChoiceIs:
    """One of the choices of the field."""

    field: ChoiceField
    choice: str


Plain = Words | TextMatch | NumberIn | DateIn | FlagIs | ChoiceIs


@dataclass(frozen=True)
class Not:
    """What the term does not match."""

    term: Plain


Term = Plain | Not


@dataclass(frozen=True)
class AllOf:
    """Every term matches; none at all matches every track."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Query:
    """At least one group matches."""

    any_of: tuple[AllOf, ...]


def shown(query: Query) -> Query:
    """What no source and no file is left of is hidden, unless the query speaks of the status itself."""
    hidden = Not(ChoiceIs(ChoiceField.STATUS, "unavailable"))
    return Query(
        tuple(
            group if any(_speaks_of_status(term) for term in group.terms) else AllOf((*group.terms, hidden))
            for group in query.any_of
        )
    )


def _speaks_of_status(term: Term) -> bool:
    plain = term.term if isinstance(term, Not) else term
    return isinstance(plain, ChoiceIs) and plain.field is ChoiceField.STATUS


def is_only_words(query: Query) -> bool:
    """Whether a search says nothing but words that have to be there."""
    return len(query.any_of) <= 1 and all(isinstance(term, Words) for group in query.any_of for term in group.terms)
