"""A look at the queue: what stands in it, what can start, and what is known of that."""

from collections.abc import Mapping
from dataclasses import dataclass

from soul_player.client.downloads.known import Known, known_of
from soul_player.client.library.download_model import DownloadTask, TaskId
from soul_player.client.library.download_tasks import all_paused, next_time_ms, ready_tasks, standing
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.database.access import Reader


@dataclass(frozen=True)
class Seen:
    """What the library says of the queue, of one moment."""

    is_paused: bool
    standing: dict[TaskId, int]
    ready: list[DownloadTask]
    next_ms: int | None
    known: Mapping[LocalTrackId, Known]


async def look_at_queue(
    library: Reader, busy: list[TaskId], *, now_ms: int, count: int, ahead: int, lost: frozenset[SourceId]
) -> Seen:
    """`ahead`: of so many that are ready, what is needed to begin with them."""
    ready = await ready_tasks(library, but=busy, now_ms=now_ms, count=count)
    return Seen(
        await all_paused(library),
        await standing(library, busy) if busy else {},
        ready,
        await next_time_ms(library, now_ms=now_ms, but_for=lost),
        await known_of(library, [task.track_id for task in ready[:ahead]]),
    )
