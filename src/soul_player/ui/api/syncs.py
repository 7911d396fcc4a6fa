"""`/api/sync`: how far the syncs are; beginning one by hand, waiting for it, cancelling what runs."""

from http import HTTPStatus
from typing import Annotated

import msgspec

from soul_player.client import Client, Source, SourceId, SyncResult
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import ID_MAX, Call
from soul_player.ui.problems import Refused
from soul_player.ui.progress import ProgressBoard, SourceProgress
from soul_player.ui.sync_runs import SyncRun, SyncRuns

SOURCES_MAX = 100
WAIT_SECONDS_MAX = 30.0

Id = Annotated[int, msgspec.Meta(ge=1, le=ID_MAX)]


class StepProgress(msgspec.Struct, frozen=True):
    """`kind` is what is counted; `percent` is floored, so 100 means done; null while the total is not known."""

    kind: str
    done: int
    total: int | None
    percent: int | None


class Retrying(msgspec.Struct, frozen=True):
    """An attempt failed; the next one begins after this wait."""

    reason: str
    seconds: float


class Failure(msgspec.Struct, frozen=True):
    """Why, and what to do."""

    code: str
    message: str
    hint: str | None


class LeftOut(msgspec.Struct, frozen=True):
    """A file of a folder that was not taken."""

    path: str
    reason: str


class SyncOutcome(msgspec.Struct, frozen=True):
    """How a sync of one source ended, as in `soul sync --json`."""

    name: str
    status: str
    tracks_synced: int
    tracks_updated: int
    tracks_deleted: int
    playlists_synced: int
    pushed: int
    conflicts: int
    downloaded_files: int
    requests: int
    bytes_received: int
    seconds: float
    error: Failure | None
    unreadable: tuple[LeftOut, ...]


class SourceSyncState(msgspec.Struct, frozen=True):
    """One source's branch of the progress tree. `last`: the last sync of this process."""

    source_id: int
    name: str
    is_syncing: bool
    counted: tuple[StepProgress, ...]
    retrying: Retrying | None
    last: SyncOutcome | None


class SyncState(msgspec.Struct, frozen=True):
    """The progress tree. `matching`: with the tracks of the other sources, behind the syncs."""

    sources: tuple[SourceSyncState, ...]
    matching: StepProgress | None
    downloads_pending: int


class SyncRequest(msgspec.Struct, frozen=True):
    """These sources, or all. `full`: drop the cursors and compare every row."""

    source_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=SOURCES_MAX)] | None = None
    full: bool = False


class SyncRunState(msgspec.Struct, frozen=True):
    """A sync by hand. `results`: of the sources that are done."""

    run_id: int
    is_done: bool
    results: tuple[SyncOutcome, ...]


class WaitQuery(msgspec.Struct, frozen=True):
    """How long to wait for the end."""

    wait_seconds: Annotated[float, msgspec.Meta(ge=0, le=WAIT_SECONDS_MAX)] = 0.0


class SyncRoutes:
    """Parses and answers."""

    def __init__(self, client: Client, runs: SyncRuns, board: ProgressBoard) -> None:
        self._client = client
        self._runs = runs
        self._board = board

    async def state(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """The progress tree: every source, how far it is, how its last sync ended."""
        sources = await self._client.sources.list()
        counts = await self._client.downloads.counts()
        matching = self._board.matching
        state = SyncState(
            sources=tuple(_source_state(one, self._board.of(one.id)) for one in sources),
            matching=None if matching is None else _counted("tracks", *matching),
            downloads_pending=counts.pending + counts.active,
        )
        return message_answer(state)

    async def begin(self, call: Call) -> Answer:
        """Sync these sources, or all, by hand; what waits is sent."""
        asked = await call.message(SyncRequest)
        ids = None if asked.source_ids is None else [SourceId(one) for one in asked.source_ids]
        return message_answer(_run_state(await self._runs.begin(ids, full=asked.full)), status=202)

    async def cancel(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Cancel what is synced now; what is committed stays, and the next sync goes on from there."""
        self._runs.cancel()
        return no_content()

    async def run(self, call: Call) -> Answer:
        """A sync by hand, waited for if asked."""
        asked = call.query(WaitQuery)
        run = await self._runs.wait(call.path_id("run_id", missing="run_not_found"), asked.wait_seconds)
        if run is None:
            raise Refused(HTTPStatus.NOT_FOUND, "run_not_found", "there is no such sync, or it was long ago")
        return message_answer(_run_state(run))


def outcome_of(result: SyncResult) -> SyncOutcome:
    """As the API says it."""
    return msgspec.convert(result, SyncOutcome, from_attributes=True)


def _source_state(source: Source, progress: SourceProgress) -> SourceSyncState:
    return SourceSyncState(
        source_id=source.id,
        name=source.name,
        is_syncing=progress.is_syncing,
        counted=tuple(_counted(kind, done, total) for kind, (done, total) in progress.counted.items()),
        retrying=None if progress.retrying is None else Retrying(*progress.retrying),
        last=None if progress.result is None else outcome_of(progress.result),
    )


def _counted(kind: str, done: int, total: int | None) -> StepProgress:
    percent = None if total is None else 100 if total <= 0 else min(100, max(0, done) * 100 // total)
    return StepProgress(kind, done, total, percent)


def _run_state(run: SyncRun) -> SyncRunState:
    return SyncRunState(run.id, run.done.is_set(), tuple(outcome_of(result) for result in run.results))
