"""`soul sync`: bring the library up to date, and show how far it is."""

import asyncio
import signal
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from soul_player.cli.after_sync import AfterSync
from soul_player.cli.client_home import exit_code_of_code, opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.progress import Progress, Step
from soul_player.cli.sync_results import result_line
from soul_player.cli.words import count
from soul_player.client import (
    Client,
    ClientError,
    Event,
    Listener,
    MatchingFinished,
    MatchingProgress,
    MatchingResult,
    ProgressKind,
    SourceId,
    SourceOffline,
    SyncProgress,
    SyncResult,
    SyncRetrying,
    SyncStarted,
    SyncStatus,
)

PHASES: Mapping[ProgressKind, str] = {
    ProgressKind.FILES: "Files",
    ProgressKind.TRACKS: "Tracks",
    ProgressKind.HASHES: "Hashes",
    ProgressKind.EDITS: "Edits sent",
    ProgressKind.PLAYLISTS: "Playlists",
    ProgressKind.MARKS: "Favourites, ratings and plays",
    ProgressKind.DOWNLOAD_QUEUE: "Download Queue",
}
MATCHING = "Matching with the other sources"
# Fewer are done before anybody could read of it.
MATCHING_TOLD_MIN = 1_000


def run(
    flags: Flags, names: Sequence[str], *, full: bool, watch: bool, fail_on_conflict: bool, download_new: bool
) -> int:
    """Sync these sources, or all; how it ended decides the exit code. `watch`: again and again, until Ctrl-C.

    `fail_on_conflict`: a sync that went well ends in `DECISION_NEEDED` while anything waits for a person.
    `download_new`: tracks that it brings are downloaded.
    """
    return asyncio.run(
        _run(flags, names, full=full, watch=watch, fail_on_conflict=fail_on_conflict, download_new=download_new)
    )


async def _run(
    flags: Flags, names: Sequence[str], *, full: bool, watch: bool, fail_on_conflict: bool, download_new: bool
) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        after = AfterSync(client, output, downloads_new=download_new, newest=await client.library.newest())
        chosen = [(await client.sources.find(name)).id for name in names]
        results, was_there = await _synced_here_or_there(flags.home, client, output, chosen or None, full=full)
        is_cut = not watch and not was_there and not await _matched(client, output, results)
        # Asked only now: a list of the sources counts their tracks, and an idle sync must not.
        if not results and not await client.sources.list():
            raise CommandFailed(
                "no_sources",
                "this library has no sources yet",
                hint="soul source add URL",
                exit_code=ExitCode.NOT_FOUND,
            )
        results = await after.run(results, now_ms=time.time_ns() // 1_000_000)
        # Who has cut the first sync short wants no second one.
        if watch and all(result.status is not SyncStatus.CANCELLED for result in results):
            # Only now: serving the local API takes longer to import than all else that a sync needs.
            from soul_player.cli.watch import Watch  # noqa: PLC0415  # see above

            results = await Watch(client, output, after, downloads_new=download_new).run(chosen or None, results)
        undecided = await _count_undecided(client)
    output.record({"event": "summary", "sources": [asdict(result) for result in results]})
    for result in results:
        output.result(result_line(result))
    if undecided:
        output.result(f"{count(undecided, 'decision')} waiting: soul resolve")
    code = ExitCode.INTERRUPTED if is_cut else exit_code_of(results)
    return ExitCode.DECISION_NEEDED if code is ExitCode.OK and undecided and fail_on_conflict else code


async def _synced_here_or_there(
    home: Path, client: Client, output: Output, source_ids: Sequence[SourceId] | None, *, full: bool
) -> tuple[Sequence[SyncResult], bool]:
    """In the process that runs in this home, if there is one that can be asked: True."""
    if not client.downloads.is_running_elsewhere():
        return await _synced(client, output, source_ids, full=full), False
    # Only now: what asks another process takes longer to import than all else that this command needs.
    from soul_player.cli.hand_over import sync_there  # noqa: PLC0415  # see above
    from soul_player.ui import find_running  # noqa: PLC0415  # see above

    async with find_running(home) as running:
        if running is None:
            return await _synced(client, output, source_ids, full=full), False
        output.message("the process that runs in this home does it")
        shown = SyncProgressShown(Progress(output, clock=time.monotonic), output)
        results = await sync_there(running, client, source_ids, full=full, hear=shown.hear)
        shown.close()
        return results, True


async def _count_undecided(client: Client) -> int:
    """Questions that are open, and edits that no server took."""
    return await client.questions.count() + len(await client.questions.failed_edits())


async def _synced(
    client: Client, output: Output, source_ids: Sequence[SourceId] | None, *, full: bool, due_only: bool = False
) -> Sequence[SyncResult]:
    """The results; also those of a sync that Ctrl-C has cancelled, for they say what was kept."""
    shown = SyncProgressShown(Progress(output, clock=time.monotonic), output)
    results: Sequence[SyncResult] = ()
    refusal: ClientError | None = None
    with client.events.subscribe() as events, interrupt_calls(client.sync.cancel):
        async with asyncio.TaskGroup() as tasks:
            showing = tasks.create_task(_show(events, shown))
            try:
                results = await client.sync.run(source_ids=source_ids, full=full, due_only=due_only)
            except ClientError as error:
                # A task group would wrap it.
                refusal = error
            finally:
                showing.cancel()
        while (event := events.take()) is not None:
            shown.hear(event)
    shown.close()
    if refusal is not None:
        raise refusal
    return results


async def _matched(client: Client, output: Output, results: Sequence[SyncResult]) -> bool:
    """Behind the sync: which tracks are one recording. False: Ctrl-C cut it short; the next sync goes on with it."""
    if any(result.status is SyncStatus.CANCELLED for result in results):
        return True
    shown = SyncProgressShown(Progress(output, clock=time.monotonic), output)
    done = MatchingResult()
    refusal: ClientError | None = None
    with client.events.subscribe() as events, interrupt_calls(client.matching.cancel):
        async with asyncio.TaskGroup() as tasks:
            showing = tasks.create_task(_show(events, shown))
            try:
                done = await client.matching.run()
            except ClientError as error:
                refusal = error
            finally:
                showing.cancel()
        while (event := events.take()) is not None:
            shown.hear(event)
    shown.close()
    if refusal is not None:
        output.message(f"matching stopped: {refusal.message}. The next sync goes on with it")
        return True
    return done.is_complete


@contextmanager
def interrupt_calls(cancel_softly: Callable[[], None]) -> Generator[None, None, None]:
    """The first Ctrl-C, or the system's word to end, lets what runs end by itself, with what it has; a second one ends
    the program."""
    loop = asyncio.get_running_loop()
    former = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}

    def cancel() -> None:
        restore()
        cancel_softly()

    def restore() -> None:
        for each, handler in former.items():
            loop.remove_signal_handler(each)
            signal.signal(each, handler)

    for each in former:
        loop.add_signal_handler(each, cancel)
    try:
        yield
    finally:
        restore()


async def _show(events: Listener, shown: "SyncProgressShown") -> None:
    async for event in events:
        shown.hear(event)


class SyncProgressShown:
    """The client's events as a progress tree."""

    def __init__(self, progress: Progress, output: Output) -> None:
        self._progress = progress
        self._output = output
        self._titles: dict[SourceId, str] = {}

    def hear(self, event: Event) -> None:
        """One event; those that change no number on the screen are left to the results."""
        match event:
            case SyncStarted(source_id, source_name):
                self._titles[source_id] = f"Syncing from {source_name}"
                self._progress.begin(self._titles[source_id])
            case SyncProgress(source_id, kind, done, total):
                if source_id in self._titles:
                    unit = "pending" if kind is ProgressKind.DOWNLOAD_QUEUE else ""
                    self._progress.step(self._titles[source_id], Step(PHASES[ProgressKind(kind)], done, total, unit))
            case MatchingProgress(done, total) if total > MATCHING_TOLD_MIN:
                self._progress.begin(MATCHING)
                self._progress.step(MATCHING, Step("Tracks", done, total))
            case MatchingFinished(_, joined, _) if joined:
                self._output.message(f"{count(joined, 'track')} found to be known recordings")
            case SyncRetrying(source_id, reason, seconds):
                self._output.message(f"{self._titles[source_id]}: {reason}; again in {seconds:.0f} s")
            case SourceOffline(source_id, reason):
                self._output.message(f"{self._titles[source_id]}: offline: {reason}")
            case _:
                return

    def close(self) -> None:
        """Leave the last state on the screen."""
        self._progress.close()


def exit_code_of(results: Sequence[SyncResult]) -> ExitCode:
    """Cancelled before all; else what happened to all of them, or `PARTLY_DONE`."""
    statuses = {result.status for result in results}
    if SyncStatus.CANCELLED in statuses:
        return ExitCode.INTERRUPTED
    if statuses <= {SyncStatus.SYNCED}:
        return ExitCode.OK
    if SyncStatus.SYNCED in statuses:
        return ExitCode.PARTLY_DONE
    codes = {exit_code_of_code(result.error.code) if result.error else ExitCode.TEMPORARY for result in results}
    return codes.pop() if len(codes) == 1 else ExitCode.FAILED
