"""Random queries, as terms and as text, for the property tests of the query language."""

from hypothesis import strategies as st

from soul_player.client.library.query.fields import CHOICES, ChoiceField, DateField, FlagField, NumberField, TextField
from soul_player.client.library.query.terms import (
    Ago,
    AllOf,
    ChoiceIs,
    DateIn,
    FlagIs,
    Not,
    NumberIn,
    Period,
    Query,
    TextMatch,
    Unit,
    Words,
)

# Letters that fold, combine and sort in surprising ways, and every character that means something in a query.
ALPHABET = "abAB éÉßşİıñ夜電 0129:,^=\"\\.-<>%_*()'\n\u0301"
texts = st.text(ALPHABET, max_size=8)
# Small ones are often right at an end of a range, which is where a fault would be.
numbers = st.integers(0, 5) | st.integers(0, 10**12)


@st.composite
def number_terms(draw: st.DrawFn, fields: st.SearchStrategy[NumberField] | None = None) -> NumberIn:
    """Every shape that a range or a comparison can have."""
    field = draw(fields or st.sampled_from(NumberField))
    low, high = sorted((draw(numbers), draw(numbers)))
    shape = draw(st.sampled_from(("one", "range", "from", "to", "above", "below")))
    match shape:
        case "one":
            return NumberIn(field, low, low)
        case "range":
            return NumberIn(field, low, high)
        case "from" | "above":
            return NumberIn(field, low, None, strict=shape == "above")
        case _:
            return NumberIn(field, None, high, strict=shape == "below")


periods = st.one_of(
    st.builds(Period, st.integers(2025, 2026)),
    st.builds(Period, st.integers(2025, 2026), st.integers(1, 12)),
    st.builds(Period, st.integers(2025, 2026), st.integers(1, 12), st.integers(1, 28)),
)
whens = periods | st.builds(Ago, st.integers(0, 3), st.sampled_from(Unit))


@st.composite
def date_terms(draw: st.DrawFn) -> DateIn:
    """Every shape that a range or a comparison can have."""
    field = draw(st.sampled_from(DateField))
    shape = draw(st.sampled_from(("one", "range", "from", "to", "above", "below")))
    match shape:
        case "one":
            period = draw(periods)
            return DateIn(field, period, period)
        case "range":
            return DateIn(field, draw(whens), draw(whens))
        case "from" | "above":
            return DateIn(field, draw(whens), None, strict=shape == "above")
        case _:
            return DateIn(field, None, draw(whens), strict=shape == "below")


@st.composite
def text_terms(draw: st.DrawFn) -> TextMatch:
    """The empty text has one spelling only."""
    text = draw(texts)
    return TextMatch(draw(st.sampled_from(TextField)), text, whole=bool(text) and draw(st.booleans()))


@st.composite
def choice_terms(draw: st.DrawFn) -> ChoiceIs:
    """A field with one of its own choices."""
    field = draw(st.sampled_from(ChoiceField))
    return ChoiceIs(field, draw(st.sampled_from(CHOICES[field])))


plain_terms = st.one_of(
    st.builds(Words, texts.filter(lambda text: bool(text.strip()))),
    text_terms(),
    number_terms(),
    date_terms(),
    st.builds(FlagIs, st.sampled_from(FlagField), st.booleans()),
    choice_terms(),
)
terms = plain_terms | st.builds(Not, plain_terms)
groups = st.builds(AllOf, st.lists(terms, min_size=1, max_size=4).map(tuple))
queries = st.one_of(
    st.just(Query((AllOf(()),))),
    terms.map(lambda term: Query((AllOf((term,)),))),
    st.builds(Query, st.lists(groups, min_size=1, max_size=3).map(tuple)),
)
