"""The indexes whose keys are random: dropped before a bulk load, owed meanwhile, built at its end or the next start."""

from soul_player.client.library.notes import read_note, remove_note, write_note
from soul_player.database.access import Reader, Writer

INDEXES_OWED = "indexes_owed"

# Rows put into them one by one cost more and more beyond 300k; built at once from sorted rows they cost little.
# Sorted values are never NULL, so that a list can go on after any row; client/library/browse.py repeats them.
BUILD = (
    """
    CREATE INDEX IF NOT EXISTS tracks_by_artist
        ON tracks (COALESCE(artist, '') COLLATE NOCASE, COALESCE(album, '') COLLATE NOCASE, COALESCE(disc_number, 0),
                   COALESCE(track_number, 0), id)
    """,
    """
    CREATE INDEX IF NOT EXISTS tracks_by_title
        ON tracks (title COLLATE NOCASE, id)
    """,
    """
    CREATE INDEX IF NOT EXISTS tracks_by_added
        ON tracks (added_at, id)
    """,
    # Files of the same bytes are of the same size: a twentieth of an index of hashes, and as good.
    """
    CREATE INDEX IF NOT EXISTS track_sources_by_size
        ON track_sources (file_size)
    """,
)

DROP = (
    "DROP INDEX IF EXISTS tracks_by_artist",
    "DROP INDEX IF EXISTS tracks_by_title",
    "DROP INDEX IF EXISTS tracks_by_added",
    "DROP INDEX IF EXISTS track_sources_by_size",
)


async def indexes_are_owed(library: Reader) -> bool:
    """Lists are right without them, only slow."""
    return await read_note(library, INDEXES_OWED) is not None


async def drop_indexes(library: Writer) -> None:
    """The note commits with the drop, so a crash at any place leaves the one with the other."""
    await write_note(library, INDEXES_OWED, "1")
    for statement in DROP:
        await library.run(statement)


async def build_indexes(library: Writer) -> bool:
    """Build what is owed; False when nothing was."""
    if not await indexes_are_owed(library):
        return False
    for statement in BUILD:
        await library.run(statement)
    await remove_note(library, INDEXES_OWED)
    return True
