"""SQLite: one writer, a few query-only readers, and the settings that make it durable and fast."""

import logging
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from threading import local
from typing import Any, Concatenate, ParamSpec, TypeVar

from soul_player.database.access import Engine, Reader, Row, Value, Writer
from soul_player.database.bulk import ROWS_PER_STATEMENT, many_rows
from soul_player.database.errors import DatabaseFull
from soul_player.database.folding import folded
from soul_player.database.memory import trim
from soul_player.database.names import numbered
from soul_player.database.runners import READERS, Inline, Job, Runner, Threads
from soul_player.database.sqlite_errors import sqlite_errors

# Whoever opens a database says where it runs.
__all__ = [
    "CACHE_KIB_WRITER",
    "READERS",
    "Inline",
    "Job",
    "Runner",
    "SqliteDatabase",
    "SqliteReader",
    "SqliteWriter",
    "Threads",
    "connect",
    "drive",
    "open_sqlite",
    "open_sqlite_alone",
]

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_MS = 5_000
# Fewer checkpoints make bulk loads 2.6 times faster; the WAL then grows to 64 MB at most.
CHECKPOINT_PAGES = 16_384
CACHE_KIB_WRITER = 32_768
CACHE_KIB_READER = 4_096


class SqliteReader:
    """A `Reader` on one connection."""

    engine = Engine.SQLITE

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _execute(self, sql: str, values: dict[str, Value]) -> sqlite3.Cursor:
        statement = numbered(sql, "?")
        return self._connection.execute(statement.sql, [values[name] for name in statement.names])

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        """Every row."""
        return self._execute(sql, values).fetchall()

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        """The first row, or None."""
        cursor = self._execute(sql, values)
        row: Row | None = cursor.fetchone()
        cursor.close()
        return row


class SqliteWriter(SqliteReader):
    """A `Writer` on the one writing connection."""

    def _execute(self, sql: str, values: dict[str, Value]) -> sqlite3.Cursor:
        self._check_open()
        return super()._execute(sql, values)

    def _check_open(self) -> None:
        """A full disk makes SQLite undo it all by itself: who caught that would write outside of any transaction."""
        if not self._connection.in_transaction:
            raise DatabaseFull("the transaction was undone, most likely because the disk is full")

    async def run(self, sql: str, /, **values: Value) -> int:
        """Run one statement; how many rows it touched."""
        return self._execute(sql, values).rowcount

    async def run_many(self, sql: str, rows: Sequence[Sequence[Value]], /) -> None:
        """Run one statement for many rows."""
        self._check_open()
        statement = many_rows(sql) if len(rows) >= ROWS_PER_STATEMENT else None
        whole = 0 if statement is None else len(rows) - len(rows) % ROWS_PER_STATEMENT
        for at in range(0, whole, ROWS_PER_STATEMENT):
            self._connection.execute(statement or "", [*chain.from_iterable(rows[at : at + ROWS_PER_STATEMENT])])
        self._connection.executemany(numbered(sql, "?").sql, rows[whole:])

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None, None]:
        """Undo what is done inside when an exception leaves it."""
        self._check_open()
        self._connection.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._check_open()
            self._connection.execute("ROLLBACK TO step")
            self._connection.execute("RELEASE step")
            raise
        self._check_open()
        self._connection.execute("RELEASE step")


class SqliteDatabase:
    """A `Database` in one file. Made by `open_sqlite`."""

    engine = Engine.SQLITE

    def __init__(self, path: Path, runner: Runner, *, durable: bool = True, is_alone: bool = False) -> None:
        """`is_alone`: one connection for everything, and no other process has any; the runner is `Inline` then."""
        self.path = path
        self._runner = runner
        self._durable = durable
        self._is_alone = is_alone
        self._writer: sqlite3.Connection | None = None
        self._local = local()
        self._readers: list[sqlite3.Connection] = []
        # How many transactions were begun to write something.
        self.write_count = 0

    async def read(
        self, function: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function` over one snapshot."""

        def job() -> T:
            with sqlite_errors(self.path):
                connection = self._reading_connection()
                connection.execute("BEGIN")
                try:
                    return drive(function(SqliteReader(connection), *args, **kwargs))
                finally:
                    connection.execute("ROLLBACK")

        return await self._runner.on_reader(job)

    async def write(
        self, function: Callable[Concatenate[Writer, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function` in one transaction. Cancelling the caller does not undo it: it may have been committed."""
        self.write_count += 1

        def job() -> T:
            with sqlite_errors(self.path):
                connection = self._writing_connection()
                connection.execute("BEGIN IMMEDIATE")
                try:
                    result = drive(function(SqliteWriter(connection), *args, **kwargs))
                    connection.execute("COMMIT")
                except BaseException:
                    # A full disk may have rolled back already.
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
                return result

        return await self._runner.on_writer(job)

    async def rest(self) -> None:
        """After large work: let go of the pages that were kept from it, and of what the allocator keeps."""

        def job() -> None:
            # A reader may be at work on its thread: SQLite's own lock of the connection lets one in at a time.
            for connection in (self._writer, *self._readers):
                if connection is not None:
                    connection.execute("PRAGMA shrink_memory").close()
            trim()

        await self._runner.on_writer(job)

    async def shrink(self) -> None:
        """Let go of the pages that the writer keeps in memory."""
        await self._pragma("shrink_memory")

    async def commits_of_others(self) -> int:
        """Another number than the last time: another process has committed since. All of ours are the writer's own."""
        return await self._pragma("data_version")

    async def _pragma(self, name: str) -> int:
        def job() -> int:
            with sqlite_errors(self.path):
                return int((self._writing_connection().execute(f"PRAGMA {name}").fetchone() or (0,))[0])

        return await self._runner.on_writer(job)

    async def close(self) -> None:
        """Finish what runs, let go of every connection; the last one folds the WAL into the file."""

        def job() -> None:
            for connection in self._readers:
                connection.close()
            self._readers.clear()
            if self._writer is not None:
                try:
                    self._writer.execute("PRAGMA optimize")
                except sqlite3.OperationalError as error:
                    # It only helps later queries: on a full disk it fails, and everything was committed before.
                    log.info("%s was closed without new statistics: %s", self.path, error)
                finally:
                    self._writer.close()
                    self._writer = None

        with sqlite_errors(self.path):
            await self._runner.on_writer(job)
        self._runner.close()

    def _writing_connection(self) -> sqlite3.Connection:
        if self._writer is None:
            how: dict[str, bool] = {"durable": self._durable, "is_alone": self._is_alone}
            self._writer = connect(self.path, cache_kib=CACHE_KIB_WRITER, **how)
        return self._writer

    def _reading_connection(self) -> sqlite3.Connection:
        if self._is_alone:
            return self._writing_connection()
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self.path, cache_kib=CACHE_KIB_READER, durable=self._durable)
            connection.execute("PRAGMA query_only = 1")
            self._readers.append(connection)
        return connection


async def open_sqlite(path: Path, *, runner: Runner | None = None, durable: bool = True) -> SqliteDatabase:
    """Open (or make) the file. Raises `DatabaseUnavailable`, `DatabaseDamaged` or `DatabaseFull`. `durable=False` is
    for tests and benchmarks only: it trades the last transactions of a power cut for speed."""
    return await _touched(SqliteDatabase(path, runner or Threads(), durable=durable))


async def open_sqlite_alone(path: Path) -> SqliteDatabase:
    """On a disk without any room: all of it can be read, for SQLite then needs no file beside it; what would write
    raises `DatabaseFull`, and another process finds it locked. Raises as `open_sqlite` does."""
    return await _touched(SqliteDatabase(path, Inline(), is_alone=True))


async def _touched(database: SqliteDatabase) -> SqliteDatabase:
    try:
        await database.write(_touch)
    except BaseException:
        await database.close()
        raise
    return database


async def _touch(writer: Writer) -> None:
    """The first transaction: shows at once whether this is a database that can be written."""
    await writer.one("SELECT count(*) FROM sqlite_master")


def connect(path: Path, *, cache_kib: int, durable: bool = True, is_alone: bool = False) -> sqlite3.Connection:
    """A connection with our settings, for use from any thread (each is used by one at a time)."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        _set_up(connection, cache_kib=cache_kib, durable=durable, is_alone=is_alone)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, *, cache_kib: int, durable: bool, is_alone: bool) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    if is_alone:
        # Before the first look at the file: then the index of its log is kept in memory, not in a file beside it.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: what was answered as done is still there after a power cut.
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    connection.execute("PRAGMA foreign_keys = 1")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    # Not in memory: building the indexes of a million tracks would take 60 MB more of it.
    connection.execute(f"PRAGMA temp_store = {'MEMORY' if is_alone else 'FILE'}")
    # SQLite itself folds the case of ASCII only.
    connection.create_function("folded", 1, folded, deterministic=True)


def drive(awaitable: Awaitable[T]) -> T:
    """Run a transaction function to its end. It must not wait: there is nothing here that could resume it."""
    assert isinstance(awaitable, Coroutine), awaitable
    coroutine: Coroutine[Any, Any, T] = awaitable
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a transaction waited for something that is not its database")
