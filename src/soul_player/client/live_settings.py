"""Settings that hold while the client runs: applied when a program changes them, and when `client.toml` does."""

import asyncio
import contextlib
import logging
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

from soul_player.client.config import CONFIG_FILE, ClientConfig, load_config
from soul_player.client.downloads.door import Downloads
from soul_player.client.downloads.room import Limits
from soul_player.client.errors import ConfigInvalid
from soul_player.client.lookout import Lookout
from soul_player.client.playback.stream import Playback
from soul_player.database.errors import DatabaseError
from soul_player.protocol.quality import StreamQuality

log = logging.getLogger(__name__)

# They hold from the moment they are changed; the others from the next start.
LIVE = frozenset(
    {
        "download_bytes_per_second",
        "downloads_at_once",
        "cache_limit_bytes",
        "disk_free_bytes",
        "picture_limit_bytes",
        "stream_quality",
        "download_quality",
    }
)
# A library that could not be written to takes it a moment later.
AGAIN_SECONDS = 0.5
# A shell empties a file before it fills it: an empty one would have every setting forgotten.
SETTLING_SECONDS = 0.25

_Stamp = tuple[int, int, int] | None


class LiveSettings:
    """A setting that was not the file's at the start (the environment said it, or a flag) stays what it is."""

    def __init__(self, config: ClientConfig, downloads: Downloads, playback: Playback, lookout: Lookout) -> None:
        self._path = config.home / CONFIG_FILE
        self._downloads = downloads
        self._playback = playback
        self._lookout = lookout
        self._config = config
        self._stamp = _stamp_of(self._path)
        self._fixed = _differing(config, load_config(config.home))

    async def follow(self) -> None:
        """For ever: another process, or a person with an editor, may change the file."""
        changed = asyncio.Event()
        with self._lookout.following(partial(_stamp_of, self._path), changed.set):
            while True:
                changed.clear()
                is_followed = await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(None if is_followed else AGAIN_SECONDS):
                        await changed.wait()
                await asyncio.sleep(SETTLING_SECONDS)

    async def _look(self) -> bool:
        """Whether what the file says now holds, as far as it can be read."""
        stamp = _stamp_of(self._path)
        if stamp == self._stamp:
            return True
        self._stamp = stamp
        try:
            read = load_config(self._config.home)
        except ConfigInvalid as error:
            # Most likely it is being written: what held before holds on, until it changes once more.
            log.warning("a change of %s is not followed: %s", self._path, error.message)
            return True
        try:
            await self.apply(replace(self._config, **{name: getattr(read, name) for name in LIVE - self._fixed}))
        except DatabaseError as error:
            self._stamp = None
            log.info("a change of %s is followed a moment later: %s", self._path, error)
            return False
        return True

    async def apply(self, config: ClientConfig) -> None:
        """From now on."""
        self._config = replace(self._config, **{name: getattr(config, name) for name in LIVE})
        self._downloads.throttler.set_rate(config.download_bytes_per_second or None)
        self._downloads.set_slots(config.downloads_at_once)
        self._downloads.store.pictures.set_limit(config.picture_limit_bytes)
        self._playback.set_quality(config.stream_quality)
        self._downloads.quality = StreamQuality(config.download_quality)
        limits = Limits(config.cache_limit_bytes, config.disk_free_bytes)
        if limits != self._downloads.limits:
            await self._downloads.set_limits(limits)


def _differing(config: ClientConfig, other: ClientConfig) -> frozenset[str]:
    return frozenset(one.name for one in fields(ClientConfig) if getattr(config, one.name) != getattr(other, one.name))


def _stamp_of(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
