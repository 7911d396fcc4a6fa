"""Reading a query: what each spelling means, and where a fault is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.client.library.query.fields import ChoiceField, DateField, FlagField, NumberField, TextField
from soul_player.client.library.query.parse import CHARS_MAX, TERMS_MAX, QuerySyntaxError, parse
from soul_player.client.library.query.terms import (
    Ago,
    AllOf,
    ChoiceIs,
    DateIn,
    FlagIs,
    Not,
    NumberIn,
    Period,
    Plain,
    Query,
    TextMatch,
    Unit,
    Words,
)
from soul_player.client.library.query.text import query_text
from tests.client.library.query.query_terms import ALPHABET, queries


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("amber", Words("amber")),
        ('"night drive"', Words("night drive")),
        ("artist:amber", TextMatch(TextField.ARTIST, "amber")),
        ("ARTIST:Amber", TextMatch(TextField.ARTIST, "Amber")),
        ('album:"Night Drive"', TextMatch(TextField.ALBUM, "Night Drive")),
        ('album:="Night Drive"', TextMatch(TextField.ALBUM, "Night Drive", whole=True)),
        ('album:"say \\"hi\\" \\\\ bye"', TextMatch(TextField.ALBUM, 'say "hi" \\ bye')),
        ('album:""', TextMatch(TextField.ALBUM, "")),
        ("albumartist:x", TextMatch(TextField.ALBUM_ARTIST, "x")),
        ("rating:5", NumberIn(NumberField.RATING, 5, 5)),
        ("year:2020..", NumberIn(NumberField.YEAR, 2020, None)),
        ("year:..2020", NumberIn(NumberField.YEAR, None, 2020)),
        ("year:2010..2019", NumberIn(NumberField.YEAR, 2010, 2019)),
        ("plays:>5", NumberIn(NumberField.PLAYS, 5, None, strict=True)),
        ("plays:<=5", NumberIn(NumberField.PLAYS, None, 5)),
        ("length:3:30..", NumberIn(NumberField.DURATION, 210, None)),
        ("duration:1:02:03", NumberIn(NumberField.DURATION, 3723, 3723)),
        ("size:>1.5M", NumberIn(NumberField.SIZE, 1_500_000, None, strict=True)),
        ("bitrate:>=256k", NumberIn(NumberField.BITRATE, 256_000, None)),
        ("added:-30d", DateIn(DateField.ADDED, Ago(30, Unit.DAYS), None)),
        ("added:<-1y", DateIn(DateField.ADDED, None, Ago(1, Unit.YEARS), strict=True)),
        ("added:2026", DateIn(DateField.ADDED, Period(2026), Period(2026))),
        ("added:2026-01..2026-03-05", DateIn(DateField.ADDED, Period(2026, 1), Period(2026, 3, 5))),
        ("offline:yes", FlagIs(FlagField.OFFLINE, True)),
        ("favorite:no", FlagIs(FlagField.FAVOURITE, False)),
        ("source:home", TextMatch(TextField.SOURCE, "home")),
        ("status:cached", ChoiceIs(ChoiceField.STATUS, "cached")),
        ("format:FLAC", ChoiceIs(ChoiceField.FORMAT, "flac")),
    ],
)
def test_each_spelling_means_what_the_language_says(text: str, term: Plain) -> None:
    """The examples of the documentation, one by one, also when not wanted."""
    assert parse(text) == Query((AllOf((term,)),))
    assert parse(f"^{text}") == Query((AllOf((Not(term),)),))


def test_a_comma_means_or_and_binds_weaker_than_a_space() -> None:
    """`a b, c` is (a and b) or c."""
    expected = Query((AllOf((Words("a"), Words("b"))), AllOf((Words("c"),))))
    assert parse("a b, c") == parse("a b ,c") == parse("a b,c") == expected


def test_the_empty_query_is_every_track() -> None:
    """`soul list` without a query lists the library."""
    assert parse("") == parse("  \n ") == Query((AllOf(()),))


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("artis:amber", 0, "there is no field 'artis'"),
        ("amber artis:x", 6, "there is no field 'artis'"),
        ("artist:", 7, "a value is missing"),
        ('amber "night', 6, "never closed"),
        ('album:"a"b', 9, "a space is missing"),
        ("year:new", 5, "a number"),
        ("year:2020..2010", 5, "ends before it begins"),
        ("year:2020.5", 5, "a whole number"),
        ("year:..", 5, "one end at least"),
        ("plays:>", 6, "a number"),
        ("added:yesterday", 6, "a date like"),
        ("added:2026-02-30", 6, "no such day"),
        ("added:0000", 6, "a year between"),
        ("offline:maybe", 8, "yes or no"),
        ("status:gone", 7, "one of local_file"),
        (", amber", 0, "before this comma"),
        ("amber,", 6, "after the last comma"),
        ("amber,,b", 6, "before this comma"),
        ("^", 1, "'^' stands right before"),
        ("^^amber", 1, "'^' stands right before"),
        ('""', 0, "matches nothing"),
        ("a\0b", 1, "NUL"),
    ],
)
def test_a_fault_says_where_it_is(text: str, position: int, words: str) -> None:
    """Without the position, a long query is a riddle."""
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert caught.value.position == position
    assert words in caught.value.message


def test_a_misspelt_field_is_told_its_neighbour() -> None:
    """A hint costs nothing and saves a search through the documentation."""
    with pytest.raises(QuerySyntaxError) as caught:
        parse("artis:amber")
    assert "'artist'" in caught.value.hint


def test_a_query_has_bounds() -> None:
    """A query may come from a file or over the network one day: SQLite must not be made to parse a megabyte."""
    with pytest.raises(QuerySyntaxError):
        parse("a" * (CHARS_MAX + 1))
    assert len(parse("a " * TERMS_MAX).any_of[0].terms) == TERMS_MAX
    with pytest.raises(QuerySyntaxError):
        parse("a " * (TERMS_MAX + 1))


# Pieces that mean something, joined in orders that often do not.
PIECES = ("artist:", "year:", "added:", "^", ",", '"', "..", ">", "=", "-3d", "2020", "x", " ", "\\")
joined_pieces = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(st.text(ALPHABET, max_size=40) | st.text(max_size=40) | joined_pieces)
def test_any_text_is_a_query_or_a_fault_with_a_place(text: str) -> None:
    """The parser never crashes, and what it accepts has one spelling that means the same."""
    try:
        query = parse(text)
    except QuerySyntaxError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017  # hypothesis: either outcome is right
        return
    assert parse(query_text(query)) == query


@given(queries)
def test_every_query_can_be_written_and_read_again(query: Query) -> None:
    """A smart playlist is kept as text: what comes back must be what was meant."""
    text = query_text(query)
    assert parse(text) == query
    assert query_text(parse(text)) == text
