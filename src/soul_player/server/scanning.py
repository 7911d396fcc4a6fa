"""`soul scan`: one scan in this process, beside a running server or without one."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from soul_player.edges import SystemClock, SystemRandomness
from soul_player.folders.pool import WorkerPool
from soul_player.protocol.scan import ScanState, ScanStatus
from soul_player.server.announce.beside import telling_servers
from soul_player.server.config import ServerConfig
from soul_player.server.errors import ScanError
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.scan import Scanner
from soul_player.server.store.open import Store, open_store
from soul_player.server.store.roots import list_roots
from soul_player.server.store.scan_lock import ScanLocked

TELL_SECONDS = 0.25


def scan_library(
    config: ServerConfig, *, full: bool, confirm: bool, on_status: Callable[[ScanStatus], None]
) -> ScanStatus:
    """Scan and hash the folders of the settings, else those that the server was started with last; how it ended.

    `confirm`: what is held goes. Without it, the state may be `held`. `on_status` hears of the progress a few times a
    second. Raises `ScanError`, or a `DatabaseError`.
    """
    try:
        return asyncio.run(_scan_library(config, full=full, confirm=confirm, on_status=on_status))
    except ScanLocked as error:
        raise ScanError(str(error)) from error


async def _scan_library(
    config: ServerConfig, *, full: bool, confirm: bool, on_status: Callable[[ScanStatus], None]
) -> ScanStatus:
    clock, randomness = SystemClock(), SystemRandomness()
    config.home.mkdir(parents=True, exist_ok=True)
    async with (
        open_store(config.database_url, clock=clock, randomness=randomness) as store,
        WorkerPool() as readers,
        telling_servers(store.database) as announce,
    ):
        parts = ScanParts(store.database, clock, randomness, readers, announce=announce)
        scanner = Scanner(parts, await _roots(config, store))
        async with _told(scanner, on_status):
            await scanner.scan(full=full)
            if confirm:
                await _confirm_all(scanner)
            await scanner.hash_all()
        return scanner.status()


async def _confirm_all(scanner: Scanner) -> None:
    """Root by root: each confirmation names what was held when it was given."""
    confirmed: set[tuple[str, int]] = set()
    while (status := scanner.status()).state is ScanState.HELD:
        assert status.root is not None
        assert status.missing is not None
        if (status.root, status.missing) in confirmed:
            return
        confirmed.add((status.root, status.missing))
        await scanner.confirm(status.root, status.missing)
        await scanner.scan()


async def _roots(config: ServerConfig, store: Store) -> list[bytes]:
    if config.music:
        return [os.fsencode(folder) for folder in config.music]
    roots = [root.path for root in await store.database.read(list_roots) if root.is_configured]
    if not roots:
        raise ScanError("no folder of music to scan: name one in server.toml, or start the server with --music")
    return roots


@asynccontextmanager
async def _told(scanner: Scanner, on_status: Callable[[ScanStatus], None]) -> AsyncGenerator[None, None]:
    async def tell() -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            on_status(scanner.status())

    try:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(tell())
            yield
            telling.cancel()
    except BaseExceptionGroup as failures:
        # What is raised is the scan's own.
        raise failures.exceptions[0] from None
