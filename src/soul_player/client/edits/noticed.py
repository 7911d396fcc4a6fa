"""A database whose writes are noticed once they are committed: an edit is sent without being looked for."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from soul_player.database.access import Database, Engine, Reader, Writer

P = ParamSpec("P")
T = TypeVar("T")


class NoticedDatabase:
    """Each of `notices` is called after each commit, and must not wait."""

    def __init__(self, database: Database, *notices: Callable[[], None]) -> None:
        self._database = database
        self._notices = notices

    @property
    def engine(self) -> Engine:
        """The one behind it."""
        return self._database.engine

    async def read(
        self, function: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As it is."""
        return await self._database.read(function, *args, **kwargs)

    async def write(
        self, function: Callable[Concatenate[Writer, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As it is; then noticed. What was undone is not."""
        result = await self._database.write(function, *args, **kwargs)
        for notice in self._notices:
            notice()
        return result

    async def close(self) -> None:
        """Its owner closes it."""
        await self._database.close()
