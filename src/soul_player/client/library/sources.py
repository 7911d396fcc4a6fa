"""SQL of the places music comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.library.addresses import add_address, all_addresses
from soul_player.client.library.connectivity import SourceAddress
from soul_player.client.library.download_steps import wake_source
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.ids import ServerId, id_bytes, id_text

ALL = """
    SELECT id, name, type, server_id, username, account_id, is_active, needs_sign_in, added_at, last_sync_at,
           last_error_code, last_error, is_offline, failed_attempts, retry_at
      FROM sources
     ORDER BY id
"""

# One pass over the unique index and the rows: what a status line costs, not what an idle sync costs.
COUNT_TRACKS = """
    SELECT source_id, COUNT(*)
      FROM track_sources
     WHERE status <> 'unavailable'
     GROUP BY source_id
"""

ADD = """
    INSERT INTO sources (name, type, server_id, username, account_id, is_active, needs_sign_in, added_at, is_offline,
                         failed_attempts)
    VALUES (:name, :type, :server_id, :username, :account_id,
            :type = 'server' AND NOT EXISTS (SELECT 1 FROM sources WHERE is_active = 1), :needs_sign_in, :added_at,
            0, 0)
    RETURNING id
"""

REMOVE = """
    DELETE FROM sources
     WHERE id = :id
"""

DEACTIVATE = """
    UPDATE sources
       SET is_active = 0
     WHERE is_active = 1
"""

ACTIVATE = """
    UPDATE sources
       SET is_active = 1
     WHERE id = :id
"""

ACTIVATE_FIRST = """
    UPDATE sources
       SET is_active = 1
     WHERE id = (SELECT MIN(id) FROM sources WHERE type = 'server')
       AND NOT EXISTS (SELECT 1 FROM sources WHERE is_active = 1)
"""

SIGNED_IN = """
    UPDATE sources
       SET username = :username, account_id = :account_id, needs_sign_in = 0, last_error = NULL, last_error_code = NULL
     WHERE id = :id
"""

NEEDS_SIGN_IN = """
    UPDATE sources
       SET needs_sign_in = 1
     WHERE id = :id
"""

SYNCED = """
    UPDATE sources
       SET last_sync_at = :now, last_error = NULL, last_error_code = NULL, failed_attempts = 0, retry_at = NULL
     WHERE id = :id
"""

FAILED = """
    UPDATE sources
       SET last_error = :message, last_error_code = :code, failed_attempts = failed_attempts + 1,
           retry_at = :retry_at
     WHERE id = :id
"""

DROP_TRACK_SOURCES = """
    DELETE FROM track_sources
     WHERE source_id = :id
"""

TRACKS_OF = """
    SELECT track_id
      FROM track_sources
     WHERE source_id = :id
"""


@dataclass(frozen=True)
class NewSource:
    """What is known when a source is added. `fingerprint` and `is_insecure` are of each of its addresses."""

    name: str
    type: SourceType
    urls: tuple[str, ...]
    server_id: ServerId | None = None
    username: str | None = None
    account_id: str | None = None
    fingerprint: str | None = None
    is_insecure: bool = False
    needs_sign_in: bool = False


async def all_sources(library: Reader, *, counted: bool = False) -> list[Source]:
    """In the order in which they were added. `counted`: with the number of their tracks, which takes a full pass."""
    counts: dict[int, int] = dict(await library.all(COUNT_TRACKS)) if counted else {}
    addresses = await all_addresses(library)
    return [_source(row, addresses.get(row[0], ()), counts.get(row[0], 0)) for row in await library.all(ALL)]


async def find_source(library: Reader, source_id: SourceId) -> Source | None:
    """None: it is not there (any more)."""
    return next((source for source in await all_sources(library) if source.id == source_id), None)


async def add_source(library: Writer, source: NewSource, *, now_ms: int) -> SourceId:
    """The first server is the active one: what is made here can go to no folder."""
    row = await library.one(
        ADD,
        name=source.name,
        type=source.type.value,
        server_id=None if source.server_id is None else id_bytes(source.server_id),
        username=source.username,
        account_id=source.account_id,
        needs_sign_in=int(source.needs_sign_in),
        added_at=now_ms,
    )
    assert row is not None
    source_id = SourceId(row[0])
    for url in source.urls:
        await add_address(library, source_id, SourceAddress(url, source.fingerprint, source.is_insecure))
    return source_id


async def activate_source(library: Writer, source_id: SourceId) -> None:
    """The one that new playlists and plays go to."""
    await library.run(DEACTIVATE)
    await library.run(ACTIVATE, id=source_id)


async def mark_signed_in(library: Writer, source_id: SourceId, *, username: str, account_id: str) -> None:
    """Asking the server makes sense again, also for the downloads that waited for it."""
    await library.run(SIGNED_IN, id=source_id, username=username, account_id=account_id)
    await wake_source(library, source_id)


async def mark_needs_sign_in(library: Writer, source_id: SourceId) -> None:
    """Silence until a person signs in."""
    await library.run(NEEDS_SIGN_IN, id=source_id)


async def mark_synced(library: Writer, source_id: SourceId, *, now_ms: int) -> None:
    """All is well, and the next attempt need not wait."""
    await library.run(SYNCED, id=source_id, now=now_ms)


async def mark_failed(library: Writer, source_id: SourceId, *, code: str, message: str, retry_at_ms: int) -> None:
    """What happened, and when it is worth trying again."""
    await library.run(FAILED, id=source_id, code=code, message=message, retry_at=retry_at_ms)


async def remove_source(library: Writer, source_id: SourceId) -> list[int]:
    """Forget it and what it said. The recordings stay, for what is the user's; their ids are returned."""
    tracks = [row[0] for row in await library.all(TRACKS_OF, id=source_id)]
    await library.run(DROP_TRACK_SOURCES, id=source_id)
    await library.run(REMOVE, id=source_id)
    await library.run(ACTIVATE_FIRST)
    return tracks


def _source(row: Row, addresses: Sequence[SourceAddress], tracks: int) -> Source:
    return Source(
        id=SourceId(row[0]),
        name=row[1],
        type=SourceType(row[2]),
        addresses=tuple(addresses),
        server_id=None if row[3] is None else ServerId(id_text(row[3])),
        username=row[4],
        account_id=row[5],
        is_active=bool(row[6]),
        needs_sign_in=bool(row[7]),
        added_at_ms=row[8],
        last_sync_at_ms=row[9],
        last_error_code=row[10],
        last_error=row[11],
        is_offline=bool(row[12]),
        failed_attempts=row[13],
        retry_at_ms=row[14],
        tracks=tracks,
    )
