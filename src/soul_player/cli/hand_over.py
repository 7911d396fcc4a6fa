"""Handing over to the process that runs in this home: it works, this one shows how far it is, Ctrl-C cancels there."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from soul_player.cli.download_queue import goes_on
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.interrupts import interrupts
from soul_player.client import (
    Client,
    DownloadFailed,
    DownloadFinished,
    DownloadProgress,
    Event,
    LocalTrackId,
    MatchingFinished,
    MatchingProgress,
    SourceId,
    SourceOffline,
    SyncProgress,
    SyncResult,
    SyncRetrying,
    SyncStarted,
)
from soul_player.ui import NotAnswered, RunningClient, find_running

WAIT_SECONDS = 20.0
# Longer than it lets one wait.
ANSWER_SECONDS = WAIT_SECONDS + 10.0
LOOK_SECONDS = 0.5
IDLE_SECONDS = 10.0
# Events come a little behind what they tell of.
LATE_SECONDS = 0.2
QUEUE_MAX = 10_000

_KINDS: Mapping[str, type[Event]] = {
    "sync_progress": SyncProgress,
    "sync_retrying": SyncRetrying,
    "source_offline": SourceOffline,
    "matching_progress": MatchingProgress,
    "matching_finished": MatchingFinished,
    "download_progress": DownloadProgress,
    "download_finished": DownloadFinished,
    "download_failed": DownloadFailed,
}


class _Run(msgspec.Struct):
    run_id: int
    is_done: bool
    results: list[SyncResult]


async def sync_there(
    running: RunningClient,
    client: Client,
    source_ids: Sequence[SourceId] | None,
    *,
    full: bool,
    hear: Callable[[Event], None],
) -> list[SyncResult]:
    """A sync by hand, in that process. Ctrl-C cancels what it syncs; the results say what was kept."""
    names = {one.id: one.name for one in await client.sources.list() if source_ids is None or one.id in source_ids}
    try:
        with interrupts() as interrupted:
            async with running.listening() as events, asyncio.TaskGroup() as tasks:
                beside = [
                    tasks.create_task(_tell_of_sources(events, names, hear)),
                    tasks.create_task(_cancel_when(interrupted, running)),
                ]
                try:
                    results = await _run_there(running, source_ids, full=full)
                    await asyncio.sleep(LATE_SECONDS)
                finally:
                    for task in beside:
                        task.cancel()
    except* NotAnswered as group:
        raise _failure(group) from group
    return results


@dataclass(frozen=True)
class There:
    """The process that runs, heard from before it is asked for anything: nothing of what it does is missed."""

    running: RunningClient
    events: AsyncIterator[dict[str, Any]]


@asynccontextmanager
async def listening_there(home: Path) -> AsyncGenerator[There | None, None]:
    """None: none runs that can be asked."""
    async with find_running(home) as running, AsyncExitStack() as beside:
        there = None
        if running is not None:
            try:
                there = There(running, await beside.enter_async_context(running.listening()))
            except NotAnswered:
                # It went away this moment.
                there = None
        yield there


async def follow_downloads(
    there: There, client: Client, track_ids: Collection[LocalTrackId], hear: Callable[[Event], None]
) -> bool:
    """What that process fetches of these, until none of them goes on by itself or it fetches nothing at all.

    True: Ctrl-C; what was not there yet is taken out of its queue.
    """
    try:
        with interrupts() as interrupted:
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(_tell_of_tracks(there.events, track_ids, hear))
                try:
                    idle_looks = 0
                    while (waiting := await _going_on(client, track_ids)) and not interrupted.is_set():
                        # A process that syncs need not fetch: what is queued comes when one does.
                        idle_looks = 0 if (await client.downloads.counts()).active else idle_looks + 1
                        if idle_looks * LOOK_SECONDS >= IDLE_SECONDS:
                            break
                        await _set_within(interrupted, LOOK_SECONDS)
                    if interrupted.is_set() and waiting:
                        await there.running.ask("POST", "/api/downloads/cancel", dict[str, int], body={"ids": waiting})
                    await asyncio.sleep(LATE_SECONDS)
                finally:
                    telling.cancel()
    except* NotAnswered as group:
        raise _failure(group) from group
    return interrupted.is_set()


async def _run_there(running: RunningClient, source_ids: Sequence[SourceId] | None, *, full: bool) -> list[SyncResult]:
    body = {"source_ids": None if source_ids is None else list(source_ids), "full": full}
    run = await running.ask("POST", "/api/sync", _Run, body=body)
    while not run.is_done:
        path, query = f"/api/sync/runs/{run.run_id}", {"wait_seconds": str(WAIT_SECONDS)}
        run = await running.ask("GET", path, _Run, query=query, seconds=ANSWER_SECONDS)
    return run.results


async def _cancel_when(interrupted: asyncio.Event, running: RunningClient) -> None:
    await interrupted.wait()
    await running.ask("DELETE", "/api/sync", type(None))


async def _tell_of_sources(
    events: AsyncIterator[dict[str, Any]], names: Mapping[SourceId, str], hear: Callable[[Event], None]
) -> None:
    started: set[SourceId] = set()
    async for said in events:
        if "source_id" in said:
            source_id = SourceId(said["source_id"])
            if source_id not in names:
                continue
            if said["type"].startswith("sync_") and source_id not in started:
                # It was at it already when this process came.
                started.add(source_id)
                hear(SyncStarted(source_id, names[source_id]))
            if source_id not in started:
                continue
        if said["type"] in _KINDS:
            hear(event_of(said))


async def _tell_of_tracks(
    events: AsyncIterator[dict[str, Any]], track_ids: Collection[LocalTrackId], hear: Callable[[Event], None]
) -> None:
    async for said in events:
        if said["type"] in _KINDS and said.get("track_id") in track_ids:
            hear(event_of(said))


def event_of(said: Mapping[str, Any]) -> Event:
    """What was told, as the client itself tells it."""
    try:
        return msgspec.convert(said, _KINDS[said["type"]])
    except msgspec.ValidationError as error:
        raise NotAnswered(f"the running process says what is not understood: {error}") from error


async def _going_on(client: Client, track_ids: Collection[LocalTrackId]) -> list[int]:
    """The downloads of these that nothing stands in the way of."""
    return [
        one.task.id
        for one in await client.downloads.list(count=QUEUE_MAX)
        if one.task.track_id in track_ids and goes_on(one)
    ]


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _failure(group: BaseExceptionGroup[NotAnswered]) -> CommandFailed:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    hint = "what it has done is kept; soul status shows where it stands"
    return CommandFailed("not_answered", str(error), hint=hint, exit_code=ExitCode.TEMPORARY)
