"""A real server for tests: real store, real sockets, in this very event loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from soul_player.edges import Clock, Randomness, SystemClock, SystemRandomness
from soul_player.server.app import Server, listener_of, open_server, run
from soul_player.server.auth.passwords import Passwords
from soul_player.server.config import ServerConfig
from soul_player.server.listening.listener import bind
from soul_player.web.listener import url_of

USERNAME = "amber"
PASSWORD = "night drive 1974"
# Argon2 with little memory: tests sign in often, and what it costs is tested in one place.
TEST_MEMORY_KIB = 1024


@dataclass(frozen=True)
class RunningServer:
    """`url` is what a client is given; `server` are the parts behind it, for looking and writing into the store."""

    url: str
    server: Server

    @property
    def username(self) -> str:
        """An admin that is there from the start."""
        return USERNAME

    @property
    def password(self) -> str:
        """Its password."""
        return PASSWORD


@asynccontextmanager
async def running_server(
    home: Path,
    *,
    database: str = "",
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    port: int = 0,
    **settings: object,
) -> AsyncGenerator[RunningServer, None]:
    """A server listening on 127.0.0.1 while the block runs; it ends gracefully with the block.

        async with running_server(tmp_path) as running:
            await client.sign_in(running.url, running.username, running.password)
            await running.server.store.database.write(...)

    `home` is made if missing. `database` is a URL, empty for SQLite in the home. `settings` are those of `ServerConfig`
    (`music=(folder,)`, `base_path="/soul"`, ...). Give `port` to come back at the address of a server that has ended.
    """
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    config = replace(ServerConfig(home=home, host="127.0.0.1", port=port, database=database), **settings)  # type: ignore[arg-type]  # the caller names them
    bound = bind(config.host, config.port)
    is_listening = asyncio.Event()
    async with open_server(
        config, clock=clock, randomness=randomness, passwords=Passwords(memory_kib=TEST_MEMORY_KIB)
    ) as server:
        await add_user(server, USERNAME, PASSWORD, is_admin=True)
        listener = listener_of(server, bound, on_listening=is_listening.set)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run(server, listener, clock=clock, randomness=randomness))
            async with asyncio.timeout(30):
                await is_listening.wait()
            try:
                url = url_of(bound, is_tls=config.tls_cert is not None, base_path=config.base_path)
                yield RunningServer(url, server)
            finally:
                listener.stop()


async def add_user(server: Server, username: str, password: str, *, is_admin: bool = False) -> None:
    """An account; nothing happens when it is there already (a server that was started again)."""
    if username not in [user.username for user in await server.accounts.list()]:
        await server.accounts.add(username, password, is_admin=is_admin)
