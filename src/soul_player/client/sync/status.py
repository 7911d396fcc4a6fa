"""`client.status`: how everything is, at one glance, from what this device knows. No server is asked."""

from collections.abc import Callable
from dataclasses import dataclass

from soul_player.client.library.download_model import QueueCounts
from soul_player.client.library.download_tasks import queue_counts
from soul_player.client.library.failed_edits import list_failed
from soul_player.client.library.model import Source, SourceId
from soul_player.client.library.notes import read_note
from soul_player.client.library.questions import count_questions
from soul_player.client.library.server_questions import asked_about
from soul_player.client.library.sources import all_sources
from soul_player.client.library.sync_queue import count_waiting
from soul_player.client.sources.offline_switch import WORKING_OFFLINE
from soul_player.client.sync.badge import Badge, badge_of
from soul_player.client.sync.engine import Sync
from soul_player.database.access import Database, Reader
from soul_player.edges import Clock


@dataclass(frozen=True)
class ClientStatus:
    """All of it at one moment. `waiting_edits`: not sent yet; `failed_edits`: that no server takes."""

    badge: Badge
    sources: tuple[Source, ...]
    works_offline: bool
    waiting_edits: int
    decisions: int
    failed_edits: int
    downloads: QueueCounts


@dataclass(frozen=True)
class _Known:
    """What one snapshot of the library says."""

    sources: list[Source]
    asked: frozenset[SourceId]
    works_offline: bool
    waiting_edits: int
    decisions: int
    failed_edits: int
    downloads: QueueCounts


class Status:
    """`client.status`."""

    def __init__(self, library: Database, sync: Sync, clock: Clock, *, is_fetching: Callable[[], bool]) -> None:
        self._library = library
        self._sync = sync
        self._clock = clock
        self._is_fetching = is_fetching

    async def read(self) -> ClientStatus:
        """Also of what another process of this home is doing."""
        syncing = self._sync.running or self._sync.running_elsewhere()
        known = await self._library.read(_known, is_fetching=self._is_fetching())
        now_ms = self._clock.now_ms()
        badge = badge_of(
            known.sources, syncing=syncing, asked=known.asked, works_offline=known.works_offline, now_ms=now_ms
        )
        return ClientStatus(
            badge=badge,
            sources=tuple(known.sources),
            works_offline=known.works_offline,
            waiting_edits=known.waiting_edits,
            decisions=known.decisions,
            failed_edits=known.failed_edits,
            downloads=known.downloads,
        )


async def _known(library: Reader, *, is_fetching: bool) -> _Known:
    return _Known(
        sources=await all_sources(library, counted=True),
        asked=await asked_about(library),
        works_offline=await read_note(library, WORKING_OFFLINE) is not None,
        waiting_edits=await count_waiting(library),
        decisions=await count_questions(library),
        failed_edits=len(await list_failed(library)),
        downloads=await queue_counts(library, is_fetching=is_fetching),
    )
