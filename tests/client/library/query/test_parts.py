"""The conditions of a query one by one, each with its place in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as given_by

from soul_player.client import QuerySyntaxError, parts_of
from soul_player.client.library.query.parse import parse
from soul_player.client.library.query.parts import QueryPart


def test_each_condition_says_what_it_asks_and_where_it_stands() -> None:
    text = 'rating:4.. ^genre:"spoken word", night album:=Blue'
    assert parts_of(text) == (
        QueryPart(0, 0, 10, is_not=False, field="rating", value="4..", is_whole=False),
        QueryPart(0, 11, 31, is_not=True, field="genre", value="spoken word", is_whole=False),
        QueryPart(1, 33, 38, is_not=False, field="", value="night", is_whole=False),
        QueryPart(1, 39, 50, is_not=False, field="album", value="Blue", is_whole=True),
    )
    assert [text[one.start : one.end] for one in parts_of(text)][1] == '^genre:"spoken word"'


def test_no_text_has_no_conditions() -> None:
    assert parts_of("  ") == ()


def test_what_is_no_query_has_none() -> None:
    with pytest.raises(QuerySyntaxError):
        parts_of("rating:x")


TERMS = ["jazz", '"two words"', "^genre:folk", "year:1955..1969", "played:-30d", "favourite:yes", "format:flac", "🎷"]


@given(
    groups=given_by.lists(given_by.lists(given_by.sampled_from(TERMS), min_size=1, max_size=4), min_size=1, max_size=3)
)
def test_a_query_without_one_condition_is_the_text_without_its_place(groups: list[list[str]]) -> None:
    """What the page does when a person takes a condition away."""
    text = " , ".join("  ".join(terms) for terms in groups)
    parts = parts_of(text)
    assert [text[one.start : one.end] for one in parts] == [term for terms in groups for term in terms]
    again = ", ".join(
        " ".join(text[one.start : one.end] for one in parts if one.group == group) for group in range(len(groups))
    )
    assert parse(again) == parse(text)
