"""The index of words behind the search: kept in step with `tracks`, some statements a page."""

from collections.abc import Collection

from soul_player.database.access import Writer

ADD_AFTER = """
    INSERT INTO track_words (rowid, title, artist, album, album_artist, genres)
    SELECT id, title, artist, album, album_artist, genres
      FROM track_texts
     WHERE id > :after_track_id
"""

ADD_AGAIN = """
    INSERT INTO track_words (rowid, title, artist, album, album_artist, genres)
    SELECT id, title, artist, album, album_artist, genres
      FROM track_texts
     WHERE id = :track_id
"""

REMOVE_ONE = """
    DELETE FROM track_words
     WHERE rowid = (SELECT id FROM tracks WHERE id = :track_id)
"""

REMOVE_ALL = """
    INSERT INTO track_words (track_words) VALUES ('delete-all')
"""


async def add_words(library: Writer, *, after_track_id: int) -> None:
    """Of every track above this id."""
    await library.run(ADD_AFTER, after_track_id=after_track_id)


async def remove_words(library: Writer, track_ids: Collection[int]) -> None:
    """Before the tracks change: the index reads their old words to take them out. Each id stands there once."""
    if track_ids:
        await library.run_many(REMOVE_ONE, [(track_id,) for track_id in track_ids])


async def remove_every_word(library: Writer) -> None:
    """The library is empty."""
    await library.run(REMOVE_ALL)


async def add_words_again(library: Writer, track_ids: Collection[int]) -> None:
    """Of those of them that are still there, once they have changed."""
    if track_ids:
        await library.run_many(ADD_AGAIN, [(track_id,) for track_id in track_ids])


def pattern(text: str) -> str | None:
    """What a person typed as a MATCH pattern: every word must be there, the last may be unfinished. None: no words.

    Each word is quoted, so that nothing a person types is read as the index's own language.
    """
    words = [word.replace('"', '""') for word in text.split() if any(sign.isalnum() for sign in word)]
    return " ".join(f'"{word}"*' for word in words) or None
