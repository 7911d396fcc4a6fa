"""`soul sync`: bring the library up to date, and show how far it is."""

import asyncio
import signal
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace

from soul_player.cli.after_sync import AfterSync
from soul_player.cli.client_home import exit_code_of_code, opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.interrupts import interrupts
from soul_player.cli.output import Output
from soul_player.cli.progress import Progress, Step
from soul_player.cli.words import count, size
from soul_player.client import (
    Client,
    ClientError,
    Event,
    Listener,
    MatchingFinished,
    MatchingProgress,
    MatchingResult,
    SourceId,
    SourceOffline,
    SyncProgress,
    SyncResult,
    SyncRetrying,
    SyncStarted,
    SyncStatus,
)

# One request a source when nothing is new.
WATCH_SECONDS = 60.0
LEFT_OUT_SHOWN = 5
MATCHING = "Matching with the other sources"


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
        results = await _synced(client, output, chosen or None, full=full)
        is_cut = not watch and not await _matched(client, output, results)
        # Asked only now: a list of the sources counts their tracks, and an idle sync must not.
        if not results and not await client.sources.list():
            raise CommandFailed(
                "no_sources",
                "this library has no sources yet",
                hint="soul source add URL",
                exit_code=ExitCode.NOT_FOUND,
            )
        results = await after.run(results, now_ms=time.time_ns() // 1_000_000)
        if watch:
            async with asyncio.TaskGroup() as tasks:
                matching = tasks.create_task(client.matching.keep_up())
                results = await _watched(client, output, chosen or None, results, after)
                matching.cancel()
        is_undecided = fail_on_conflict and await _is_undecided(client)
    output.record({"event": "summary", "sources": [asdict(result) for result in results]})
    for result in results:
        output.result(result_line(result))
    code = ExitCode.INTERRUPTED if is_cut else exit_code_of(results)
    return ExitCode.DECISION_NEEDED if code is ExitCode.OK and is_undecided else code


async def _is_undecided(client: Client) -> bool:
    """Whether a question is open, or an edit waits that no server took."""
    return bool(await client.questions.count() or await client.questions.failed_edits())


async def _watched(
    client: Client,
    output: Output,
    source_ids: Sequence[SourceId] | None,
    results: Sequence[SyncResult],
    after: AfterSync,
) -> Sequence[SyncResult]:
    """Tells of each sync that changed or lost something, until it is interrupted; the last results."""
    while True:
        # Before anything is told: whoever reads it may answer with Ctrl-C at once.
        with interrupts() as interrupted:
            output.record({"event": "synced", "sources": [asdict(result) for result in results]})
            for result in results:
                if result.status is not SyncStatus.SYNCED or has_news(result):
                    output.result(result_line(result))
            if exit_code_of(results) is ExitCode.INTERRUPTED or await _is_set_within(interrupted, WATCH_SECONDS):
                return [replace(result, status=SyncStatus.CANCELLED) for result in results]
        synced = await _synced(client, output, source_ids, full=False, due_only=True)
        results = await after.run(synced, now_ms=time.time_ns() // 1_000_000) or results


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until the event is set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


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
    if any(result.status is SyncStatus.CANCELLED for result in results) or not await client.matching.waiting():
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
    """The first Ctrl-C lets what runs end by itself, with what it has; a second one ends the program."""
    loop = asyncio.get_running_loop()
    former = signal.getsignal(signal.SIGINT)

    def cancel() -> None:
        restore()
        cancel_softly()

    def restore() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, former)

    loop.add_signal_handler(signal.SIGINT, cancel)
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
                self._progress.step(self._titles[source_id], Step(kind.capitalize(), done, total))
            case MatchingProgress(done, total):
                self._progress.step(MATCHING, Step("Tracks", done, total))
            case MatchingFinished(_, joined, asked) if joined or asked:
                decisions = f", {count(asked, 'pair')} to decide: soul resolve" if asked else ""
                self._output.message(f"{count(joined, 'track')} found to be known recordings{decisions}")
            case SyncRetrying(source_id, reason, seconds):
                self._output.message(f"{self._titles[source_id]}: {reason}; again in {seconds:.0f} s")
            case SourceOffline(source_id, reason):
                self._output.message(f"{self._titles[source_id]}: offline: {reason}")
            case _:
                return

    def close(self) -> None:
        """Leave the last state on the screen."""
        self._progress.close()


def has_news(result: SyncResult) -> bool:
    """Whether anything in the library is different now."""
    tracks = result.tracks_synced + result.tracks_updated + result.tracks_deleted
    return tracks + result.playlists_synced + result.pushed + result.conflicts > 0


def result_line(result: SyncResult) -> str:
    """`Home Server: synced, 24 new, 0 updated, 0 deleted, 5 edits sent (3 requests, 5.1 kB, 0.3 s)`."""
    changes = f"{result.tracks_synced:,} new, {result.tracks_updated:,} updated, {result.tracks_deleted:,} deleted"
    if result.playlists_synced:
        changes += f", {count(result.playlists_synced, 'playlist')} changed"
    if result.pushed:
        changes += f", {count(result.pushed, 'edit')} sent"
    if result.conflicts:
        changes += f", {count(result.conflicts, 'decision')} for you: soul resolve"
    if result.unreadable:
        changes += f", {count(len(result.unreadable), 'file')} left out"
    cost = f"{count(result.requests, 'request')}, {size(result.bytes_received)}, {result.seconds:.1f} s"
    line = f"{result.name}: {result.status.value}, {changes} ({cost})"
    for left_out in result.unreadable[:LEFT_OUT_SHOWN]:
        line += f"\n  left out: {left_out.path}: {left_out.reason}"
    if len(result.unreadable) > LEFT_OUT_SHOWN:
        line += f"\n  ... and {len(result.unreadable) - LEFT_OUT_SHOWN:,} more: soul sync --json"
    if result.error is not None:
        line += f"\n  {result.error.message}"
        if result.error.hint:
            line += f"\n  {result.error.hint}"
    return line


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
