"""Text from strangers' files is stored, sent and shown: it must be harmless and bounded."""

from hypothesis import given
from hypothesis import strategies as st

from soul_player.audio.text import TEXT_CHARS_MAX, VALUES_MAX, clean, clean_values, year_of

ANY_TEXT = st.text(alphabet=st.characters(), max_size=3000)


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_sent(text: str) -> None:
    """PostgreSQL refuses NUL, UTF-8 has no lone surrogates, a line break would split a list."""
    cleaned = clean(text)
    if cleaned is not None:
        assert 0 < len(cleaned) <= TEXT_CHARS_MAX
        assert cleaned == cleaned.strip()
        assert not any(ord(char) < 0x20 or 0xD800 <= ord(char) <= 0xDFFF for char in cleaned)
        assert clean(cleaned) == cleaned


@given(st.lists(ANY_TEXT, max_size=80))
def test_values_are_bounded_and_distinct(texts: list[str]) -> None:
    """A page of tracks has an upper size because every field has one."""
    values = clean_values(texts)
    assert len(values) <= VALUES_MAX
    assert len(set(values)) == len(values)


def test_text_of_any_script_stays() -> None:
    """Joiners and marks belong to words and emoji."""
    for text in ("Sigur Rós", "椎名林檎", "ليلى مراد", "👩‍👩‍👧", "नमस्ते", "e\u0301"):
        assert clean(text) == text


def test_a_slash_inside_a_name_parts_nothing() -> None:
    """AC/DC are one band."""
    assert clean_values(["AC/DC", "Simon; Garfunkel", "A\0B", "Pop / Rock"]) == (
        "AC/DC", "Simon", "Garfunkel", "A", "B", "Pop", "Rock",
    )  # fmt: skip


def test_a_year_is_found_in_any_usual_date() -> None:
    """Taggers write dates in every way there is."""
    for text in ("2001", "2001-05-03", "20010503", "03.05.2001", "2001-05-03T10:00:00", "© 2001 Label"):
        assert year_of(text) == 2001, text
    for text in ("", "May", "0000", "12345", "1"):
        assert year_of(text) is None, text
