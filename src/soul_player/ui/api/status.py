"""`/api/status`: how the library and its sources are, at one glance. Asks no server."""

import asyncio
import shutil

import msgspec

from soul_player.client import Client, Source, SourceType, shown_path
from soul_player.edges import Clock
from soul_player.protocol.times import time_text
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.badge import Badge, badge_of


class SourceStatus(msgspec.Struct, frozen=True):
    """A source and how it is. `url`: an address, or a folder's path."""

    id: int
    name: str
    type: str
    url: str
    is_online: bool
    is_active: bool
    is_syncing: bool
    needs_sign_in: bool
    tracks: int
    last_sync_at: str | None
    retry_at: str | None
    error_code: str | None
    error: str | None


class DownloadCounts(msgspec.Struct, frozen=True):
    """How many downloads are in which state."""

    pending: int
    active: int
    failed: int


class StorageStatus(msgspec.Struct, frozen=True):
    """Room on this device. `limit_bytes`: the setting; `free_bytes`: of the disk."""

    kept_bytes: int
    automatic_bytes: int
    limit_bytes: int
    free_bytes: int


class Status(msgspec.Struct, frozen=True):
    """All of it at one moment."""

    badge: Badge
    last_synced_at: str | None
    works_offline: bool
    sources: tuple[SourceStatus, ...]
    tracks: int
    waiting_edits: int
    decisions: int
    failed_edits: int
    downloads: DownloadCounts
    storage: StorageStatus


class StatusRoutes:
    """Reads; decides nothing."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def status(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """The badge, the sources, and what waits."""
        client = self._client
        sources = await client.sources.list()
        syncing = client.sync.running
        works_offline = await client.offline.is_on()
        synced = [source.last_sync_at_ms for source in sources if source.last_sync_at_ms is not None]
        counts = await client.downloads.counts()
        status = Status(
            badge=badge_of(sources, syncing=syncing, is_offline=works_offline, now_ms=self._clock.now_ms()),
            last_synced_at=time_text(max(synced)) if synced else None,
            works_offline=works_offline,
            sources=tuple(source_status(source, is_syncing=source.id in syncing) for source in sources),
            tracks=await client.library.count(),
            waiting_edits=await client.playlists.waiting_edits(),
            decisions=await client.questions.count(),
            failed_edits=len(await client.questions.failed_edits()),
            downloads=DownloadCounts(counts.pending, counts.active, counts.failed),
            storage=await storage_status(client),
        )
        return message_answer(status)


async def storage_status(client: Client) -> StorageStatus:
    """The meter."""
    stored = await client.downloads.store.storage()
    disk = await asyncio.to_thread(shutil.disk_usage, client.config.home)
    return StorageStatus(stored.kept_bytes, stored.automatic_bytes, client.downloads.limits.cache_bytes, disk.free)


def source_status(source: Source, *, is_syncing: bool) -> SourceStatus:
    """As the API says it."""
    return SourceStatus(
        id=source.id,
        name=source.name,
        type=source.type.value,
        url=source.url if source.type is SourceType.SERVER else shown_path(source.url),
        is_online=not source.is_offline,
        is_active=source.is_active,
        is_syncing=is_syncing,
        needs_sign_in=source.needs_sign_in,
        tracks=source.tracks,
        last_sync_at=_time(source.last_sync_at_ms),
        retry_at=_time(source.retry_at_ms),
        error_code=source.last_error_code,
        error=source.last_error,
    )


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else time_text(at_ms)
