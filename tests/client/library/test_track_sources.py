"""Taking pages into the library: upsert by id, and what is known is not overwritten by what is older."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.library.model import SourceId, Stored
from soul_player.client.library.open import open_library
from soul_player.client.library.track_sources import store_tracks
from soul_player.database.access import Database, Reader, Row
from soul_player.database.sqlite import Inline
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.track import Track
from tests.client.clients import INTEGRITY, WRONG_STATUSES
from tests.edges.fake_server import make_id, make_track

SOURCE = SourceId(1)
SHOWN = """
    SELECT track_sources.remote_id, tracks.title, tracks.artist, tracks.year, tracks.genres, track_sources.title,
           track_sources.seq, track_sources.bitrate
      FROM track_sources
      JOIN tracks ON tracks.id = track_sources.track_id
     ORDER BY track_sources.remote_id
"""

tracks = st.builds(
    make_track,
    st.integers(0, 12),
    seq=st.integers(1, 30),
    title=st.sampled_from(["Night", "Day", "Été 1999"]),
    artist=st.sampled_from([None, "Björk"]),
    year=st.sampled_from([None, 1999]),
    genres=st.sampled_from([(), ("Jazz",), ("Jazz", 'R"B')]),
    bitrate=st.sampled_from([None, 320_000]),
)
# (run, tracks): the run grows now and then, as it does at a reset.
pages = st.lists(st.tuples(st.booleans(), st.lists(tracks, max_size=8, unique_by=lambda track: track.id)), max_size=8)


def expected(kept: dict[str, tuple[int, Track]], page: Sequence[Track], run: int) -> Stored:
    """The rule itself, on a dict: id -> (run, track)."""
    added = updated = ignored = 0
    for track in page:
        known = kept.get(track.id)
        if known is not None and known[0] == run and track.seq <= known[1].seq:
            ignored += 1
            continue
        added, updated = added + (known is None), updated + (known is not None)
        kept[track.id] = (run, track)
    return Stored(added, updated, ignored)


async def _shown(library: Reader) -> list[Row]:
    return await library.all(SHOWN)


async def _wrong(library: Reader) -> Row | None:
    return await library.one(WRONG_STATUSES)


async def store(database: Database, page: Sequence[Track], run: int) -> Stored:
    """One page in a transaction of its own."""
    ids = b"".join(id_bytes(track.id) for track in page)
    return await database.write(store_tracks, SOURCE, run=run, tracks=page, ids=ids)


@settings(max_examples=150, deadline=None)
@given(pages)
def test_any_pages_in_any_order_leave_what_the_rule_says(runs: list[tuple[bool, list[Track]]]) -> None:
    """And the index of words agrees with what is shown, whatever was overwritten."""

    async def story(home: Path) -> None:
        async with open_library(home, runner=Inline()) as database:
            kept: dict[str, tuple[int, Track]] = {}
            run = 1
            for resets, page in runs:
                run += resets
                assert await store(database, page, run) == expected(kept, page, run)
            assert await database.read(_shown) == [
                (
                    id_bytes(track.id),
                    track.title,
                    track.artist,
                    track.year,
                    msgspec.json.encode(track.genres).decode() if track.genres else None,
                    track.title,
                    track.seq,
                    track.bitrate,
                )
                for _, (_, track) in sorted(kept.items())
            ]
            await database.write(lambda library: library.run(INTEGRITY))
            assert await database.read(_wrong) == (0,)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(story(Path(folder)))


def test_ids_that_come_out_of_order_are_found_again(tmp_path: Path) -> None:
    """The short cut for ids above all known ones must not be taken for others."""

    async def story() -> None:
        async with open_library(tmp_path, runner=Inline()) as database:
            high = [make_track(number, seq=number) for number in range(50, 100)]
            low = [make_track(number, seq=number) for number in range(50)]
            mixed = [make_track(number, seq=1000 + number, title="New") for number in range(25, 125)]
            assert await store(database, high, 1) == Stored(50, 0, 0)
            assert await store(database, low, 1) == Stored(50, 0, 0)
            assert await store(database, mixed, 1) == Stored(25, 75, 0)
            assert await store(database, mixed, 1) == Stored(0, 0, 100)
            assert [row[0] for row in await database.read(_shown)] == [id_bytes(make_id(n)) for n in range(125)]

    asyncio.run(story())
