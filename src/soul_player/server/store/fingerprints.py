"""SQL of acoustic fingerprints: which are to be made next, what was made, and whose they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soul_player.database.access import Reader, Writer
from soul_player.server.store.tracks import TrackWrites, write_tracks

_IS_TO_BE_MADE = """
       tracks.is_present = 1
       AND tracks.is_hashed = 1
       AND tracks.is_fingerprint_tried = 0
"""

# Most plays first, then what is in a playlist or was rated.
LIST_PREFERRED = f"""
    SELECT tracks.id
      FROM (SELECT track_id, SUM(plays) AS plays
              FROM (SELECT track_id, play_count AS plays FROM user_data
                     UNION ALL
                    SELECT track_id, 0 AS plays FROM playlist_entries WHERE is_removed = 0) named
             GROUP BY track_id) wanted
      JOIN tracks ON tracks.id = wanted.track_id
     WHERE {_IS_TO_BE_MADE}
     ORDER BY wanted.plays DESC, tracks.id
     LIMIT :count OFFSET :passed
"""  # noqa: S608  # a constant of this module

LIST_OTHERS = f"""
    SELECT tracks.id
      FROM tracks
     WHERE {_IS_TO_BE_MADE}
       AND tracks.id > :after
     ORDER BY tracks.id
     LIMIT :count
"""  # noqa: S608  # a constant of this module

FIND = """
    SELECT words
      FROM fingerprints
     WHERE content_hash = :content_hash
"""

PUT = """
    INSERT INTO fingerprints (content_hash, words, made_at)
    VALUES (:content_hash, :words, :made_at)
    ON CONFLICT (content_hash) DO UPDATE
       SET words = excluded.words,
           made_at = excluded.made_at
"""

# A file whose hashes are not known (any more) may turn out to be tagged anew only: until then nothing is certain.
# EXCEPT: no index finds a track by its audio, and both engines do this in one walk.
PURGE = """
    DELETE FROM fingerprints
     WHERE made_at < :made_before
       AND NOT EXISTS (SELECT 1 FROM tracks WHERE is_present = 1 AND is_hashed = 0)
       AND content_hash IN (SELECT content_hash FROM fingerprints
                            EXCEPT SELECT audio_hash FROM tracks
                            EXCEPT SELECT file_hash FROM tracks)
"""

FIND_OF_TRACK = """
    SELECT tracks.duration_seconds, fingerprints.words
      FROM tracks
      LEFT JOIN fingerprints ON fingerprints.content_hash = COALESCE(tracks.audio_hash, tracks.file_hash)
                            AND tracks.is_fingerprint_tried = 1
     WHERE tracks.id = :id
       AND tracks.is_present = 1
"""


@dataclass(frozen=True)
class TrackFingerprint:
    """A track that is there, and its fingerprint's words if it has one."""

    duration_seconds: float
    words: bytes | None


async def list_preferred(store: Reader, *, count: int, passed: int) -> list[bytes]:
    """Tracks without a fingerprint that somebody played, rated or put in a playlist, behind the first `passed`."""
    return [bytes(row[0]) for row in await store.all(LIST_PREFERRED, count=count, passed=passed)]


async def list_others(store: Reader, *, after: bytes, count: int) -> list[bytes]:
    """Any tracks that have no fingerprint yet, by id, behind `after`."""
    return [bytes(row[0]) for row in await store.all(LIST_OTHERS, after=after, count=count)]


async def find_known(store: Reader, content_hashes: Iterable[bytes]) -> dict[bytes, bool]:
    """Of the audio that was tried: whether there is a fingerprint."""
    found = {content_hash: await store.one(FIND, content_hash=content_hash) for content_hash in content_hashes}
    return {content_hash: row[0] is not None for content_hash, row in found.items() if row is not None}


async def write_fingerprints(
    store: Writer,
    made: Sequence[tuple[bytes, bytes | None]],
    writes: TrackWrites,
    bodies: Sequence[tuple[bytes, bytes]],
    now_ms: int,
) -> int:
    """What was made, by content, together with the rows that tell of it; how many of those somebody else wrote to."""
    # First, because it may claim positions.
    stale = await write_tracks(store, writes, bodies, now_ms)
    await store.run_many(PUT, [(content_hash, words, now_ms) for content_hash, words in made])
    return stale


async def purge_fingerprints(store: Writer, *, made_before: int) -> int:
    """Those of audio that no track has any more; how many."""
    return await store.run(PURGE, made_before=made_before)


async def find_fingerprint(store: Reader, track_id: bytes) -> TrackFingerprint | None:
    """None for a track that is gone, or never was."""
    row = await store.one(FIND_OF_TRACK, id=track_id)
    return None if row is None else TrackFingerprint(float(row[0]), None if row[1] is None else bytes(row[1]))


async def find_fingerprints(store: Reader, track_ids: Sequence[bytes]) -> list[TrackFingerprint | None]:
    """One answer for each id."""
    return [await find_fingerprint(store, track_id) for track_id in track_ids]
