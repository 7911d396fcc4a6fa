"""SQL of what the last look into a folder found: how its folders were, and which files could not be read."""

from collections.abc import Mapping

import msgspec

from soul_player.audio.source import Stamp
from soul_player.client.library.model import SourceId
from soul_player.client.library.sync_state import require_source
from soul_player.database.access import Reader, Writer

READ_LOOK = """
    SELECT seen
      FROM folder_looks
     WHERE source_id = :source_id
"""

WRITE_LOOK = """
    INSERT INTO folder_looks (source_id, seen)
    VALUES (:source_id, :seen)
        ON CONFLICT (source_id) DO UPDATE SET seen = excluded.seen
"""

FORGET_LOOK = """
    DELETE FROM folder_looks
     WHERE source_id = :source_id
"""

READ_UNREAD = """
    SELECT path, size_bytes, mtime_ns, inode, reason
      FROM folder_unread
     WHERE source_id = :source_id
"""

FORGET_UNREAD = """
    DELETE FROM folder_unread
     WHERE source_id = :source_id
"""

WRITE_UNREAD = """
    INSERT INTO folder_unread (source_id, path, size_bytes, mtime_ns, inode, reason)
    VALUES (:source_id, :path, :size_bytes, :mtime_ns, :inode, :reason)
"""

# Of each file that could not be read: the state that it had, and why.
Unread = Mapping[tuple[int, bytes], tuple[Stamp, str]]

_seen = msgspec.msgpack.Decoder(dict[bytes, bytes])


async def read_look(library: Reader, source_id: SourceId) -> dict[bytes, bytes]:
    """By folder, the digest of what lay in it; empty when a file of the folder has changed since."""
    row = await library.one(READ_LOOK, source_id=source_id)
    return {} if row is None else _seen.decode(row[0])


async def write_look(library: Writer, source_id: SourceId, seen: Mapping[bytes, bytes]) -> None:
    """In place of what was known before."""
    await require_source(library, source_id)
    if not seen:
        await library.run(FORGET_LOOK, source_id=source_id)
    else:
        await library.run(WRITE_LOOK, source_id=source_id, seen=msgspec.msgpack.encode(seen))


async def read_unread(library: Reader, source_id: SourceId) -> dict[tuple[int, bytes], tuple[Stamp, str]]:
    """By the source and the path."""
    rows = await library.all(READ_UNREAD, source_id=source_id)
    return {(source_id, bytes(row[0])): (Stamp(*row[1:4]), row[4]) for row in rows}


async def write_unread(library: Writer, source_id: SourceId, unread: Unread) -> None:
    """In place of what was known before."""
    await require_source(library, source_id)
    await library.run(FORGET_UNREAD, source_id=source_id)
    rows = [(source_id, path, *stamp, reason) for (_, path), (stamp, reason) in unread.items()]
    await library.run_many(WRITE_UNREAD, rows)
