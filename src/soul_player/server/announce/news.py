"""What has moved, from wherever: this process's commits, those of others, and a look at the heads behind them."""

import asyncio
import logging
from typing import Protocol

from soul_player.database.access import Database, Engine, Reader
from soul_player.database.errors import DatabaseError
from soul_player.server.announce.hub import TICK_SECONDS, Hub

log = logging.getLogger("soul_player.server")

# Another process may write to a SQLite file, and nothing tells of it.
POLL_SECONDS = 0.5
# Behind PostgreSQL's notifications, one of which may be lost with its connection.
POLL_SECONDS_POSTGRES = 2.0

HEADS = """
    SELECT scope, seq
      FROM sync_head
"""

SESSIONS = """
    SELECT session_id
      FROM devices
"""


class Others(Protocol):
    """The other processes of this database."""

    def tell(self, scope: str, head: int) -> None:
        """Soon; nothing waits for it."""
        ...

    def tell_sessions(self) -> None:
        """Some session may have ended."""
        ...


class News:
    """The one place to say that something was committed. `run` must run."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        # The other processes; None where nothing tells of them.
        self.others: Others | None = None
        self._woken = asyncio.Event()
        self._is_local = False
        self._are_sessions_due = False
        self._heads: dict[str, int] = {}
        self._poll_seconds = POLL_SECONDS_POSTGRES if database.engine is Engine.POSTGRES else POLL_SECONDS

    def announce(self, scope: str, head: int | None = None) -> None:
        """After a commit of this process. Without `head` it is looked up."""
        if head is None:
            self._is_local = True
            self._woken.set()
            return
        self._hub.announce(scope, head)
        if self.others is not None:
            self.others.tell(scope, head)

    def hear(self, scope: str, head: int) -> None:
        """From another process."""
        self._hub.announce(scope, head)

    def look(self) -> None:
        """Perhaps something was missed."""
        self._woken.set()

    def sessions_changed(self, *, is_local: bool = True) -> None:
        """A session may have ended: whoever listens with it must go now."""
        self._are_sessions_due = True
        self._woken.set()
        if is_local and self.others is not None:
            self.others.tell_sessions()

    async def run(self) -> None:
        """Until it is cancelled. A database that is away is told of once, and asked again."""
        is_away = False
        while True:
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await self._woken.wait()
            except TimeoutError:
                self._are_sessions_due = True
            self._woken.clear()
            try:
                await self.run_once()
                is_away = False
            except DatabaseError as error:
                if not is_away:
                    log.warning("nobody can be told what changed: %s", error)
                is_away = True
                await asyncio.sleep(self._poll_seconds)

    async def run_once(self) -> None:
        """Look at the heads, and at the sessions if that is due."""
        is_local, self._is_local = self._is_local, False
        if self._hub.scopes or (is_local and self.others is not None):
            for scope, head in (await self._database.read(_read_heads)).items():
                moved, self._heads[scope] = self._heads.get(scope) != head, head
                self._hub.announce(scope, head)
                if is_local and moved and self.others is not None:
                    self.others.tell(scope, head)
        if self._are_sessions_due:
            self._are_sessions_due = False
            if self._hub.session_ids:
                self._hub.end_sessions(await self._database.read(_read_sessions))

    async def tick(self) -> None:
        """The pulse of the listeners, until it is cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._hub.tick()


async def _read_heads(store: Reader) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in await store.all(HEADS)}


async def _read_sessions(store: Reader) -> list[bytes]:
    return [bytes(row[0]) for row in await store.all(SESSIONS)]
