"""Titles of any script: what they say of the version is said in English, counting in digits, brackets are brackets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.dedupe.scripts import spell


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("白い雪\uff08ライブ\uff09", "白い雪( live )"),
        ("白い雪【リミックス】", "白い雪( remix )"),
        ("白い雪 ~Acoustic Ver.~", "白い雪 (Acoustic Ver.)"),
        ("白い雪 -Instrumental-", "白い雪 (Instrumental)"),
        ("Снег (концертная запись)", "Снег ( live )"),
        ("Концерт для скрипки", "Концерт для скрипки"),
        ("第十二話", " 12 話"),
        ("第二十話", " 20 話"),
        ("第三章", " 3 章"),
        ("Cold ~ Winter", "Cold ~ Winter"),
        ("Cold Winter", "Cold Winter"),
    ],
)
def test_what_is_meant(text: str, spelled: str) -> None:
    """By example."""
    assert spell(text) == spelled


@settings(deadline=None)  # tables of scripts are read at their first use
@given(st.text(max_size=60))
def test_where_there_was_text_there_is_text(text: str) -> None:
    """Nothing is ever spelled away."""
    assert bool(spell(text).split()) is bool(text.split())
