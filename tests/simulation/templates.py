"""Prepared homes, which each world copies: a migrated server with its users, and a migrated client."""

import asyncio
import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from soul_player.client import ClientConfig, Edges, open_client
from soul_player.database.access import Writer
from soul_player.server.app import open_server
from soul_player.server.auth.passwords import Passwords
from soul_player.server.config import ServerConfig
from tests.edges.seeded_randomness import SeededRandomness
from tests.server.track_rows import add_root
from tests.simulation.clock import Calendar, SkewedClock, VirtualLoop

USERS = ("ann", "bob")
PASSWORD = "correct horse battery staple"
# Argon2 at its very least: what it costs is tested elsewhere.
PASSWORD_KIB = 32
SCRATCH_PREFIX = "soul-world-"


def scratch_folder() -> Path:
    """In memory where that is possible: what a real disk loses is simulated, its slowness is not wanted."""
    return Path(tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{os.getpid()}-", dir=_scratch_parent()))


def sweep_scratch() -> None:
    """Remove what killed processes left."""
    for folder in _scratch_parent().glob(f"{SCRATCH_PREFIX}*-*"):
        owner = folder.name.removeprefix(SCRATCH_PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _scratch_parent() -> Path:
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else Path(tempfile.gettempdir())


@functools.cache
def templates() -> Path:
    """The folder with `server` and `client`, made once a process."""
    folder = scratch_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    in_virtual_time(0, lambda loop: _make(folder, SkewedClock(Calendar(loop))))
    return folder


def in_virtual_time(seed: int, work: Callable[[VirtualLoop], Awaitable[None]]) -> None:
    """Run to the end in a loop of its own."""
    loop = VirtualLoop(seed)

    async def main() -> None:
        await work(loop)

    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(main())
    finally:
        asyncio.set_event_loop(None)


async def _make(folder: Path, clock: SkewedClock) -> None:
    randomness = SeededRandomness(0)
    config = ServerConfig(home=folder / "server")
    passwords = Passwords(memory_kib=PASSWORD_KIB)
    async with open_server(config, clock=clock, randomness=randomness, passwords=passwords) as server:
        for name in USERS:
            await server.accounts.add(name, PASSWORD, is_admin=name == USERS[0])
        await server.store.database.write(_add_root)
    async with open_client(
        ClientConfig(folder / "client", device_name="template", keyring=False), edges=Edges(clock, randomness)
    ):
        pass


async def _add_root(store: Writer) -> None:
    await add_root(store)
