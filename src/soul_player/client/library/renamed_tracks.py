"""Tracks that a server tells under other ids after it lost what it was told: found once its feed was read from nothing.

A page cannot tell: what it does not name may be named by the next one. At the end of the run a row that was not told
again, and a row that is new and has its bytes, its audio, or its size and words, are one track.
"""

from collections.abc import Sequence

from soul_player.client.library.late_returns import fold
from soul_player.client.library.model import SourceId
from soul_player.client.library.notes import read_note, remove_note, write_note
from soul_player.client.library.returns import decide_returns, read_lost
from soul_player.client.library.track_sources import ID_BYTES, read_told, store_tracks
from soul_player.database.access import Writer
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.track import Track

NEWEST_BEFORE = "newest_before_reset"

NEWEST = """
    SELECT COALESCE(MAX(id), 0)
      FROM track_sources
"""

UNTOLD = """
    SELECT id, remote_id, track_id, title, artist, album, track_number, disc_number, duration_seconds, file_size,
           file_hash, audio_hash, path
      FROM track_sources
     WHERE source_id = :source_id
       AND run < :run
       AND status <> 'unavailable'
     ORDER BY id
"""

ARRIVED = """
    SELECT id, track_id, remote_id, seq, title, artist, artists, album, album_artist, album_id, track_number,
           disc_number, year, genres, duration_seconds, content_type, bitrate, sample_rate, channels, file_size,
           file_hash, audio_hash, fingerprinted, musicbrainz_recording_id, musicbrainz_release_id, isrc, replaygain,
           artwork_id, added_at, updated_at, title_from_file
      FROM track_sources
     WHERE id > :newest
       AND source_id = :source_id
       AND run = :run
     ORDER BY id
"""


async def note_newest(library: Writer, source_id: SourceId) -> None:
    """When a feed starts anew: what comes from here on is new. A run that did not come to its end goes on counting."""
    name = _name(source_id)
    if await read_note(library, name) is None:
        row = await library.one(NEWEST)
        assert row is not None
        await write_note(library, name, str(row[0]))


async def bind_renamed(library: Writer, source_id: SourceId, *, run: int) -> int:
    """At the end of that run, before what it did not tell is swept; how many tracks have another name now."""
    name = _name(source_id)
    newest = await read_note(library, name)
    if newest is None:
        return 0
    await remove_note(library, name)
    lost = [read_lost(row) for row in await library.all(UNTOLD, source_id=source_id, run=run)]
    rows = await library.all(ARRIVED, source_id=source_id, run=run, newest=int(newest)) if lost else []
    came = [read_told(row[2:]) for row in rows]
    found = decide_returns(lost, came)
    renamed: list[Track] = []
    for place, its_former in found.items():
        arrived = (rows[place][0], rows[place][1], bytes(rows[place][2]), came[place])
        if await fold(library, source_id, arrived, its_former):
            renamed.append(came[place])
    await _tell_again(library, source_id, run, renamed)
    return len(found)


async def forget_newest(library: Writer, source_id: SourceId) -> None:
    """The source goes."""
    await remove_note(library, _name(source_id))


async def _tell_again(library: Writer, source_id: SourceId, run: int, tracks: Sequence[Track]) -> None:
    """The former row has the new name, and is told what the new one said."""
    ids = b"".join(id_bytes(track.id) for track in tracks)
    assert len(ids) == len(tracks) * ID_BYTES, len(ids)
    await store_tracks(library, source_id, run=run, tracks=tracks, ids=ids, binds=False)


def _name(source_id: SourceId) -> str:
    return f"{NEWEST_BEFORE}:{source_id}"
