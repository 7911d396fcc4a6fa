"""Titles taken apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.dedupe.versions import strip_edition, take_apart


@pytest.mark.parametrize(
    ("title", "core", "kinds", "guests"),
    [
        ("Hurt (Live at Folsom)", "hurt", {"live"}, ""),
        ("Hurt - 2011 Remaster", "hurt", set(), ""),
        ("Hurt (Remastered 2011) [Explicit]", "hurt", set(), ""),
        ("Hurt (Album Version)", "hurt", set(), ""),
        ("Hurt (Radio Edit)", "hurt", {"edit"}, ""),
        ("Hurt (feat. Nine Inch Nails) [Tocadisco Remix]", "hurt", {"remix"}, "nine inch nails"),
        ("Hurt feat. Nine Inch Nails", "hurt", set(), "nine inch nails"),
        ("Ronu Wanga (My Island Home)", "ronu wanga my island home", set(), ""),
        ("(Live)", "live", set(), ""),
        ("1999 (1999)", "1999 1999", set(), ""),
        ("Hurt (In the Style of Johnny Cash)", "hurt", {"karaoke"}, ""),
        ("Hurt (never closed", "hurt never closed", set(), ""),
        ("Live and Let Die", "live and let die", set(), ""),
    ],
)
def test_a_title_is_taken_apart(title: str, core: str, kinds: set[str], guests: str) -> None:
    """What is other audio is told from what is not."""
    parts = take_apart(title)
    assert (parts.core, set(parts.kinds), parts.guests) == (core, kinds, guests)


@settings(deadline=None)  # tables of scripts are read at their first use
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["(", ")", "[", "live", "feat.", " - ", "Hurt", "remix"])).map(" ".join)
)
def test_a_title_is_never_taken_apart_to_nothing(title: str) -> None:
    """Then it could be anything."""
    assert bool(take_apart(title).core) is bool(title.split())


@pytest.mark.parametrize(
    ("album", "stripped"),
    [
        ("Halcyon (Deluxe Edition)", "Halcyon"),
        ("The Reason - EP", "The Reason"),
        ("Recovery [Explicit]", "Recovery"),
        ("Deluxe", "Deluxe"),
        ("Infinity On High (The Demos)", "Infinity On High The Demos"),
    ],
)
def test_an_edition_is_the_album(album: str, stripped: str) -> None:
    """The songs on it are the same."""
    assert strip_edition(album) == stripped
