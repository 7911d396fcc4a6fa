"""What sources say of recordings: taking a page of tracks into the library, in bulk."""

import json
from collections.abc import Sequence

import msgspec

from soul_player.client.library.late_returns import fold_late_returns
from soul_player.client.library.model import AvailabilityStatus, SourceId, Stored
from soul_player.client.library.orphans import find_again
from soul_player.client.library.returns import bind_returns
from soul_player.client.library.tracks import add_shown_tracks, refresh_statuses, show_again
from soul_player.client.library.words import add_words, remove_words
from soul_player.database.access import Reader, Row, Value, Writer
from soul_player.protocol.ids import TrackId, id_bytes, id_text
from soul_player.protocol.track import ReplayGain, Track

ID_BYTES = 16

# An initial run brings ids that are above all that are known: one look at the end of an index then spares a look-up
# for every row.
GREATEST_REMOTE_ID = """
    SELECT MAX(remote_id)
      FROM track_sources
     WHERE source_id = :source_id
"""

# The ids travel as one blob: a constant statement for any number of them.
FIND_KNOWN = """
    WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < :count)
    SELECT known.remote_id, known.id, known.track_id, known.run, known.seq, known.status,
           known.file_hash, known.title, known.artist, known.album, known.album_artist, known.genres, known.year,
           known.disc_number, known.track_number, known.duration_seconds, known.added_at, known.title_from_file
      FROM place
     CROSS JOIN track_sources known
             ON known.source_id = :source_id AND known.remote_id = substr(:ids, n * 16 + 1, 16)
"""

# Ids of tracks are given here, so that a page's new rows go to `tracks` and to the words with one statement each.
LAST_IDS = """
    SELECT COALESCE((SELECT MAX(id) FROM track_sources), 0),
           COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'tracks'), 0)
"""

ADD = """
    INSERT INTO track_sources (
           source_id, remote_id, track_id, status, run, seq, title, artist, artists, album, album_artist, album_id,
           track_number, disc_number, year, genres, duration_seconds, content_type, bitrate, sample_rate, channels,
           file_size, file_hash, audio_hash, fingerprinted, musicbrainz_recording_id, musicbrainz_release_id, isrc,
           replaygain, artwork_id, added_at, updated_at, title_from_file)
    VALUES (:source_id, :remote_id, :track_id, 'stream_only', :run, :seq, :title, :artist, :artists, :album,
           :album_artist, :album_id, :track_number, :disc_number, :year, :genres, :duration_seconds, :content_type,
           :bitrate, :sample_rate, :channels, :file_size, :file_hash, :audio_hash, :fingerprinted,
           :musicbrainz_recording_id, :musicbrainz_release_id, :isrc, :replaygain, :artwork_id, :added_at, :updated_at,
           :title_from_file)
"""

# A track that was unavailable and comes again is available again. Its place on this device is not the source's to say.
UPDATE = """
    UPDATE track_sources
       SET status = CASE WHEN status <> 'unavailable' THEN status
                         WHEN path IS NULL THEN 'stream_only' ELSE 'cached' END,
           run = :run, seq = :seq, title = :title, artist = :artist, artists = :artists, album = :album,
           album_artist = :album_artist, album_id = :album_id, track_number = :track_number,
           disc_number = :disc_number, year = :year, genres = :genres, duration_seconds = :duration_seconds,
           content_type = :content_type, bitrate = :bitrate, sample_rate = :sample_rate, channels = :channels,
           file_size = :file_size, file_hash = :file_hash, audio_hash = :audio_hash, fingerprinted = :fingerprinted,
           musicbrainz_recording_id = :musicbrainz_recording_id, musicbrainz_release_id = :musicbrainz_release_id,
           isrc = :isrc, replaygain = :replaygain, artwork_id = :artwork_id, added_at = :added_at,
           updated_at = :updated_at, title_from_file = :title_from_file
     WHERE id = :id
"""

COUNT_AVAILABLE = """
    SELECT COUNT(*)
      FROM track_sources
     WHERE source_id = :source_id
       AND status <> 'unavailable'
"""

# Where the values that a list shows stand in a row of FIND_KNOWN, and the same ones of a Track.
_SHOWN_FROM = 7

_json = msgspec.json.Encoder()
_replaygain = msgspec.json.Decoder(ReplayGain)


async def store_tracks(
    library: Writer, source_id: SourceId, *, run: int, tracks: Sequence[Track], ids: bytes, binds: bool = True
) -> Stored:
    """Upsert by id. A row at or below the position known for it is ignored, unless that was told by an earlier run.

    `ids`: the tracks' ids, 16 bytes each, in the same order; all distinct. `binds`: new ones may be lost ones.
    """
    assert len(ids) == len(tracks) * ID_BYTES, (len(ids), len(tracks))
    remote_ids = [ids[at : at + ID_BYTES] for at in range(0, len(ids), ID_BYTES)]
    known = await _find_known(library, source_id, remote_ids, ids)
    strangers = [place for place, remote_id in enumerate(remote_ids) if remote_id not in known]
    if (
        binds
        and strangers
        and await bind_returns(
            library, source_id, [tracks[place] for place in strangers], [remote_ids[place] for place in strangers]
        )
    ):
        known = await _find_known(library, source_id, remote_ids, ids)
    if not known:
        await _add(library, source_id, run, tracks, remote_ids)
        await find_again(library, source_id, remote_ids)
        return Stored(added=len(tracks))
    fresh: list[Track] = []
    fresh_ids: list[bytes] = []
    changed: list[tuple[Row, Track]] = []
    for track, remote_id in zip(tracks, remote_ids, strict=True):
        row = known.get(remote_id)
        if row is None:
            fresh.append(track)
            fresh_ids.append(remote_id)
        elif row[3] != run or track.seq > row[4]:
            changed.append((row, track))
    if fresh:
        await _add(library, source_id, run, fresh, fresh_ids)
    if changed:
        await _update(library, run, changed)
        if binds:
            await _fold_returned(library, source_id, run, changed)
    await find_again(library, source_id, remote_ids)
    return Stored(len(fresh), len(changed), len(tracks) - len(fresh) - len(changed))


async def count_available(library: Reader, source_id: SourceId) -> int:
    """How many tracks the source can give."""
    row = await library.one(COUNT_AVAILABLE, source_id=source_id)
    assert row is not None
    return int(row[0])


async def _find_known(
    library: Reader, source_id: SourceId, remote_ids: Sequence[bytes], ids: bytes
) -> dict[bytes, Row]:
    greatest = await library.one(GREATEST_REMOTE_ID, source_id=source_id)
    if not remote_ids or greatest is None or greatest[0] is None or greatest[0] < min(remote_ids):
        return {}
    rows = await library.all(FIND_KNOWN, source_id=source_id, ids=ids, count=len(remote_ids))
    return {row[0]: row for row in rows}


async def _add(
    library: Writer, source_id: SourceId, run: int, tracks: Sequence[Track], remote_ids: Sequence[bytes]
) -> None:
    last = await library.one(LAST_IDS)
    assert last is not None
    last_row_id, last_track_id = last
    rows = [
        (source_id, remote_id, track_id, run, *_columns(track))
        for track_id, (remote_id, track) in enumerate(zip(remote_ids, tracks, strict=True), start=last_track_id + 1)
    ]
    await library.run_many(ADD, rows)
    await add_shown_tracks(library, after_row_id=last_row_id)
    await add_words(library, after_track_id=last_track_id)


async def _update(library: Writer, run: int, changed: Sequence[tuple[Row, Track]]) -> None:
    rows: list[Sequence[Value]] = []
    shown_anew: set[int] = set()
    available_again: list[int] = []
    for row, track in changed:
        columns = _columns(track)
        rows.append((run, *columns, row[1]))
        if row[_SHOWN_FROM:] != _shown(track):
            shown_anew.add(row[2])
        if row[5] == AvailabilityStatus.UNAVAILABLE:
            available_again.append(row[2])
    # The words are taken out while the old ones can still be read.
    await remove_words(library, shown_anew)
    await library.run_many(UPDATE, rows)
    await show_again(library, shown_anew)
    if available_again:
        await refresh_statuses(library, available_again)


async def _fold_returned(library: Writer, source_id: SourceId, run: int, changed: Sequence[tuple[Row, Track]]) -> None:
    """Tracks whose hash came later than their row: one of them may be a track that was lost."""
    late = [(row, track) for row, track in changed if row[6] is None and track.file_hash is not None]
    if not late:
        return
    folded = await fold_late_returns(library, source_id, [(row[1], row[2], row[0], track) for row, track in late])
    ids = b"".join(id_bytes(track.id) for track in folded)
    known = await _find_known(library, source_id, [id_bytes(track.id) for track in folded], ids)
    await _update(library, run, [(known[id_bytes(track.id)], track) for track in folded])


def _columns(track: Track) -> tuple[Value, ...]:
    """In the order of ADD and UPDATE, from `seq` on."""
    return (
        track.seq,
        track.title,
        track.artist,
        _names(track.artists),
        track.album,
        track.album_artist,
        track.album_id,
        track.track_number,
        track.disc_number,
        track.year,
        _names(track.genres),
        track.duration_seconds,
        track.content_type,
        track.bitrate,
        track.sample_rate,
        track.channels,
        track.file_size,
        track.file_hash,
        track.audio_hash,
        track.fingerprinted,
        track.musicbrainz_recording_id,
        track.musicbrainz_release_id,
        track.isrc,
        None if track.replaygain is None else _json.encode(track.replaygain).decode(),
        track.artwork_id,
        track.added_at,
        track.updated_at,
        track.title_from_file,
    )


def _shown(track: Track) -> tuple[Value, ...]:
    """In the order of FIND_KNOWN, from `title` on."""
    return (
        track.title,
        track.artist,
        track.album,
        track.album_artist,
        _names(track.genres),
        track.year,
        track.disc_number,
        track.track_number,
        track.duration_seconds,
        track.added_at,
        int(track.title_from_file),
    )


def _names(names: Sequence[str]) -> str | None:
    """A list of names as JSON text; none: NULL."""
    return _json.encode(names).decode() if names else None


def read_told(row: Row) -> Track:
    """What a source said of a track: its `remote_id`, then the columns of ADD from `seq` on."""
    return Track(
        id=TrackId(id_text(row[0])),
        seq=row[1],
        title=row[2],
        artist=row[3],
        artists=read_names(row[4]),
        album=row[5],
        album_artist=row[6],
        album_id=row[7],
        track_number=row[8],
        disc_number=row[9],
        year=row[10],
        genres=read_names(row[11]),
        duration_seconds=row[12],
        content_type=row[13],
        bitrate=row[14],
        sample_rate=row[15],
        channels=row[16],
        file_size=row[17],
        file_hash=row[18],
        audio_hash=row[19],
        fingerprinted=bool(row[20]),
        musicbrainz_recording_id=row[21],
        musicbrainz_release_id=row[22],
        isrc=row[23],
        replaygain=None if row[24] is None else _replaygain.decode(row[24]),
        artwork_id=row[25],
        added_at=row[26],
        updated_at=row[27],
        title_from_file=bool(row[28]),
    )


def read_names(text: str | None) -> tuple[str, ...]:
    """The names back."""
    return () if text is None else tuple(json.loads(text))
