"""Folding makes equal what a person takes for equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.database.folding import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sólveig", "SOLVEIG"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("e\u0301", "é"),
        ("ﬁn", "FIN"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}", "a"),
    ],
)
def test_spellings_of_one_text_are_equal(one: str, other: str) -> None:
    """Accents, sharp s, dotted I, composed or not, ligatures, wide letters."""
    assert folded(one) == folded(other)


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    """Otherwise a folded text could be missed by its own fold."""
    once = folded(text)
    assert folded(once) == once


def test_nothing_folds_to_nothing() -> None:
    """A missing tag is not the empty text."""
    assert folded(None) is None
