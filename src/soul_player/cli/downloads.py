"""`soul download`: ask for tracks, watch them come, let go of them."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from soul_player.cli.client_home import opened_client
from soul_player.cli.download_bars import DownloadBars
from soul_player.cli.download_queue import goes_on
from soul_player.cli.download_results import plan_line, plan_record, tell_end
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.interrupts import interrupts
from soul_player.cli.numbers import id_number
from soul_player.cli.output import Output
from soul_player.cli.tracks import condition_of
from soul_player.cli.words import count, size
from soul_player.client import (
    Asked,
    AvailabilityStatus,
    Client,
    ClientError,
    Event,
    HomeLocked,
    Listener,
    LocalTrackId,
    SourceId,
    TaskState,
    TrackNotFound,
    Wish,
    wish_words,
)
from soul_player.protocol.quality import StreamQuality

LIST_MAX = 10_000
# Shows what another process fetches of these; True: Ctrl-C.
Follow = Callable[[set[LocalTrackId], Callable[[Event], None]], Awaitable[bool]]
# While another process fetches, its queue is looked at this often.
FOLLOW_SECONDS = 0.5


def ask(flags: Flags, text: str, *, priority: int, quality: str | None, keeps_only: bool) -> int:
    """Count and size first; then they come, or the process that holds the home fetches them."""
    return asyncio.run(_ask(flags, text, priority=priority, wanted=quality, keeps_only=keeps_only))


def let_go(flags: Flags, text: str) -> int:
    """What nothing else keeps goes at once."""
    return asyncio.run(_let_go(flags, text))


def run_queue(flags: Flags) -> int:
    """What is queued, the automatic ones too."""
    return asyncio.run(_run_queue(flags))


async def _ask(flags: Flags, text: str, *, priority: int, wanted: str | None, keeps_only: bool) -> int:
    output = Output(flags)
    async with opened_client(flags) as client, AsyncExitStack() as beside:
        text = await _with_id(client, text)
        condition = condition_of(text)
        quality = client.downloads.quality if wanted is None else StreamQuality(wanted)
        name, is_live = wish_words(text)
        wish = Wish(name, text, condition, quality=quality, priority=priority, is_live=is_live, keeps_only=keeps_only)
        planned = await client.downloads.preview(condition, quality=quality)
        if not planned.tracks:
            raise TrackNotFound(f"no track matches {text!r}", hint="soul list QUERY shows what does")
        if keeps_only:
            return _kept(output, await client.downloads.ask(wish))
        output.message(plan_line(planned))
        output.record(plan_record(planned))
        follow = await _listen_there(client, beside)
        asked = await client.downloads.ask(wish)
        if is_live:
            output.message(f"  it stays up to date with the {name}")
        return await _fetched(client, output, asked.queued, asked, follow=follow)


async def fetch_queued(client: Client, output: Output) -> Counter[SourceId]:
    """Beside another command: what is queued, as far as it goes now. How many files came from each source."""
    queue = await client.downloads.list(count=LIST_MAX)
    wanted = sum(one.task.state in {TaskState.WAITING, TaskState.ACTIVE} for one in queue)
    if not wanted:
        return Counter()
    bars = DownloadBars(output, await _titles(client), wanted=wanted, clock=time.monotonic)
    try:
        await _run(client, bars)
    except HomeLocked:
        output.message("  another process of this home fetches what is new")
    bars.close()
    output.message(f"  {count(bars.tally.finished, 'track')} downloaded, {size(bars.tally.bytes_fetched)}")
    return bars.tally.by_source


async def _titles(client: Client) -> dict[LocalTrackId, str]:
    return {one.task.track_id: one.title for one in await client.downloads.list(count=LIST_MAX)}


async def _let_go(flags: Flags, text: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        text = await _with_id(client, text)
        gone, freed = await client.downloads.let_go(text, condition_of(text))
        if not gone.tracks:
            raise TrackNotFound(f"no track matches {text!r}")
    output.record(
        {"event": "summary", "removed": len(gone.copies), "freed_bytes": freed, "cancelled": gone.tasks,
         "tracks": gone.tracks, "kept": gone.kept}
    )  # fmt: skip
    queued = f"; {gone.tasks:,} taken out of the queue" if gone.tasks else ""
    kept = f"; {gone.kept:,} stay, something else keeps them (soul show ID tells what)" if gone.kept else ""
    output.result(f"removed {count(len(gone.copies), 'download')}, {size(freed)}{queued}{kept}")
    return ExitCode.OK


async def _run_queue(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client, AsyncExitStack() as beside:
        queue = await client.downloads.list(count=LIST_MAX)
        waiting = [one.task.track_id for one in queue if one.task.state is not TaskState.FAILED]
        return await _fetched(client, output, waiting, None, follow=await _listen_there(client, beside))


async def _fetched(
    client: Client, output: Output, track_ids: Sequence[LocalTrackId], asked: Asked | None, *, follow: Follow | None
) -> int:
    """They come here, or in the process that holds the home; then how each ended."""
    bars = DownloadBars(output, await _titles(client), wanted=len(track_ids), clock=time.monotonic)
    was_interrupted = False
    # Of the whole queue also when nothing waits in it: the limits may have been lowered.
    if track_ids or asked is None:
        try:
            was_interrupted = await _run(client, bars)
        except HomeLocked:
            if track_ids:
                output.message("  another process of this home is at it: it fetches them, or lets this one do it")
                was_interrupted = await _fetched_there(client, bars, set(track_ids), follow)
    bars.close()
    wanted = set(track_ids)
    left = [one for one in await client.downloads.list(count=LIST_MAX) if one.task.track_id in wanted]
    missing = wanted - bars.tally.track_ids - {one.task.track_id for one in left}
    bars.tally.cancelled = sum([not await _is_here(client, track_id) for track_id in missing])
    return tell_end(output, bars, asked, left, wanted=len(wanted), was_interrupted=was_interrupted)


async def _is_here(client: Client, track_id: LocalTrackId) -> bool:
    """Else it left the queue without having come: it was cancelled, here or there."""
    try:
        status = (await client.library.track(track_id)).status
    except TrackNotFound:
        return False
    return status in {AvailabilityStatus.LOCAL_FILE, AvailabilityStatus.CACHED}


async def _listen_there(client: Client, beside: AsyncExitStack) -> Follow | None:
    """To the process that holds the home, before it is asked: else its first files are here before it is heard.

    None: nobody holds it, or who does cannot be asked.
    """
    if not client.downloads.is_running_elsewhere():
        return None
    # Only now: what asks another process takes longer to import than all else that this command needs.
    from soul_player.cli.hand_over import follow_downloads, listening_there  # noqa: PLC0415  # see above

    there = await beside.enter_async_context(listening_there(client.config.home))
    return None if there is None else partial(follow_downloads, there, client)


async def _fetched_there(client: Client, bars: DownloadBars, wanted: set[LocalTrackId], follow: Follow | None) -> bool:
    return await (_follow(client, bars, wanted) if follow is None else follow(wanted, bars.hear))


async def _run(client: Client, bars: DownloadBars) -> bool:
    """Until nothing can go on. True: Ctrl-C ended it; what is there stays there."""
    with client.events.subscribe() as events, interrupts() as interrupted:
        async with asyncio.TaskGroup() as tasks:
            showing = tasks.create_task(_show(events, bars))
            running = tasks.create_task(_until_idle(client))
            stopping = tasks.create_task(_stop_when(interrupted, running))
            await asyncio.wait([running])
            showing.cancel()
            stopping.cancel()
        while (event := events.take()) is not None:
            bars.hear(event)
        if not running.cancelled() and (refusal := running.result()) is not None:
            raise refusal
        return interrupted.is_set()


async def _until_idle(client: Client) -> ClientError | None:
    """Why it could not even begin: a task group would wrap it."""
    try:
        await client.downloads.run(until_idle=True)
    except ClientError as error:
        return error
    return None


async def _show(events: Listener, bars: DownloadBars) -> None:
    async for event in events:
        bars.hear(event)


async def _stop_when(interrupted: asyncio.Event, running: asyncio.Task[ClientError | None]) -> None:
    await interrupted.wait()
    running.cancel()


async def _follow(client: Client, bars: DownloadBars, wanted: set[LocalTrackId]) -> bool:
    """Until they are there. A process that only synced ends without having fetched them: then this one does."""
    with interrupts() as interrupted:
        while not interrupted.is_set():
            queue = await client.downloads.list(count=LIST_MAX)
            if not any(one.task.track_id in wanted and goes_on(one) for one in queue):
                return False
            if not client.downloads.is_running_elsewhere():
                break
            await asyncio.sleep(FOLLOW_SECONDS)
        else:
            return True
    try:
        return await _run(client, bars)
    except HomeLocked:
        # Somebody was quicker.
        return await _follow(client, bars, wanted)


async def _with_id(client: Client, text: str) -> str:
    """A bare number is the id of a track, if there is one."""
    number = id_number(text)
    if number is None:
        return text
    try:
        await client.library.track(LocalTrackId(number))
    except TrackNotFound:
        return text
    return f"id:{text}"


def _kept(output: Output, asked: Asked) -> int:
    output.record({"event": "summary", "tracks": asked.tracks, "kept": asked.here})
    output.result(f"kept {count(asked.here, 'track')} of {asked.tracks:,}")
    if not asked.here:
        raise CommandFailed(
            "nothing_here", "none of them is on this device yet", hint="without --keep they are fetched",
            exit_code=ExitCode.NOT_FOUND,
        )  # fmt: skip
    return ExitCode.OK
