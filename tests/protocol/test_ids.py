"""Ids have one spelling and sort by time."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.protocol.ids import BadId, id_bytes, id_text, mint_id, minted_at_ms

TIMES_MS = st.integers(0, 2**48 - 1)
RANDOM_BYTES = st.binary(min_size=10, max_size=10)


@given(TIMES_MS, RANDOM_BYTES)
def test_a_minted_id_is_a_version_7_uuid_that_tells_its_time(now_ms: int, random_bytes: bytes) -> None:
    """RFC 9562, 5.7: version, variant and time where others look for them."""
    text = mint_id(now_ms, random_bytes)
    parsed = uuid.UUID(text)
    assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, text)
    assert minted_at_ms(text) == now_ms
    assert id_text(id_bytes(text)) == text


@given(TIMES_MS, TIMES_MS, RANDOM_BYTES, RANDOM_BYTES)
def test_ids_sort_by_the_time_they_were_minted(one: int, other: int, first: bytes, second: bytes) -> None:
    """So an index on them grows at its end."""
    if one < other:
        assert mint_id(one, first) < mint_id(other, second)
        assert id_bytes(mint_id(one, first)) < id_bytes(mint_id(other, second))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01890A5D-AC96-774B-BCCE-B302099A8057",
        "01890a5dac96774bbcceb302099a8057",
        "{01890a5d-ac96-774b-bcce-b302099a8057}",
        "01890a5d-ac96-774b-bcce-b302099a805",
        " 01890a5d-ac96-774b-bcce-b302099a8057",
        "0189 0a5d-ac96-774b-bcce-b302099a8057",
        "../../../../etc/passwd",
        "01890a5d-ac96-774b-bcce-b302099a805\u0667",
    ],
)
def test_any_other_spelling_is_refused(text: str) -> None:
    """Two spellings of one id would be two keys in a queue and one row in a table."""
    with pytest.raises(BadId):
        id_bytes(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Either it is the canonical spelling of 16 bytes, or it is refused."""
    try:
        value = id_bytes(text)
    except BadId:
        return
    assert id_text(value) == text
