"""Texts made comparable: what must hold for every text there is, and what is meant by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.dedupe.normalize import TEXT_CHARS_MAX, fold, is_missing

TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["the", "A", "pt.", "II", "i", "No", "vol", "Part", "&", "R.E.M.", "'", "two", "007", "é", "ß", "桜", "…"]
    )
).map(" ".join)


@settings(deadline=None)  # other scripts' tables are read at their first use
@given(TEXTS | st.text(min_size=TEXT_CHARS_MAX - 5, max_size=TEXT_CHARS_MAX + 50))
def test_folding_twice_changes_nothing(text: str) -> None:
    """Texts that are stored folded are compared with texts that are folded now."""
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)  # the same
@given(TEXTS)
def test_where_there_was_text_there_is_text(text: str) -> None:
    """A song called `?` or `…` is not a song without a name."""
    assert bool(fold(text)) is bool(text.split())


@settings(deadline=None)  # the same
@given(TEXTS)
def test_case_and_width_of_blanks_mean_nothing(text: str) -> None:
    """Sources differ in both."""
    assert fold("  ".join(text.split(" "))) == fold(text)


@given(st.text(alphabet="abcdefghij XIV&'.-", max_size=40))
def test_plain_letters_mean_the_same_in_either_case(text: str) -> None:
    """`ABBA` is `Abba`."""
    assert fold(text.upper()) == fold(text.lower())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("The Beatles", "beatles"),
        ("The The", "the"),
        ("Simon & Garfunkel", "simon and garfunkel"),
        ("Señorita", "senorita"),
        ("Кино", "kino"),
        ("Pt. II", "part 2"),
        ("Part Two", "part 2"),
        ("Vol. IV", "volume 4"),
        ("I Want You", "i want you"),
        ("Act I", "act 1"),
        ("R.E.M.", "rem"),
        ("Don't", "dont"),
        ("007", "7"),
        ("...", "..."),
        ("♥", "hearts"),
        ("?!", "?!"),
    ],
)
def test_what_is_meant(text: str, folded: str) -> None:
    """By example."""
    assert fold(text) == folded


@pytest.mark.parametrize(("one", "other"), [("ペン", "ベン"), ("ผี", "ผา"), ("कल", "काल"), ("白い雪", "黒い雪")])
def test_marks_that_make_another_word_stay(one: str, other: str) -> None:
    """An accent may be left out; a vowel or the voice of a syllable may not."""
    assert fold(one) != fold(other)


def test_who_nobody_knew_is_missing() -> None:
    """`Various Artists` are no artist to compare."""
    assert all(is_missing(fold(text)) for text in ("", "Unknown", "[untitled]", "Various Artists", "<unknown>"))
    assert not is_missing(fold("Known"))
