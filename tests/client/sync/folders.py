"""Folders of real files as sources of a real client, read on the caller's own thread."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from soul_player.client import Client, ClientConfig, Edges, SyncResult, open_client
from soul_player.client.sources.tokens import FileTokens
from soul_player.database.access import Reader
from soul_player.edges import Clock, SystemClock
from soul_player.folders.pool import Readers
from tests.client.clients import Hasty
from tests.makers_scan import InlineReaders


@asynccontextmanager
async def reading(
    home: Path, readers: Readers | None = None, *, clock: Clock | None = None, config: dict[str, Any] | None = None
) -> AsyncGenerator[tuple[Client, Any], None]:
    """A client, and what reads files for it."""
    used = readers or InlineReaders()
    edges = Edges(clock or SystemClock(), Hasty(), tokens=FileTokens(home), open_readers=_lending(used))
    async with open_client(ClientConfig(home, keyring=False, **(config or {})), edges=edges) as client:
        yield client, used


def _lending(readers: Readers) -> Callable[[], AbstractAsyncContextManager[Readers]]:
    @asynccontextmanager
    async def lend() -> AsyncGenerator[Readers, None]:
        yield readers

    return lend


async def sync_folder(client: Client, **options: Any) -> SyncResult:
    """The result of the only folder among the sources."""
    (source,) = [one for one in await client.sources.list() if one.type == "folder"]
    (result,) = await client.sync.run([source.id], **options)
    return result


ROWS = """
    SELECT said.title, said.track_id, said.remote_id, said.status, said.path, said.file_hash IS NOT NULL
      FROM track_sources said
      JOIN sources ON sources.id = said.source_id
     WHERE sources.type = 'folder'
     ORDER BY said.title, said.track_id
"""


async def rows_of(client: Client) -> list[tuple[Any, ...]]:
    """(title, recording, id, status, path, whether it is hashed) of every track."""
    return await client.library.read(_rows)


async def _rows(library: Reader) -> list[Any]:
    return await library.all(ROWS)
