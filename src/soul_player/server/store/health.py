"""Whether the server can do its work: its database answers, knows the schema, and has room."""

import asyncio
import logging
import shutil
from enum import StrEnum
from pathlib import Path

from soul_player.database.access import Database, Writer
from soul_player.database.errors import DatabaseDamaged, DatabaseError, DatabaseFull
from soul_player.database.migrate import newest_applied
from soul_player.database.sqlite import SqliteDatabase
from soul_player.edges import Clock
from soul_player.server.store.open import store_migrations

log = logging.getLogger("soul_player.server")

# Whoever asks more often gets the last answer again.
ASK_SECONDS = 1.0
ANSWER_SECONDS = 3.0
# What a transaction and the log beside the database may need.
FREE_BYTES_MIN = 16 << 20
# Small writes may find a place where larger ones did not: so long none must have failed.
FULL_SECONDS = 10.0

TOUCH = """
    UPDATE sync_head
       SET seq = seq
"""


class Trouble(StrEnum):
    """Why not. These words are for everybody: they name no host, no path and no user."""

    AWAY = "the database cannot be reached"
    SILENT = "the database does not answer in time"
    GONE = "the file of the database is gone, or another one"
    DAMAGED = "the database is damaged"
    FULL = "the disk is full"
    AHEAD = "the database was brought up to date by a newer version: this server must be, too"


class Health:
    """Asked for, never watched: it costs nothing while nobody asks."""

    def __init__(self, database: Database, *, clock: Clock, free_bytes_min: int = FREE_BYTES_MIN) -> None:
        self._database = database
        self._clock = clock
        self._free_bytes_min = free_bytes_min
        self._path = database.path if isinstance(database, SqliteDatabase) else None
        self._inode = None if self._path is None else _inode(self._path)
        self._known = len(store_migrations())
        self._asked_at = float("-inf")
        self._trouble: Trouble | None = None
        self._one_at_a_time = asyncio.Lock()
        self._full_at: float | None = None

    def note(self, error: DatabaseError) -> None:
        """A request failed of this. A full disk lets reads go on, so only who writes finds out."""
        if isinstance(error, DatabaseFull):
            self._full_at = self._clock.monotonic()
            self._asked_at = float("-inf")

    async def trouble(self) -> Trouble | None:
        """None: all is well."""
        async with self._one_at_a_time:
            if self._clock.monotonic() - self._asked_at >= ASK_SECONDS:
                before, self._trouble = self._trouble, await self._look()
                self._asked_at = self._clock.monotonic()
                if self._trouble is not None and before is not self._trouble:
                    log.warning("not ready: %s", self._trouble)
                elif self._trouble is None and before is not None:
                    log.warning("ready again")
            return self._trouble

    async def _look(self) -> Trouble | None:
        if self._path is not None and _inode(self._path) != self._inode:
            return Trouble.GONE
        if self._path is not None and shutil.disk_usage(self._path.parent).free < self._free_bytes_min:
            return Trouble.FULL
        if self._full_at is not None and self._clock.monotonic() - self._full_at < FULL_SECONDS:
            return Trouble.FULL
        return await self._ask()

    async def _ask(self) -> Trouble | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if await self._database.read(newest_applied) > self._known:
                    return Trouble.AHEAD
                if self._full_at is not None:
                    await self._database.write(_touch)
                    self._full_at = None
        except TimeoutError:
            return Trouble.SILENT
        except DatabaseFull as error:
            self.note(error)
            return Trouble.FULL
        except DatabaseDamaged:
            return Trouble.DAMAGED
        except DatabaseError as error:
            log.info("the database: %s", error)
            return Trouble.AWAY
        return None


async def _touch(store: Writer) -> None:
    """Really writes, and changes nothing."""
    await store.run(TOUCH)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
