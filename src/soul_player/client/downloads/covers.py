"""The picture of any recording, for who looks at a list: from this device, else read or fetched once, and then kept."""

import asyncio
import os
from pathlib import Path

from soul_player.client.downloads.pictures import Pictures
from soul_player.client.library.browse import sources_of
from soul_player.client.library.model import LocalTrackId, Source, SourceId, TrackSource
from soul_player.client.library.sources import all_sources
from soul_player.client.sources.files import PICTURE_BYTES_MAX, PICTURE_TYPES
from soul_player.database.access import Database, Reader
from soul_player.edges import Clock
from soul_player.folders.messages import ArtworkRequest, Picture
from soul_player.folders.read import perform

# A screen full of covers is no reason to ask a server for all of them at once.
AT_ONCE = 4
# Where nobody had it, nobody is asked again for so long.
NONE_SECONDS = 60.0
NONE_MAX = 10_000


class Covers:
    """`client.downloads.store.pictures` keeps what is found."""

    def __init__(self, library: Database, pictures: Pictures, clock: Clock) -> None:
        self._library = library
        self._pictures = pictures
        self._clock = clock
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._none_until: dict[LocalTrackId, float] = {}

    async def of(self, track_id: LocalTrackId) -> tuple[Path, str] | None:
        """The file and its content type; None: there is none, or nobody who has it can be asked now."""
        found = await self._pictures.of(track_id)
        if found is not None or self._none_until.get(track_id, 0.0) > self._clock.monotonic():
            return found
        async with self._turn:
            found = await self._pictures.of(track_id)
            if found is None and await self._bring(track_id):
                found = await self._pictures.of(track_id)
        if found is None:
            if len(self._none_until) >= NONE_MAX:
                self._none_until.clear()
            self._none_until[track_id] = self._clock.monotonic() + NONE_SECONDS
        return found

    async def _bring(self, track_id: LocalTrackId) -> bool:
        rows, sources = await self._library.read(_places, track_id)
        for row in rows:
            if row.artwork_id is None:
                continue
            picture = None if row.path is None else await asyncio.to_thread(_picture_in, row.path)
            if picture is not None:
                await self._pictures.keep(row.artwork_id, picture.content_type, picture.image)
                return True
            source = sources.get(row.source_id)
            if source is None or source.is_offline or source.needs_sign_in or source.server_id is None:
                continue
            if await self._pictures.fetch(row.artwork_id, row.source_id, row.remote_id) is None:
                return True
        return False


async def _places(library: Reader, track_id: LocalTrackId) -> tuple[tuple[TrackSource, ...], dict[SourceId, Source]]:
    return await sources_of(library, track_id), {source.id: source for source in await all_sources(library)}


def _picture_in(path: str) -> Picture | None:
    """As it stands in the file, or beside it: whoever looks at it decodes it."""
    folder, name = os.path.split(os.fsencode(path))
    (answer,) = perform(ArtworkRequest(folder, name, None)).answers
    if not isinstance(answer, Picture) or answer.content_type not in PICTURE_TYPES:
        return None
    return answer if len(answer.image) <= PICTURE_BYTES_MAX else None
