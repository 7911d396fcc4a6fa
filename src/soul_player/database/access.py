"""`Reader` and `Writer`: two types, so that a signature says whether a function can write."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

Value = None | int | float | str | bytes
Row = tuple[Any, ...]

P = ParamSpec("P")
T = TypeVar("T")


class Engine(StrEnum):
    """The engines that are spoken. A statement that must differ has a twin named `*_POSTGRES` beside it."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


class Reader(Protocol):
    """One snapshot of a database, for reading. `:names` in the SQL are given as keywords."""

    @property
    def engine(self) -> Engine:
        """Which dialect a twin statement must be chosen for."""
        ...

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        """Every row."""
        ...

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        """The first row, or None."""
        ...


class Writer(Reader, Protocol):
    """One open writing transaction. It commits when the function it was given to returns, and only then."""

    async def run(self, sql: str, /, **values: Value) -> int:
        """Run one statement; how many rows it touched."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Sequence[Value]], /) -> None:
        """Run one statement for many rows, each holding the values in the order in which the `:names` first appear."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is undone when an exception leaves it; the transaction itself goes on."""
        ...


class Database(Protocol):
    """An opened database.

    A transaction function is a coroutine function that awaits its `Reader` or `Writer` and nothing else: on SQLite it
    is driven to its end on the database's own thread, where nothing could resume it.
    """

    @property
    def engine(self) -> Engine:
        """Which engine is behind it."""
        ...

    async def read(
        self, function: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function` over one snapshot."""
        ...

    async def write(
        self, function: Callable[Concatenate[Writer, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function` in one transaction: committed (and on the disk) when it returns, undone when it raises."""
        ...

    async def close(self) -> None:
        """Finish what runs, then let go of every connection."""
        ...
