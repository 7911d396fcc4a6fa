"""PostgreSQL: the same two types on a pool of connections."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Concatenate, ParamSpec, TypeVar

import asyncpg

from soul_player.database.access import Engine, Reader, Row, Value, Writer
from soul_player.database.errors import DatabaseDamaged, DatabaseError, DatabaseFull, DatabaseUnavailable
from soul_player.database.names import numbered

P = ParamSpec("P")
T = TypeVar("T")

POOL_SIZE_MAX = 10
CONNECT_TIMEOUT_SECONDS = 10.0
# asyncpg's ways of saying that the connection is gone; the last when PostgreSQL ended it while it lay idle.
LOST_CONNECTION = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.InternalClientError,
    ConnectionError,
)
# A transaction of ours takes milliseconds; this one ends those whose server has hung.
STATEMENT_TIMEOUT_SECONDS = 60.0
# A deadlock cannot come from the heads, which are taken in sorted order; it can from rows. The whole is then repeated.
ATTEMPTS_PER_WRITE = 3


class PostgresReader:
    """A `Reader` on one connection."""

    engine = Engine.POSTGRES

    def __init__(self, connection: Any) -> None:  # noqa: ANN401  # asyncpg ships no types
        self._connection = connection

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        """Every row."""
        statement = numbered(sql, "$")
        rows = await self._connection.fetch(statement.sql, *(values[name] for name in statement.names))
        return [tuple(row) for row in rows]

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        """The first row, or None."""
        statement = numbered(sql, "$")
        row = await self._connection.fetchrow(statement.sql, *(values[name] for name in statement.names))
        return None if row is None else tuple(row)


class PostgresWriter(PostgresReader):
    """A `Writer` on one connection that is inside a transaction."""

    async def run(self, sql: str, /, **values: Value) -> int:
        """Run one statement; how many rows it touched."""
        statement = numbered(sql, "$")
        tag: str = await self._connection.execute(statement.sql, *(values[name] for name in statement.names))
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, sql: str, rows: Sequence[Sequence[Value]], /) -> None:
        """Run one statement for many rows."""
        await self._connection.executemany(numbered(sql, "$").sql, rows)

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None, None]:
        """Undo what is done inside when an exception leaves it."""
        if self._connection.is_closed():
            # The whole transaction went with it: no step of it can be tried alone.
            raise DatabaseUnavailable("PostgreSQL ended the connection in the middle of a transaction")
        async with self._connection.transaction():
            yield


class PostgresDatabase:
    """A `Database` on a PostgreSQL server. Made by `open_postgres`."""

    engine = Engine.POSTGRES

    def __init__(self, pool: Any, url: str) -> None:  # noqa: ANN401  # asyncpg ships no types
        self._pool = pool
        self.url = url

    async def read(
        self, function: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function` over one snapshot (REPEATABLE READ, so that several statements agree)."""
        with postgres_errors():
            async with self._transaction(isolation="repeatable_read", readonly=True) as connection:
                return await function(PostgresReader(connection), *args, **kwargs)

    async def write(
        self, function: Callable[Concatenate[Writer, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function` in one transaction (READ COMMITTED: the head's row lock gives the order)."""
        with postgres_errors():
            for attempt in range(1, ATTEMPTS_PER_WRITE + 1):
                try:
                    async with self._transaction(isolation="read_committed") as connection:
                        return await function(PostgresWriter(connection), *args, **kwargs)
                except asyncpg.DeadlockDetectedError:
                    if attempt == ATTEMPTS_PER_WRITE:
                        raise
        raise AssertionError("unreachable: the loop returns or raises")

    @asynccontextmanager
    async def _transaction(self, *, isolation: str, readonly: bool = False) -> AsyncGenerator[Any, None]:
        """A begun transaction. A pooled connection that died while it lay idle is only noticed when it is used: such
        ones are thrown away, and since nothing has been done yet, another is taken."""
        for attempt in range(1, POOL_SIZE_MAX + 2):
            connection = await self._pool.acquire(timeout=CONNECT_TIMEOUT_SECONDS)
            transaction = connection.transaction(isolation=isolation, readonly=readonly)
            try:
                await transaction.start()
            except LOST_CONNECTION:
                # The pool takes a connection back by itself when it hears of its end; then there is nothing to end.
                with suppress(asyncpg.InterfaceError):
                    connection.terminate()
                await self._pool.release(connection)
                if attempt > POOL_SIZE_MAX:
                    raise
                continue
            except BaseException:
                await self._pool.release(connection)
                raise
            break
        try:
            try:
                yield connection
            except BaseException:
                # A connection that is gone has rolled back already, and the first error is the one to tell.
                with suppress(*LOST_CONNECTION):
                    await transaction.rollback()
                raise
            await transaction.commit()
        finally:
            await self._pool.release(connection)

    def pool_counts(self) -> tuple[int, int]:
        """How many connections are in use, and how many lie idle."""
        idle: int = self._pool.get_idle_size()
        size: int = self._pool.get_size()
        return size - idle, idle

    async def close(self) -> None:
        """Let go of every connection."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def dedicated(self) -> AsyncGenerator[Any, None]:
        """A connection of its own outside the pool, for advisory locks that live as long as a process."""
        with postgres_errors():
            connection = await asyncpg.connect(self.url, timeout=CONNECT_TIMEOUT_SECONDS)
        try:
            yield connection
        finally:
            await connection.close(timeout=CONNECT_TIMEOUT_SECONDS)


async def open_postgres(url: str, *, pool_size: int = POOL_SIZE_MAX) -> PostgresDatabase:
    """Connect to `postgresql://user@host/name`. Raises `DatabaseUnavailable`, which never names the password."""
    with postgres_errors():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool_size,
            timeout=CONNECT_TIMEOUT_SECONDS,
            command_timeout=STATEMENT_TIMEOUT_SECONDS,
            # Plans are cached per connection; without this a first large page would be planned as if it were small.
            # Libraries fit in memory or on an SSD: at the default of 4.0, made for spinning disks, a page of a
            # thousand rows is read by a walk over all tracks.
            server_settings={"jit": "off", "random_page_cost": "1.1", "application_name": "soul-player"},
        )
    return PostgresDatabase(pool, url)


@contextmanager
def postgres_errors() -> Generator[None, None, None]:
    """asyncpg's errors -> ours. A broken constraint stays what it is: a fault of the program."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError:
        raise
    except asyncpg.DiskFullError as error:
        raise DatabaseFull("PostgreSQL: the disk is full") from error
    except asyncpg.InsufficientResourcesError as error:
        # Too many connections, too little memory: that passes.
        raise DatabaseUnavailable(f"PostgreSQL has no room for it now: {error}") from error
    except asyncpg.DataCorruptedError as error:
        raise DatabaseDamaged(f"PostgreSQL: {error}") from error
    except (*LOST_CONNECTION, OSError, TimeoutError) as error:
        raise DatabaseUnavailable(f"PostgreSQL cannot be reached: {error or type(error).__name__}") from error
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise DatabaseUnavailable(f"PostgreSQL refused: {error}") from error
    except asyncpg.OperatorInterventionError as error:
        raise DatabaseUnavailable(f"PostgreSQL is going away: {error}") from error
    except asyncpg.PostgresError as error:
        raise DatabaseError(f"PostgreSQL: {error}") from error
