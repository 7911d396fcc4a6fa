"""When to scan again: after a burst of events, when a root comes or goes, and by the clock."""

import asyncio
import os
from collections.abc import Callable, Sequence

from soul_player.folders.watch import CannotWatch, NextEvents, next_burst, watch_folders

# Whatever the watching missed (a network file system tells nothing) is found by the clock.
RESCAN_SECONDS = 3600.0
LOOK_FOR_ROOTS_SECONDS = 30.0
# Where nothing can be watched, the clock is all there is.
RESCAN_UNWATCHED_SECONDS = 300.0


async def watch_roots(roots: Sequence[bytes], request: Callable[[], object]) -> None:
    """Call `request` whenever a scan is due; runs until it is cancelled."""
    while True:
        present = await asyncio.to_thread(_present, roots)
        try:
            async with watch_folders(present) as next_events:
                # What happened before the watching began.
                request()
                await _until_roots_change(next_events, roots, present, request)
        except CannotWatch:
            await asyncio.sleep(RESCAN_UNWATCHED_SECONDS if present else LOOK_FOR_ROOTS_SECONDS)
            request()


async def _until_roots_change(
    next_events: NextEvents, roots: Sequence[bytes], present: Sequence[bytes], request: Callable[[], object]
) -> None:
    clock = asyncio.get_running_loop().time
    rescan_at = clock() + RESCAN_SECONDS
    while await asyncio.to_thread(_present, roots) == present:
        burst = await next_burst(next_events, wait_seconds=LOOK_FOR_ROOTS_SECONDS)
        if burst or clock() >= rescan_at:
            rescan_at = clock() + RESCAN_SECONDS
            request()


def _present(roots: Sequence[bytes]) -> list[bytes]:
    """The roots that are there. A root on a dead server can take its time to say so: not for the loop's own thread."""
    return [root for root in roots if os.path.isdir(root)]
