"""When a folder among the sources changes: for whoever syncs as long as it runs."""

import os
from collections.abc import Callable

from soul_player.client.library.model import SourceType
from soul_player.client.library.sources import all_sources
from soul_player.database.access import Database
from soul_player.folders.watching import watch_roots


async def watch_folder_sources(library: Database, request: Callable[[], object]) -> None:
    """Call `request` once at the beginning and after each burst of changes in any of them, until it is cancelled.

    The folders that are sources now; returns at once when there are none.
    """
    sources = await library.read(all_sources)
    folders = [os.fsencode(source.url) for source in sources if source.type is SourceType.FOLDER]
    if folders:
        await watch_roots(folders, request)
