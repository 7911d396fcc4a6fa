"""A shell takes the quotes that a query needs: they are put back."""

import pytest

from soul_player.cli.query_words import query_text
from soul_player.client import parse_query


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["album:Night Drive"], 'album:"Night Drive"'),
        (["^album:=Night Drive", "year:2020.."], '^album:="Night Drive" year:2020..'),
        (['album:"Night Drive"'], 'album:"Night Drive"'),
        (["artist:amber year:2020"], "artist:amber year:2020"),
        (["amber", "tide"], "amber tide"),
        (["title:a, title:b"], "title:a, title:b"),
    ],
)
def test_quotes_are_put_back_where_one_argument_is_one_term(arguments: list[str], text: str) -> None:
    assert query_text(arguments) == text
    parse_query(query_text(arguments))
