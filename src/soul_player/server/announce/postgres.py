"""News between the processes of one PostgreSQL: LISTEN and NOTIFY, on a connection of its own, after the commit."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from soul_player.database.errors import DatabaseError
from soul_player.database.postgres import LOST_CONNECTION, PostgresDatabase, postgres_errors

log = logging.getLogger("soul_player.server")

CHANNEL = "soul_player_news"
AGAIN_SECONDS = 1.0
NOTIFY_SECONDS = 10.0
# A notification has at most 8000 bytes (PostgreSQL's own bound).
SCOPES_PER_NOTIFY = 50
NOTIFY = "SELECT pg_notify($1, $2)"


class PostgresNews:
    """Tells the other processes, and hears them. Messages are hints: one that is lost is found by looking."""

    def __init__(
        self,
        database: PostgresDatabase,
        *,
        origin: str,
        hear: Callable[[str, int], None],
        hear_sessions: Callable[[], None],
        look: Callable[[], None],
    ) -> None:
        self._database = database
        self._origin = origin
        self._hear = hear
        self._hear_sessions = hear_sessions
        self._look = look
        self._heads: dict[str, int] = {}
        self._are_sessions_due = False
        self._is_any = asyncio.Event()

    def tell(self, scope: str, head: int) -> None:
        """The latest of a scope wins, while there is no connection too."""
        self._heads[scope] = head
        self._is_any.set()

    def tell_sessions(self) -> None:
        """Some session may have ended."""
        self._are_sessions_due = True
        self._is_any.set()

    async def run(self) -> None:
        """Until it is cancelled; over a new connection whenever the old one was lost."""
        is_away = False
        while True:
            try:
                async with self._database.dedicated() as connection:
                    await connection.add_listener(CHANNEL, self._take)
                    # What was said while nobody listened.
                    self._look()
                    is_away = False
                    await self._tell_on(connection)
            except DatabaseError as error:
                if not is_away:
                    log.warning("the other servers cannot be told what changed: %s", error)
                is_away = True
            except LOST_CONNECTION:
                # Closing a connection that is gone says so once more.
                is_away = True
            await asyncio.sleep(AGAIN_SECONDS)

    async def _tell_on(self, connection: Any) -> None:  # noqa: ANN401  # asyncpg ships no types
        lost = asyncio.Event()

        def note_loss(_: object) -> None:
            lost.set()
            self._is_any.set()

        connection.add_termination_listener(note_loss)
        while not lost.is_set():
            await self._is_any.wait()
            self._is_any.clear()
            if lost.is_set():
                return
            scopes = list(self._heads)[:SCOPES_PER_NOTIFY]
            told = {scope: self._heads.pop(scope) for scope in scopes}
            sessions, self._are_sessions_due = self._are_sessions_due, False
            if not told and not sessions:
                continue
            if self._heads:
                self._is_any.set()
            message = json.dumps({"origin": self._origin, "heads": told, "sessions": sessions})
            with postgres_errors():
                await connection.execute(NOTIFY, CHANNEL, message, timeout=NOTIFY_SECONDS)

    def _take(self, connection: object, process: int, channel: str, payload: object) -> None:  # noqa: ARG002  # asyncpg's
        try:
            said = json.loads(str(payload))
            if said.get("look"):
                # A command beside the servers: it knows neither heads nor sessions.
                self._hear_sessions()
                return
            if said["origin"] == self._origin:
                return
            for scope, head in said["heads"].items():
                self._hear(str(scope), int(head))
            if said["sessions"]:
                self._hear_sessions()
        except (ValueError, KeyError, TypeError, AttributeError):
            # Of another version, or somebody else's: what it meant is found by looking.
            self._look()
