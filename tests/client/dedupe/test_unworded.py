"""Tracks that no words can find are compared by sound with those that are as long, and with no others."""

from pathlib import Path

import pytest

from soul_player.client.dedupe.scripts import is_in_another_script
from soul_player.client.dedupe.unworded import STRANGE_PAIRS_MAX, WORDLESS_PAIRS_MAX
from soul_player.client.dedupe.wanted import Heard, store_heard, to_fetch
from soul_player.client.library.model import SourceId
from soul_player.database.access import Database
from soul_player.protocol.track import Track
from tests.client.dedupe.libraries import arrive, clusters, library_of, match, rows_of, track
from tests.client.dedupe.test_fingerprints import made as words_of_noise
from tests.conftest import run

PAIRS = "SELECT entry_id, other_entry_id FROM unworded_pairs ORDER BY 1, 2"


def untagged(number: int, seconds: float = 241.0, **values: object) -> Track:
    """A file without tags."""
    nothing: dict[str, object] = {"artist": None, "album": None, "track_number": None, "year": None}
    said = nothing | {"duration_seconds": seconds, "fingerprinted": True} | values
    return track(number, f"audio {number:03}", **said)


def song(number: int, seconds: float = 241.0, **values: object) -> Track:
    """Another song of another album."""
    said = {
        "artist": f"Artist {number}",
        "album": f"Album {number}",
        "duration_seconds": seconds,
        "fingerprinted": True,
    }
    return track(number, f"Song {number}", **(said | values))


async def wanted(library: Database, source: SourceId) -> set[int]:
    """The entries of a source whose fingerprints are fetched."""
    return {one.entry_id for one in await library.read(to_fetch, source, count=1000)}


@pytest.mark.parametrize("untagged_first", [True, False])
def test_an_untagged_track_is_compared_with_what_is_as_long_and_joins_what_it_sounds_like(
    tmp_path: Path, untagged_first: bool
) -> None:
    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            pages = [(friend, [untagged(50)]), (home, [song(n, 236.0 + n) for n in range(10)])]
            for source, tracks in pages if untagged_first else reversed(pages):
                await arrive(library, source, *tracks)
                await match(library)
            lengths: dict[int, float] = dict(await rows_of(library, "SELECT id, duration_seconds FROM track_sources"))
            ids: dict[int, int] = dict(await rows_of(library, "SELECT id, source_id FROM track_sources"))
            near = {entry for entry, seconds in lengths.items() if ids[entry] == home and abs(seconds - 241) <= 2}
            assert len(near) == 5
            assert await wanted(library, home) == near
            (own,) = await wanted(library, friend)
            same = min(near, key=lambda entry: abs(lengths[entry] - 242.0))
            heard = [Heard(entry, None, 120.0, words_of_noise(entry)) for entry in near - {same}]
            sound = words_of_noise(99)
            await library.write(store_heard, [*heard, *(Heard(one, None, 120.0, sound) for one in (own, same))])
            await match(library)
            assert {own, same} in await clusters(library)
            assert await rows_of(library, PAIRS) == []
            assert await wanted(library, home) == await wanted(library, friend) == set()

    run(scenario())


def test_words_of_another_script_are_compared_at_the_same_number_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, song(1, 241.2), song(2, 241.1, track_number=9), song(3, 243.0))
            strange = track(50, "桜", artist="森山", album="春", duration_seconds=241.0, fingerprinted=True)
            await arrive(library, friend, strange)
            await match(library)
            assert await rows_of(library, PAIRS) == [(4, 1)]
            assert (await wanted(library, home), await wanted(library, friend)) == ({1}, {4})

    run(scenario())


def test_it_never_comes_to_fetching_everything(tmp_path: Path) -> None:
    """Of many that are as long, a few; of a source's own none; of what the source has already none."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, track(99), *(song(n) for n in range(59)), untagged(90))
            await arrive(library, friend, track(98))
            await match(library)
            (joined,) = [one for one in await clusters(library) if len(one) == 2]
            await arrive(library, friend, untagged(91))
            await match(library)
            pairs = await rows_of(library, PAIRS)
            of_friend = [other for entry, other in pairs if entry == 63]
            assert len(of_friend) == WORDLESS_PAIRS_MAX
            assert not joined & set(of_friend)
            assert STRANGE_PAIRS_MAX < WORDLESS_PAIRS_MAX

    run(scenario())


def test_a_track_that_gets_its_tags_is_compared_by_them(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, song(1))
            await arrive(library, friend, untagged(50))
            await match(library)
            assert await rows_of(library, PAIRS) == [(2, 1)]
            await arrive(library, friend, song(50, 241.0), run=2)
            await match(library)
            assert await rows_of(library, PAIRS) == []

    run(scenario())


@pytest.mark.parametrize(
    ("title", "is_strange"),
    [("Sakura", False), ("Señorita", False), ("桜", True), ("Звезда", True), ("Live 桜", False)],
)
def test_another_script(title: str, is_strange: bool) -> None:
    """By most of the letters."""
    assert is_in_another_script(title) is is_strange
