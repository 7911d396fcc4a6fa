"""The server of a world whose devices listen to it: it announces what was committed."""

import asyncio
from typing import Any

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.server.app import open_server
from soul_player.server.auth.passwords import Passwords
from soul_player.server.store.tracks import TrackWrites
from tests.simulation.live_line import LiveNetwork
from tests.simulation.server import MusicServer
from tests.simulation.templates import PASSWORD_KIB


class LiveServer(MusicServer):
    """`line`: set by its world before the first start."""

    line: LiveNetwork

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        # Another process of it scans: this one hears of that by looking.
        self.scans_elsewhere = self.random.random() < 0.5

    async def main(self, stop: asyncio.Event) -> None:
        """Serve, and announce, until told to stop; who listens then is told."""
        passwords = Passwords(memory_kib=PASSWORD_KIB)
        parts: dict[str, Any] = {"clock": self.clock, "randomness": self.randomness, "passwords": passwords}
        try:
            async with open_server(self._config(), **parts) as server, asyncio.TaskGroup() as tasks:
                announcing = tasks.create_task(server.announcing.run())
                self.server, self.app = server, server.asgi
                self.came_up()
                await stop.wait()
                self.line.say_goodbye(self)
                announcing.cancel()
        except DatabaseError as error:
            self.trace(self.name, f"ends: {type(error).__name__}")
        finally:
            self.server = self.app = None

    async def _write(self, database: Database, writes: TrackWrites) -> None:
        await super()._write(database, writes)
        if self.server is not None and not self.scans_elsewhere:
            self.server.announcing.news.announce("library")
