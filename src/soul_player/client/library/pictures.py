"""SQL of album art that is kept on this device, by the id that its sources give it."""

from dataclasses import dataclass

from soul_player.client.library.model import SourceId
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import TrackId, id_text

FIND = """
    SELECT artwork_id, sha256, size_bytes, content_type, used_at
      FROM pictures
     WHERE artwork_id = :artwork_id
"""

ADD = """
    INSERT INTO pictures (artwork_id, sha256, size_bytes, content_type, used_at)
    VALUES (:artwork_id, :sha256, :size_bytes, :content_type, :now_ms)
        ON CONFLICT (artwork_id) DO UPDATE
       SET sha256 = excluded.sha256, size_bytes = excluded.size_bytes, content_type = excluded.content_type,
           used_at = excluded.used_at
"""

USED = """
    UPDATE pictures
       SET used_at = :now_ms
     WHERE artwork_id = :artwork_id
"""

REMOVE = """
    DELETE FROM pictures
     WHERE artwork_id = :artwork_id
"""

TOTAL = """
    SELECT size_bytes
      FROM picture_room
"""

OLDEST = """
    SELECT artwork_id, sha256, size_bytes, content_type, used_at
      FROM pictures
     ORDER BY used_at
     LIMIT 1
"""

SHARED = """
    SELECT 1
      FROM pictures
     WHERE sha256 = :sha256
     LIMIT 1
"""

OF_TRACK = """
    SELECT artwork_id
      FROM track_sources
     WHERE track_id = :track_id
       AND artwork_id IS NOT NULL
     ORDER BY id
     LIMIT 1
"""


ALL = """
    SELECT artwork_id, sha256, size_bytes, content_type, used_at
      FROM pictures
"""

# Of tracks that are here, what their pictures are called, and who has them. One source each. In pages: what cannot be
# had stays missing, and must not stand before the others for ever.
MISSING = """
    SELECT entry.artwork_id, entry.source_id, entry.remote_id
      FROM track_sources entry
     WHERE entry.copy_id IS NOT NULL
       AND entry.status = 'cached'
       AND (entry.artwork_id, entry.source_id) > (:after_artwork_id, :after_source_id)
       AND NOT EXISTS (SELECT 1 FROM pictures WHERE pictures.artwork_id = entry.artwork_id)
     GROUP BY entry.artwork_id, entry.source_id
     ORDER BY entry.artwork_id, entry.source_id
     LIMIT :count
"""


@dataclass(frozen=True)
class Picture:
    """A picture file that is whole."""

    artwork_id: str
    sha256: bytes
    size_bytes: int
    content_type: str
    used_at_ms: int


async def find_picture(library: Reader, artwork_id: str) -> Picture | None:
    """None: it is not here."""
    row = await library.one(FIND, artwork_id=artwork_id)
    return None if row is None else Picture(*row)


async def find_picture_of(library: Reader, track_id: int) -> Picture | None:
    """Of a recording, if it is here."""
    row = await library.one(OF_TRACK, track_id=track_id)
    return None if row is None else await find_picture(library, row[0])


async def add_picture(library: Writer, picture: Picture) -> None:
    """The file is durable already."""
    await library.run(
        ADD,
        artwork_id=picture.artwork_id,
        sha256=picture.sha256,
        size_bytes=picture.size_bytes,
        content_type=picture.content_type,
        now_ms=picture.used_at_ms,
    )


async def all_pictures(library: Reader) -> list[Picture]:
    """Every one that has a row."""
    return [Picture(*row) for row in await library.all(ALL)]


async def picture_bytes(library: Reader) -> int:
    """What they take together."""
    row = await library.one(TOTAL)
    assert row is not None
    return int(row[0])


async def missing_pictures(
    library: Reader, *, after: tuple[str, SourceId], count: int
) -> list[tuple[str, SourceId, TrackId]]:
    """Their ids, a source that has each, and a track of it there; behind these in the order of the list."""
    rows = await library.all(MISSING, after_artwork_id=after[0], after_source_id=after[1], count=count)
    return [(row[0], SourceId(row[1]), TrackId(id_text(row[2]))) for row in rows]


async def mark_picture_used(library: Writer, artwork_id: str, *, now_ms: int) -> None:
    """It was looked at."""
    await library.run(USED, artwork_id=artwork_id, now_ms=now_ms)


async def remove_picture(library: Writer, artwork_id: str) -> None:
    """Its file may go, unless another id shares it."""
    await library.run(REMOVE, artwork_id=artwork_id)


async def trim_pictures(library: Writer, *, limit_bytes: int) -> list[bytes]:
    """What was not looked at for longest goes, until the others fit. The sha256 of files that nobody has any more."""
    total, gone = await picture_bytes(library), []
    while total > limit_bytes:
        oldest = await library.one(OLDEST)
        assert oldest is not None, total
        await library.run(REMOVE, artwork_id=oldest[0])
        total -= oldest[2]
        if await library.one(SHARED, sha256=oldest[1]) is None:
            gone.append(oldest[1])
    return gone
