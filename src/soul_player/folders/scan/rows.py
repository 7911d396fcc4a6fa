"""Pure: what was read of a file -> the row of its track, and whether that is news to anyone."""

import posixpath
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import msgspec

from soul_player.audio.file_hash import audio_hash_text, file_hash_text
from soul_player.audio.source import Stamp
from soul_player.audio.text import clean
from soul_player.folders.messages import Hashed, TagsRead
from soul_player.folders.scan.albums import album_id
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.ids import TrackId, id_text
from soul_player.protocol.times import time_text
from soul_player.protocol.track import Track

Place = tuple[int, bytes]

NOTHING_TRIED: Mapping[bytes, bool] = MappingProxyType({})


def new_row(track_id: bytes, place: Place, read: TagsRead, hashed: Hashed | None, *, now_ms: int) -> StoredTrack:
    """The row of a file that was never seen."""
    added_at = _time_text(now_ms)
    row = StoredTrack(
        id=track_id,
        root_id=place[0],
        path=place[1],
        stamp=Stamp(*read.stamp),
        track=_track(id_text(track_id), place[1], read, added_at=added_at, updated_at=added_at),
        added_at=now_ms,
        updated_at=now_ms,
    )
    return row if hashed is None else _with_hashes(row, hashed)


def changed_row(row: StoredTrack, place: Place, read: TagsRead, hashed: Hashed | None, *, now_ms: int) -> StoredTrack:
    """The row of a known track whose file changed, moved, or came back; equal but for its stamp when nothing is new.

    Hashes of a file whose stamp alone changed stay with what is told until it is hashed anew; of one whose size or
    tags changed they would be a lie.
    """
    stamp = Stamp(*read.stamp)
    track = _track(
        row.track.id, place[1], read, added_at=row.track.added_at, updated_at=_time_text(now_ms), seq=row.track.seq
    )
    kept = msgspec.structs.replace(
        track,
        file_hash=row.track.file_hash,
        audio_hash=row.track.audio_hash,
        artwork_id=row.track.artwork_id,
        fingerprinted=row.track.fingerprinted,
    )
    is_same_file = stamp == row.stamp or is_same_news(kept, row.track)
    if not is_same_file:
        # The picture is most likely still the same, and no promise about bytes.
        kept = msgspec.structs.replace(track, artwork_id=row.track.artwork_id)
    changed = replace(
        row,
        root_id=place[0],
        path=place[1],
        stamp=stamp,
        track=kept,
        updated_at=now_ms,
        is_hashed=row.is_hashed and stamp == row.stamp,
        is_fingerprint_tried=row.is_fingerprint_tried and is_same_file,
        is_present=True,
    )
    if hashed is not None:
        changed = _with_hashes(changed, hashed)
    return changed


def hashed_row(
    row: StoredTrack, hashed: Hashed, *, now_ms: int, fingerprints: Mapping[bytes, bool] = NOTHING_TRIED
) -> StoredTrack:
    """The row with its hashes known. `fingerprints`: of contents that were tried before, whether there is one."""
    found = _with_hashes(row, hashed, fingerprints)
    track = msgspec.structs.replace(found.track, updated_at=_time_text(now_ms))
    return replace(found, track=track, updated_at=now_ms)


def is_news(before: StoredTrack, after: StoredTrack) -> bool:
    """Whether anybody must hear of it: a change that changes nothing moves no row (protocol, section 1)."""
    return not before.is_present or not is_same_news(before.track, after.track)


def is_same_news(one: Track, other: Track) -> bool:
    """Whether two states of a track differ in what they tell, their time and position apart."""
    return msgspec.structs.replace(one, updated_at=other.updated_at, seq=other.seq) == other


def title_of(path: bytes) -> str:
    """What a track without a title is called: its file's name without the suffix."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    return clean(stem.decode("utf-8", "replace")) or "?"


# Every row of a batch has the same time.
_time_text = lru_cache(maxsize=16)(time_text)


def _with_hashes(row: StoredTrack, hashed: Hashed, fingerprints: Mapping[bytes, bool] = NOTHING_TRIED) -> StoredTrack:
    content_hash = hashed.audio_hash or hashed.file_hash
    is_same_content = content_hash == row.content_hash
    is_tried = content_hash in fingerprints or (row.is_fingerprint_tried and is_same_content)
    track = msgspec.structs.replace(
        row.track,
        fingerprinted=fingerprints.get(content_hash, is_same_content and row.track.fingerprinted),
        file_hash=file_hash_text(hashed.file_hash),
        audio_hash=None if hashed.audio_hash is None else audio_hash_text(hashed.audio_hash),
        artwork_id=hashed.artwork_id,
    )
    return replace(
        row,
        track=track,
        file_hash=hashed.file_hash,
        audio_hash=hashed.audio_hash,
        is_hashed=True,
        is_fingerprint_tried=is_tried,
    )


def _track(track_id: str, path: bytes, read: TagsRead, *, added_at: str, updated_at: str, seq: int = 0) -> Track:
    tags = read.metadata
    return Track(
        id=TrackId(track_id),
        title=tags.title or title_of(path),
        content_type=read.content_type,
        file_size=read.stamp[0],
        duration_seconds=tags.duration_seconds,
        added_at=added_at,
        updated_at=updated_at,
        seq=seq,
        artist=tags.artist,
        artists=tags.artists,
        album=tags.album,
        album_artist=tags.album_artist,
        album_id=album_id(tags),
        track_number=tags.track_number,
        disc_number=tags.disc_number,
        year=tags.year,
        genres=tags.genres,
        bitrate=tags.bitrate,
        sample_rate=tags.sample_rate,
        channels=tags.channels,
        musicbrainz_recording_id=tags.musicbrainz_recording_id,
        musicbrainz_release_id=tags.musicbrainz_release_id,
        isrc=tags.isrc,
        replaygain=tags.replaygain,
        title_from_file=not tags.title,
    )
