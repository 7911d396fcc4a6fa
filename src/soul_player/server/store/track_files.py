"""Where a track's bytes are and under which name they are sent."""

from dataclasses import dataclass

import msgspec

from soul_player.audio.source import Stamp
from soul_player.database.access import Reader

FIND = """
    SELECT roots.path, tracks.path, tracks.size_bytes, tracks.mtime_ns, tracks.inode,
           CASE WHEN tracks.is_hashed = 1 THEN tracks.file_hash END,
           CASE WHEN tracks.is_hashed = 1 THEN tracks.audio_hash END, tracks.is_hashed,
           tracks.updated_at, tracks.body
      FROM tracks
      JOIN roots ON roots.id = tracks.root_id
     WHERE tracks.id = :id
       AND tracks.is_present = 1
"""

FIND_BODY = """
    SELECT body
      FROM tracks
     WHERE id = :id
       AND is_present = 1
"""


class TrackLabel(msgspec.Struct, frozen=True):
    """What an answer with a track's bytes tells of it."""

    title: str
    content_type: str
    artist: str | None = None
    artwork_id: str | None = None
    bitrate: int | None = None


@dataclass(frozen=True)
class TrackFile:
    """A track's file as it was when it was last looked at. The hashes are raw, None unless `is_hashed`; they were
    computed before `stored_at_ms`."""

    root: bytes
    path: bytes
    stamp: Stamp
    file_hash: bytes | None
    audio_hash: bytes | None
    is_hashed: bool
    stored_at_ms: int
    label: TrackLabel


_decoder = msgspec.json.Decoder(TrackLabel)


async def find_track_file(store: Reader, track_id: bytes) -> TrackFile | None:
    """None for a track that is gone, or never was."""
    row = await store.one(FIND, id=track_id)
    if row is None:
        return None
    root, path, size_bytes, mtime_ns, inode, file_hash, audio_hash, is_hashed, updated_at, body = row
    return TrackFile(
        bytes(root),
        bytes(path),
        Stamp(int(size_bytes), int(mtime_ns), int(inode)),
        None if file_hash is None else bytes(file_hash),
        None if audio_hash is None else bytes(audio_hash),
        bool(is_hashed),
        int(updated_at),
        _decoder.decode(body),
    )


async def find_track_body(store: Reader, track_id: bytes) -> bytes | None:
    """The track as it travels, encoded already. None for one that is gone, or never was."""
    row = await store.one(FIND_BODY, id=track_id)
    return None if row is None else bytes(row[0])
