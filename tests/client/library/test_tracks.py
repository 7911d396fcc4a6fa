"""What a recording shows, of all that its sources say of it."""

import itertools
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from soul_player.client.library.open import LIBRARY_FILE, open_library
from soul_player.client.library.removal import remove_keeping
from soul_player.database.access import Database, Row, Writer
from soul_player.database.migrate import migrate, read_migrations
from soul_player.database.sqlite import Inline, open_sqlite
from soul_player.protocol.track import Track
from tests.client.clients import INTEGRITY
from tests.client.dedupe.libraries import arrive, library_of, match, rows_of, track
from tests.conftest import run

SHOWN = "SELECT title, artist, album, year, shown_source_id FROM tracks ORDER BY id"
HASH = "v1:" + "7" * 32

TAGGED = track(1, "Amber Light", audio_hash=HASH)
NO_ALBUM = track(2, "Amber Light (untitled disc)", album=None, audio_hash=HASH)
ONLY_A_TITLE = track(3, "Amber", artist=None, album=None, year=None, track_number=None, audio_hash=HASH)
NO_TITLE = track(4, "03-amber_light", audio_hash=HASH, title_from_file=True)
UNTAGGED = track(
    5, "AUD-0007", artist=None, album=None, year=None, track_number=None, audio_hash=HASH, title_from_file=True
)
# A server of an older version does not say where a title is from.
UNTAGGED_OF_OLD = track(6, "AUD-0008", artist=None, album=None, year=None, track_number=None, audio_hash=HASH)


async def shown(library: Database) -> list[Row]:
    """And the index of words says the same."""
    await library.write(lambda writer: writer.run(INTEGRITY))
    return await rows_of(library, SHOWN)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_words_of_the_best_tagged_source_are_shown_whoever_came_first(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """A file's name would stand in the list until its source goes, though another source knows the title."""

    async def scenario() -> None:
        async with library_of(tmp_path, "files", "old", "home") as (library, sources):
            said = (UNTAGGED, UNTAGGED_OF_OLD, TAGGED)
            for place in order:
                await arrive(library, sources[place], said[place])
                await match(library)
            assert await shown(library) == [("Amber Light", "Lacksley Castell", "Morning Glory", 2006, sources[2])]

    run(scenario())


@pytest.mark.parametrize(
    ("better", "worse"),
    [(TAGGED, NO_ALBUM), (NO_ALBUM, ONLY_A_TITLE), (ONLY_A_TITLE, NO_TITLE), (NO_TITLE, UNTAGGED),
     (ONLY_A_TITLE, UNTAGGED), (TAGGED, UNTAGGED_OF_OLD)],
)  # fmt: skip
def test_a_title_of_the_tags_comes_before_a_files_name(tmp_path: Path, better: Track, worse: Track) -> None:
    """And then who knows the artist, and the album."""

    async def scenario() -> None:
        async with library_of(tmp_path, "first", "second") as (library, (first, second)):
            await arrive(library, first, worse)
            await arrive(library, second, better)
            await match(library)
            assert await shown(library) == [(better.title, better.artist, better.album, better.year, second)]

    run(scenario())


def test_files_of_one_source_show_the_best_tagged_of_them(tmp_path: Path) -> None:
    """Twins: the same audio lies twice in one folder, once without its tags."""

    async def scenario() -> None:
        async with library_of(tmp_path, "files") as (library, (files,)):
            worse = msgspec.structs.replace(UNTAGGED, id=track(0).id)
            await arrive(library, files, worse, TAGGED)
            await match(library)
            assert [row[0] for row in await shown(library)] == ["Amber Light"]

    run(scenario())


def test_a_file_that_gets_its_tags_is_shown_by_them_and_one_that_loses_them_no_more(tmp_path: Path) -> None:
    """A recording follows what is told of it later, in both directions."""

    async def scenario() -> None:
        async with library_of(tmp_path, "files", "home") as (library, (files, home)):
            await arrive(library, files, UNTAGGED)
            await arrive(library, home, msgspec.structs.replace(UNTAGGED, id=TAGGED.id, title="AUD-0008"))
            await match(library)
            assert [row[0] for row in await shown(library)] == ["AUD-0007"]
            await arrive(library, home, msgspec.structs.replace(TAGGED, seq=20))
            assert [row[0] for row in await shown(library)] == ["Amber Light"]
            await arrive(library, home, msgspec.structs.replace(UNTAGGED, id=TAGGED.id, seq=21))
            assert [row[0] for row in await shown(library)] == ["AUD-0007"]

    run(scenario())


def test_a_recording_whose_best_source_goes_shows_the_next_best(tmp_path: Path) -> None:
    """Not the one that was added first."""

    async def scenario() -> None:
        async with library_of(tmp_path, "files", "other", "home") as (library, (files, other, home)):
            await arrive(library, files, UNTAGGED)
            await arrive(library, other, NO_ALBUM)
            await arrive(library, home, TAGGED)
            await match(library)
            await library.write(remove_keeping, home, keeps_playlists=False, new_uid=lambda: "uid")
            assert [(row[0], row[4]) for row in await shown(library)] == [(NO_ALBUM.title, other)]

    run(scenario())


FOUND = "SELECT rowid FROM track_words WHERE track_words MATCH '{}'"
OLD_ENTRIES = """
    INSERT INTO track_sources (source_id, remote_id, track_id, status, run, seq, title, artist, duration_seconds,
                               content_type, file_size, fingerprinted, added_at, updated_at)
    VALUES (1, x'01', 1, 'stream_only', 1, 1, 'AUD-0007', NULL, 9, 'audio/flac', 1, 0, 'x', 'x'),
           (2, x'02', 1, 'stream_only', 1, 1, 'Amber Light', 'Ada', 9, 'audio/flac', 1, 0, 'x', 'x'),
           (1, x'03', 2, 'stream_only', 1, 1, 'AUD-0009', NULL, 9, 'audio/flac', 1, 0, 'x', 'x')
"""
OLD_TRACKS = """
    INSERT INTO tracks (shown_source_id, status, title, duration_seconds, added_at)
    VALUES (1, 'stream_only', 'AUD-0007', 9, 'x'), (1, 'stream_only', 'AUD-0009', 9, 'x')
"""
OLD_WORDS = """
    INSERT INTO track_words (rowid, title, artist, album, album_artist, genres) SELECT * FROM track_texts
"""


def test_a_library_from_before_shows_the_better_tagged_source_once_it_is_opened(tmp_path: Path) -> None:
    """What was shown by a file's name until now does not have to be told again."""

    async def write(writer: Writer) -> None:
        for statement in (OLD_ENTRIES, OLD_TRACKS, OLD_WORDS):
            await writer.run(statement)

    async def scenario() -> None:
        before = await open_sqlite(tmp_path / LIBRARY_FILE, runner=Inline())
        await migrate(before, read_migrations(files("soul_player.client.library") / "schema")[:17])
        await before.write(write)
        await before.close()
        async with open_library(tmp_path, runner=Inline()) as library:
            assert [row[:2] for row in await shown(library)] == [("Amber Light", "Ada"), ("AUD-0009", None)]
            assert await rows_of(library, FOUND.format("amber")) == [(1,)]
            assert await rows_of(library, FOUND.format("aud")) == [(2,)]

    run(scenario())
