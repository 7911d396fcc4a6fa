"""`/api/downloads`: the queue, asking for tracks, steering what waits, the storage meter."""

from typing import Annotated

import msgspec

from soul_player.client import PRIORITY_ASKED, PRIORITY_MAX, Client, Download, TaskId, Wish, wish_words
from soul_player.edges import Clock
from soul_player.protocol.quality import StreamQuality
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import ID_MAX, Call
from soul_player.ui.api.status import storage_status
from soul_player.ui.queries import condition_of

MISSING = "download_not_found"
PAGE_MAX = 1_000
TASKS_MAX = 1_000

Id = Annotated[int, msgspec.Meta(ge=1, le=ID_MAX)]
QueryText = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class QueueQuery(msgspec.Struct, frozen=True):
    """A stretch of the queue."""

    skip: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)] = 200


class DownloadRow(msgspec.Struct, frozen=True):
    """`reason`: why it does not run now. `is_asked`: by a person; else it is automatic. `quality`: what is fetched."""

    id: int
    track_id: int
    title: str
    artist: str | None
    state: str
    is_asked: bool
    priority: int
    quality: str
    source_id: int | None
    source_name: str | None
    bytes_done: int
    bytes_total: int | None
    resumed_bytes: int
    reason: str | None
    error_code: str | None
    error: str | None


class Queue(msgspec.Struct, frozen=True):
    """What is under way, then what waits in its order, then what has failed; and how much there is in all.

    `is_paused`: a person paused everything.
    """

    downloads: tuple[DownloadRow, ...]
    is_paused: bool
    pending: int
    active: int
    failed: int


class PreviewQuery(msgspec.Struct, frozen=True):
    """What would be asked for; without a `quality` in that of the settings."""

    query: QueryText
    quality: StreamQuality | None = None


class DownloadRequest(msgspec.Struct, frozen=True):
    """A query that is only a playlist stays up to date with it. `keeps_only`: nothing is fetched for it.

    Without a `quality` it comes in that of the settings.
    """

    query: QueryText
    quality: StreamQuality | None = None
    priority: Annotated[int, msgspec.Meta(ge=1, le=PRIORITY_MAX)] = PRIORITY_ASKED
    keeps_only: bool = False


class Plan(msgspec.Struct, frozen=True):
    """What a wish means: the tracks it names, those that are here, those that are fetched for it."""

    tracks: int
    bytes: int
    here: int
    queued: int
    queued_bytes: int


class LetGoRequest(msgspec.Struct, frozen=True):
    """What was asked for by this very query, else all that was asked for of what it names."""

    query: QueryText


class Freed(msgspec.Struct, frozen=True):
    """`removed` copies, `cancelled` downloads; of so many `tracks`, something else keeps `kept`."""

    removed: int
    freed_bytes: int
    cancelled: int
    tracks: int
    kept: int


class Tasks(msgspec.Struct, frozen=True):
    """These downloads, or all."""

    ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=TASKS_MAX)] | None = None

    @property
    def task_ids(self) -> list[TaskId] | None:
        """As the client takes them."""
        return None if self.ids is None else [TaskId(one) for one in self.ids]


class Changed(msgspec.Struct, frozen=True):
    """How many it changed."""

    downloads: int


class MoveRequest(msgspec.Struct, frozen=True):
    """Behind that one, and as urgent; null: before all others of its kind."""

    after: Id | None = None


class DownloadRoutes:
    """Parses and answers; `client.downloads` does it."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._downloads = client.downloads
        self._clock = clock

    async def queue(self, call: Call) -> Answer:
        """The queue, and why what waits does."""
        asked = call.query(QueueQuery)
        found = await self._downloads.list(count=asked.limit, skipped=asked.skip)
        counts = await self._downloads.counts()
        rows = tuple(_row(one) for one in found)
        is_paused = await self._downloads.is_paused()
        return message_answer(Queue(rows, is_paused, counts.pending, counts.active, counts.failed))

    async def preview(self, call: Call) -> Answer:
        """What asking for these tracks would mean."""
        asked = call.query(PreviewQuery)
        condition = condition_of(asked.query, self._clock)
        planned = await self._downloads.preview(condition, quality=asked.quality or self._downloads.quality)
        plan = Plan(planned.tracks, planned.size_bytes, planned.here, len(planned.queued), planned.queued_bytes)
        return message_answer(plan)

    async def ask(self, call: Call) -> Answer:
        """Ask for tracks: what is not here is fetched, and kept until it is let go."""
        asked = await call.message(DownloadRequest)
        condition = condition_of(asked.query, self._clock)
        name, is_live = wish_words(asked.query)
        quality = asked.quality or self._downloads.quality
        wish = Wish(
            name, asked.query, condition, quality=quality, priority=asked.priority, is_live=is_live,
            keeps_only=asked.keeps_only,
        )  # fmt: skip
        done = await self._downloads.ask(wish)
        plan = Plan(done.tracks, done.size_bytes, done.here, len(done.queued), done.queued_bytes)
        return message_answer(plan, status=202)

    async def let_go(self, call: Call) -> Answer:
        """Take back what was asked for; copies that nothing else keeps go at once."""
        asked = await call.message(LetGoRequest)
        gone, freed = await self._downloads.let_go(asked.query, condition_of(asked.query, self._clock))
        return message_answer(Freed(len(gone.copies), freed, gone.tasks, gone.tracks, gone.kept))

    async def pause(self, call: Call) -> Answer:
        """Pause these downloads, or everything until it is resumed."""
        return message_answer(Changed(await self._downloads.pause((await call.message(Tasks)).task_ids)))

    async def resume(self, call: Call) -> Answer:
        """Let these go on, or everything."""
        return message_answer(Changed(await self._downloads.resume((await call.message(Tasks)).task_ids)))

    async def cancel(self, call: Call) -> Answer:
        """Take these back, or everything."""
        return message_answer(Changed(await self._downloads.cancel((await call.message(Tasks)).task_ids)))

    async def retry(self, call: Call) -> Answer:
        """Try these again at once, or all that failed."""
        return message_answer(Changed(await self._downloads.retry((await call.message(Tasks)).task_ids)))

    async def move(self, call: Call) -> Answer:
        """Move a download in the queue."""
        task_id = TaskId(call.path_id("task_id", missing=MISSING))
        asked = await call.message(MoveRequest)
        await self._downloads.move(task_id, after=None if asked.after is None else TaskId(asked.after))
        return no_content()

    async def storage(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """How much room the downloads take."""
        return message_answer(await storage_status(self._client))


def _row(download: Download) -> DownloadRow:
    task = download.task
    return DownloadRow(
        id=task.id,
        track_id=task.track_id,
        title=download.title,
        artist=download.artist,
        state=task.state.value,
        is_asked=task.is_asked,
        priority=task.priority,
        quality=task.quality.value,
        source_id=task.source_id,
        source_name=download.source_name,
        bytes_done=task.bytes_done,
        bytes_total=task.bytes_total,
        resumed_bytes=task.resumed_bytes,
        reason=download.reason,
        error_code=task.error_code,
        error=task.error,
    )
