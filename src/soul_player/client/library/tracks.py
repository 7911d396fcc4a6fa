"""Recordings, as the library shows them."""

from collections.abc import Collection, Sequence

from soul_player.client.library.model import SourceId
from soul_player.client.library.words import add_words_again, remove_every_word, remove_words
from soul_player.database.access import Writer

# New rows of a source are new recordings; finding those that are the same is a later step's work.
ADD_AFTER = """
    INSERT INTO tracks (id, shown_source_id, status, title, artist, album, album_artist, genres, year, disc_number,
                        track_number, duration_seconds, added_at)
    SELECT track_id, source_id, status, title, artist, album, album_artist, genres, year, disc_number, track_number,
           duration_seconds, added_at
      FROM track_sources
     WHERE id > :after_row_id
"""

# The words of its best tagged entry: a file's name is shown while nobody knows better. Who came first does not matter.
SHOW_WORDS = """
    UPDATE tracks
       SET (shown_source_id, title, artist, album, album_artist, genres, year, disc_number, track_number,
            duration_seconds, added_at) = (
           SELECT source_id, title, artist, album, album_artist, genres, year, disc_number, track_number,
                  duration_seconds, added_at
             FROM track_sources
            WHERE track_id = tracks.id
            ORDER BY title_from_file, COALESCE(artist, '') = '', COALESCE(album, '') = '', source_id, remote_id
            LIMIT 1)
     WHERE id = :track_id
"""

# Whether SHOW_WORDS would change anything. Most joins leave what is shown as it is, and its words in the index.
SHOWS_OTHERS = """
    SELECT 1
      FROM tracks
     WHERE id = :track_id
       AND (shown_source_id, title, artist, album, album_artist, genres, year, disc_number, track_number,
            duration_seconds, added_at) IS NOT (
           SELECT source_id, title, artist, album, album_artist, genres, year, disc_number, track_number,
                  duration_seconds, added_at
             FROM track_sources
            WHERE track_id = tracks.id
            ORDER BY title_from_file, COALESCE(artist, '') = '', COALESCE(album, '') = '', source_id, remote_id
            LIMIT 1)
"""

# A file that is on this device plays, whatever became of its source.
REFRESH_STATUS = """
    UPDATE tracks
       SET status = COALESCE(
           (SELECT CASE WHEN status = 'unavailable' AND path IS NOT NULL THEN 'cached' ELSE status END
              FROM track_sources
             WHERE track_id = tracks.id
             ORDER BY CASE WHEN status = 'local_file' THEN 0 WHEN path IS NOT NULL THEN 1
                           WHEN status = 'stream_only' THEN 2 ELSE 3 END
             LIMIT 1),
           (SELECT 'cached'
              FROM orphans
              JOIN copies ON copies.id = orphans.copy_id
             WHERE orphans.track_id = tracks.id), 'unavailable')
     WHERE id = :track_id
"""


# Recordings whose last source was forgotten and that nothing of the user's names. (`track_sources_by_track` makes the
# look-up one step.)
FORGET_ORPHAN = """
    DELETE FROM tracks
     WHERE id = :track_id
       AND NOT EXISTS (SELECT 1 FROM track_sources WHERE track_id = :track_id)
       AND NOT EXISTS (SELECT 1 FROM orphans WHERE track_id = :track_id)
"""

FORGET_EVERY = """
    DELETE FROM tracks
"""

HAS_SOURCES = """
       AND EXISTS (SELECT 1 FROM track_sources WHERE track_id = :track_id)
"""

SHOW_ITS_WORDS = SHOW_WORDS + HAS_SOURCES

ANY_LEFT = """
    SELECT 1
     WHERE EXISTS (SELECT 1 FROM track_sources)
        OR EXISTS (SELECT 1 FROM orphans)
"""

SHOWING = """
    SELECT id
      FROM tracks
     WHERE id = :track_id
       AND shown_source_id = :source_id
"""


async def add_shown_tracks(library: Writer, *, after_row_id: int) -> None:
    """A recording for each row of `track_sources` above this id."""
    await library.run(ADD_AFTER, after_row_id=after_row_id)


async def show_again(library: Writer, track_ids: Collection[int]) -> None:
    """What their sources say now. Their words were taken out while the old ones could still be read."""
    if track_ids:
        await library.run_many(SHOW_WORDS, [(track_id,) for track_id in track_ids])
        await add_words_again(library, track_ids)


async def show_best(library: Writer, track_id: int) -> None:
    """After entries came to a recording, or left it."""
    if await library.one(SHOWS_OTHERS, track_id=track_id) is not None:
        await remove_words(library, [track_id])
        await show_again(library, [track_id])


async def refresh_statuses(library: Writer, track_ids: Sequence[int]) -> None:
    """The best status of all their sources."""
    await library.run_many(REFRESH_STATUS, [(track_id,) for track_id in track_ids])


async def leave_source(library: Writer, source_id: SourceId, track_ids: Sequence[int]) -> None:
    """After a source was forgotten: its recordings show another source, or go when it was their last one.

    Those that something of the user's names stay, with the words they had.
    """
    if await library.one(ANY_LEFT) is None:
        await library.run(FORGET_EVERY)
        await remove_every_word(library)
        return
    showed = [one for one in track_ids if await library.one(SHOWING, track_id=one, source_id=source_id) is not None]
    await remove_words(library, showed)
    await library.run_many(FORGET_ORPHAN, [(track_id,) for track_id in track_ids])
    await library.run_many(SHOW_ITS_WORDS, [(track_id,) for track_id in showed])
    await add_words_again(library, showed)
    await refresh_statuses(library, track_ids)
