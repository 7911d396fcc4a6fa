"""Fingerprints of the few tracks that need them: fetched from servers, or made here of files that are here."""

import asyncio
import logging
import os
from collections.abc import Callable

from soul_player.client.dedupe.wanted import Heard, ToListenTo, store_heard, to_fetch, to_listen_to
from soul_player.client.errors import GoneError, SyncError
from soul_player.client.library.model import Source, SourceType
from soul_player.client.library.sources import all_sources
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.fingerprints import fetch_fingerprints
from soul_player.client.sources.server_client import ServerClient
from soul_player.database.access import Database
from soul_player.folders.pool import WorkersUnavailable
from soul_player.folders.prints import FindFingerprints, Fingerprints, NoFingerprint

log = logging.getLogger(__name__)

# A fingerprint is some 5 KB on its way.
FETCHED_AT_ONCE = 250
FETCHED_PER_RUN_MAX = 2_000
# A fifth of a second of CPU each.
LISTENED_AT_ONCE = 10
LISTENED_PER_RUN_MAX = 200


class FingerprintsWanted:
    """`get` them behind the matching, and match again: a server without them, or none reached, is no error."""

    def __init__(
        self,
        library: Database,
        connections: Connections,
        find: FindFingerprints,
    ) -> None:
        self._library = library
        self._connections = connections
        self._find = find
        self._prints: Fingerprints | None = None
        self._was_looked_for = False

    async def get(self, stops: Callable[[], bool]) -> int:
        """How many entries are to be matched again. What is left over, or `stops` leaves, is the next run's."""
        got = 0
        for source in await self._library.read(all_sources):
            if source.type is SourceType.SERVER and not source.needs_sign_in and not source.is_offline:
                got += await self._fetch_from(source, stops)
        return got + await self._listen(stops)

    async def _fetch_from(self, source: Source, stops: Callable[[], bool]) -> int:
        try:
            return await fetch_needed(self._library, self._connections.to(source), source, stops=stops)
        except GoneError:
            # The server is older than this route.
            return 0
        except SyncError as error:
            # The next sync says what is wrong with it.
            log.info("no fingerprints from %s now: %s", source.name, error.message)
            return 0

    async def _listen(self, stops: Callable[[], bool]) -> int:
        got = 0
        while got < LISTENED_PER_RUN_MAX and not stops():
            wanted = await self._library.read(to_listen_to, count=LISTENED_AT_ONCE)
            prints = await self._tool() if wanted else None
            if prints is None:
                return got
            try:
                heard = [one for one in [await _heard(prints, each) for each in wanted] if one is not None]
            except WorkersUnavailable as error:
                log.warning("no fingerprints now: %s", error)
                return got
            if not heard:
                # None of these can be read now.
                return got
            await self._library.write(store_heard, heard)
            got += len(heard)
        return got

    async def _tool(self) -> Fingerprints | None:
        """Looked for once, and only when there is something to listen to: a program is asked what it can."""
        if not self._was_looked_for:
            self._prints = await asyncio.to_thread(self._find)
            self._was_looked_for = True
        return self._prints


async def fetch_needed(
    library: Database, server: ServerClient, source: Source, *, stops: Callable[[], bool] = lambda: False
) -> int:
    """Fetch what is worth having of one server, within a bound; how many entries are to be matched again.

    Raises `SyncError`, `GoneError` when the server has no such route; what came before stays.
    """
    got = 0
    while got < FETCHED_PER_RUN_MAX and not stops():
        wanted = await library.read(to_fetch, source.id, count=FETCHED_AT_ONCE)
        if not wanted:
            break
        found = await fetch_fingerprints(server, [one.track_id for one in wanted])
        heard = []
        for one in wanted:
            print_of_it = found.get(one.track_id)
            if print_of_it is None:
                # It went meanwhile, or the server thought better of it: not asked for again while the audio is this.
                heard.append(Heard(one.entry_id, one.audio_hash, 0.0, b""))
            else:
                heard.append(Heard(one.entry_id, one.audio_hash, print_of_it.duration_seconds, print_of_it.words))
        await library.write(store_heard, heard)
        got += len(heard)
    return got


async def _heard(prints: Fingerprints, wanted: ToListenTo) -> Heard | None:
    folder, name = os.path.split(os.fsencode(wanted.path))
    words = await prints.of_file(folder, name)
    if words is None:
        return None
    if isinstance(words, NoFingerprint):
        words = b""
    return Heard(wanted.entry_id, wanted.audio_hash, wanted.duration_seconds, words)
