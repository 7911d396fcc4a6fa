"""`/api/status`: how the library and its sources are, at one glance. Asks no server."""

import asyncio
import shutil

import msgspec

from soul_player.client import (
    Badge,
    BadgeState,
    Client,
    Source,
    SourceAddress,
    SourceBadge,
    SourceNotFound,
    SourceType,
    shown_path,
    synced_at_ms,
)
from soul_player.protocol.times import time_text
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call


class BadgeStatus(msgspec.Struct, frozen=True):
    """All sources in one word, the worst first. `label`: in the words that people see. `action`: the one to offer."""

    state: str
    label: str
    reason: str | None
    action: str
    source_id: int | None


class AddressStatus(msgspec.Struct, frozen=True):
    """One address of a server, and what was last met there; `is_used`: the one that is asked first."""

    url: str
    is_used: bool
    fingerprint: str | None
    is_insecure: bool
    seen: str | None
    seen_at: str | None
    error_code: str | None
    error: str | None


class SourceStatus(msgspec.Struct, frozen=True):
    """A source and how it is: one of the badge's states, with its reason and action. `url`: or a folder's path.

    `server_id`: who must answer there; null for a folder.
    """

    id: int
    name: str
    type: str
    url: str
    username: str | None
    server_id: str | None
    addresses: tuple[AddressStatus, ...]
    connectivity: str
    state: str
    reason: str | None
    action: str
    is_online: bool
    is_active: bool
    is_syncing: bool
    needs_sign_in: bool
    tracks: int
    added_at: str
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

    badge: BadgeStatus
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

    def __init__(self, client: Client) -> None:
        self._client = client

    async def status(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """The badge, the sources, and what waits."""
        client = self._client
        read = await client.status.read()
        synced_ms = synced_at_ms([one for one in read.sources if one.last_sync_at_ms is not None])
        status = Status(
            badge=_badge(read.badge),
            last_synced_at=_time(synced_ms),
            works_offline=read.works_offline,
            sources=tuple(source_statuses(read.sources, read.badge)),
            tracks=await client.library.count(),
            waiting_edits=read.waiting_edits,
            decisions=read.decisions,
            failed_edits=read.failed_edits,
            downloads=DownloadCounts(read.downloads.pending, read.downloads.active, read.downloads.failed),
            storage=await storage_status(client),
        )
        return message_answer(status)


async def storage_status(client: Client) -> StorageStatus:
    """The meter."""
    stored = await client.downloads.store.storage()
    disk = await asyncio.to_thread(shutil.disk_usage, client.config.home)
    return StorageStatus(stored.kept_bytes, stored.automatic_bytes, client.downloads.limits.cache_bytes, disk.free)


def source_statuses(sources: tuple[Source, ...], badge: Badge) -> list[SourceStatus]:
    """As the API says them, in the order of the sources."""
    badges = {one.source_id: one for one in badge.sources}
    return [_source_status(source, badges[source.id]) for source in sources]


async def told_source(client: Client, source_id: int, *, status: int = 200) -> Answer:
    """One of them, as it is now. Raises `SourceNotFound`."""
    read = await client.status.read()
    for one in source_statuses(read.sources, read.badge):
        if one.id == source_id:
            return message_answer(one, status=status)
    raise SourceNotFound(f"there is no source with the id {source_id}")


def _source_status(source: Source, badge: SourceBadge) -> SourceStatus:
    return SourceStatus(
        id=source.id,
        name=source.name,
        type=source.type.value,
        url=source.url if source.type is SourceType.SERVER else shown_path(source.url),
        username=source.username,
        addresses=tuple(_address_status(one, is_used=not at) for at, one in enumerate(source.addresses)),
        connectivity=source.connectivity.value,
        state=badge.state.value,
        reason=badge.reason,
        action=badge.action.value,
        is_online=not source.is_offline,
        is_active=source.is_active,
        is_syncing=badge.state is BadgeState.SYNCING,
        needs_sign_in=source.needs_sign_in,
        server_id=source.server_id,
        tracks=source.tracks,
        added_at=time_text(source.added_at_ms),
        last_sync_at=_time(source.last_sync_at_ms),
        retry_at=_time(source.retry_at_ms),
        error_code=source.last_error_code,
        error=source.last_error,
    )


def _address_status(address: SourceAddress, *, is_used: bool) -> AddressStatus:
    return AddressStatus(
        url=address.url,
        is_used=is_used,
        fingerprint=address.fingerprint,
        is_insecure=address.is_insecure,
        seen=None if address.seen is None else address.seen.value,
        seen_at=_time(address.seen_at_ms),
        error_code=address.error_code,
        error=address.error,
    )


def _badge(badge: Badge) -> BadgeStatus:
    return BadgeStatus(badge.state.value, badge.label, badge.reason, badge.action.value, badge.source_id)


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else time_text(at_ms)
