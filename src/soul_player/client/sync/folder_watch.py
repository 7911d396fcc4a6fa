"""When a folder among the sources changes: for whoever syncs as long as it runs."""

import os
from collections.abc import Callable

from soul_player.client.library.model import Source
from soul_player.folders.watching import watch_roots


async def watch_folder(source: Source, request: Callable[[], object]) -> None:
    """Call `request` at once and after each burst of changes in the folder, until it is cancelled."""
    await watch_roots([os.fsencode(source.url)], request)
