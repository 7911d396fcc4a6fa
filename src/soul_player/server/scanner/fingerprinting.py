"""The third phase: fingerprints, one file at a time, of what people play first; beside the music, never before it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from soul_player.database.errors import DatabaseError
from soul_player.folders.pool import WorkersUnavailable
from soul_player.folders.prints import FindFingerprints, Fingerprints, NoFingerprint
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.times import time_text
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.store.fingerprints import find_known, list_others, list_preferred, write_fingerprints
from soul_player.server.store.roots import list_roots
from soul_player.server.store.scopes import LIBRARY
from soul_player.server.store.tracks import TrackWrites, find_tracks, split_body

log = logging.getLogger("soul_player.server")

# What a server that ends in between has to do again: some seconds of work.
TRACKS_A_BATCH = 16
# How long a track that somebody just played waits behind others.
TRACKS_A_LOOK = 128
# Whatever was hashed without the scanner's saying so is found by the clock.
LOOK_AGAIN_SECONDS = 600.0
# What cannot be read is gone through less and less often: a disk that is away may hold a hundred thousand files.
LOOK_AGAIN_SECONDS_MAX = 6 * 3_600.0
RESTS_MAX = 1_000
RETRY_SECONDS = 30.0
_BEFORE_ALL = b""


class Fingerprinting:
    """Makes the fingerprints that are missing, until it is cancelled. Where no tool is, it does nothing."""

    def __init__(
        self,
        parts: ScanParts,
        find: FindFingerprints,
        *,
        look_again_seconds: float = LOOK_AGAIN_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
        rest_seconds: float = 0.0,
    ) -> None:
        self._parts = parts
        self._find = find
        self._look_again_seconds = look_again_seconds
        self._retry_seconds = retry_seconds
        self._rest_seconds = rest_seconds
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self) -> None:
        """For ever, or not at all."""
        prints = await asyncio.to_thread(self._find)
        if prints is None:
            log.info("no fingerprints are made: there is neither fpcalc nor an ffmpeg with chromaprint")
            return
        seconds = self._look_again_seconds
        while True:
            await self._rest()
            try:
                tried = await self.make_all(prints)
            except (DatabaseError, WorkersUnavailable) as error:
                log.warning("fingerprints wait: %s", error)
                await asyncio.sleep(self._retry_seconds)
                continue
            # Also when nobody said anything it looks again.
            is_woken = await self._is_woken_within(seconds)
            seconds = self._look_again_seconds if tried or is_woken else min(2 * seconds, LOOK_AGAIN_SECONDS_MAX)

    async def _rest(self) -> None:
        """Until nothing was hashed for a while; not for ever where files come without end."""
        for _ in range(RESTS_MAX):
            self._wake.clear()
            if not await self._is_woken_within(self._rest_seconds):
                return

    async def _is_woken_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    async def make_all(self, prints: Fingerprints) -> int:
        """Every one that is missing, here and now; of how many tracks it was made, or tried in vain.

        A track that cannot be read now is passed over: it is the next call's.
        """
        database = self._parts.database
        tried, passed, after = 0, 0, _BEFORE_ALL
        while True:
            ids = await database.read(list_preferred, count=TRACKS_A_LOOK, passed=passed)
            if ids:
                done = await self._make_some(prints, ids)
                # What is done has left the list.
                passed += len(ids) - done
            else:
                ids = await database.read(list_others, after=after, count=TRACKS_A_LOOK)
                if not ids:
                    return tried
                done = await self._make_some(prints, ids)
                after = ids[-1]
            tried += done

    async def _make_some(self, prints: Fingerprints, ids: Sequence[bytes]) -> int:
        batches = [ids[start : start + TRACKS_A_BATCH] for start in range(0, len(ids), TRACKS_A_BATCH)]
        return sum([await self._make_batch(prints, batch) for batch in batches])

    async def _make_batch(self, prints: Fingerprints, ids: Sequence[bytes]) -> int:
        database = self._parts.database
        rows = [
            row
            for row in await database.read(find_tracks, ids)
            if row.is_present and row.is_hashed and not row.is_fingerprint_tried
        ]
        known = await database.read(find_known, {row.content_hash for row in rows if row.content_hash is not None})
        roots = {root.id: root.path for root in await database.read(list_roots)}
        made: dict[bytes, bytes | None] = {}
        told: list[StoredTrack] = []
        for row in rows:
            content_hash = row.content_hash
            assert content_hash is not None, "a hashed file has a hash"
            if content_hash not in known and content_hash not in made:
                words = await self._listen(prints, roots[row.root_id], row)
                if words is None:
                    continue
                made[content_hash] = words or None
            is_made = known[content_hash] if content_hash in known else made[content_hash] is not None
            told.append(self._with_fingerprint(row, is_made=is_made))
        await self._write(made, told)
        return len(told)

    async def _listen(self, prints: Fingerprints, root: bytes, row: StoredTrack) -> bytes | None:
        """No words at all: none can be made of it. None: it cannot be read now."""
        answer = await prints.of_file(root, row.path, row.stamp)
        if isinstance(answer, NoFingerprint):
            log.info("no fingerprint of %r: %s", row.path, answer.reason)
            return b""
        return answer

    def _with_fingerprint(self, row: StoredTrack, *, is_made: bool) -> StoredTrack:
        if not is_made:
            return replace(row, is_fingerprint_tried=True)
        now_ms = self._parts.clock.now_ms()
        track = msgspec.structs.replace(row.track, fingerprinted=True, updated_at=time_text(now_ms))
        return replace(row, track=track, updated_at=now_ms, is_fingerprint_tried=True)

    async def _write(self, made: dict[bytes, bytes | None], told: Sequence[StoredTrack]) -> None:
        if not told:
            return
        put = [row for row in told if row.track.fingerprinted]
        writes = TrackWrites(put, [row for row in told if not row.track.fingerprinted])
        bodies = [split_body(row) for row in put]
        database = self._parts.database
        await database.write(write_fingerprints, list(made.items()), writes, bodies, self._parts.clock.now_ms())
        if put:
            self._parts.announce(LIBRARY)
