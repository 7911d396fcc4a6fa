"""Open the configured engine, migrate it, and join the processes that serve it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError, DatabaseUnavailable
from soul_player.database.migrate import Migration, migrate, read_migrations
from soul_player.database.postgres import LOST_CONNECTION, POOL_SIZE_MAX, PostgresDatabase, open_postgres
from soul_player.database.sqlite import Runner, SqliteDatabase, open_sqlite
from soul_player.edges import Clock, Randomness, mint
from soul_player.protocol.ids import EraId
from soul_player.server.store.changes import open_scope
from soul_player.server.store.eras import mint_era
from soul_player.server.store.presence import Joined, PostgresPresence, SqlitePresence
from soul_player.server.store.scopes import LIBRARY
from soul_player.server.store.secrets import Secrets, make_secrets

log = logging.getLogger("soul_player.server")

REJOIN_SECONDS = 1.0


@dataclass(frozen=True)
class Store:
    """An opened store: its database and what it says of the server."""

    database: Database
    secrets: Secrets
    presence: SqlitePresence | PostgresPresence
    joined: Joined


@asynccontextmanager
async def open_store(
    url: str,
    *,
    clock: Clock,
    randomness: Randomness,
    new_era: bool = False,
    runner: Runner | None = None,
    pool_size: int = POOL_SIZE_MAX,
) -> AsyncGenerator[Store, None]:
    """Open `sqlite:///path` (made if missing) or `postgresql://...`, up to date, for as long as the block lasts.

    A process that is alone with the database begins a new era; one that starts beside others does not, unless
    `new_era` says so. Raises the errors of `database.errors`.
    """
    database = await connect(url, runner=runner, pool_size=pool_size)
    try:
        await migrate(database, store_migrations())
        presence = (
            PostgresPresence(database) if isinstance(database, PostgresDatabase) else SqlitePresence(database.path)
        )
        async with presence.join() as joined:
            secrets = await database.write(make_secrets, clock, randomness)
            await database.write(open_scope, LIBRARY)
            if joined.was_alone or new_era:
                await begin_era(database, "asked for" if new_era else "started alone", clock, randomness)
            await joined.let_others_in()
            yield Store(database, secrets, presence, joined)
    finally:
        await database.close()


def store_migrations() -> list[Migration]:
    """The steps of the schema that this program knows."""
    return read_migrations(files("soul_player.server.store") / "schema")


async def begin_era(database: Database, reason: str, clock: Clock, randomness: Randomness) -> EraId:
    """Begin a new history at the heads as they are."""
    era = EraId(mint(clock, randomness))
    await database.write(mint_era, era, reason=reason, now_ms=clock.now_ms())
    return era


async def stay_present(store: Store, *, clock: Clock, randomness: Randomness) -> None:
    """Join again whenever the lock was lost; runs until it is cancelled.

    PostgreSQL drops the lock when it restarts, and it may have been restored meanwhile: whoever joins alone then
    begins a new era, as at a start.
    """
    await store.joined.lost()
    while True:
        try:
            async with store.presence.join() as joined:
                if joined.was_alone:
                    await begin_era(store.database, "the database came back", clock, randomness)
                await joined.let_others_in()
                await joined.lost()
        except (DatabaseError, TimeoutError, *LOST_CONNECTION) as error:
            # It is still away, lets nobody in, or went again meanwhile. Requests fail and say so; nothing to do here
            # but to try again.
            log.info("not among the servers of this database now: %s", error)
            await asyncio.sleep(REJOIN_SECONDS)


async def connect(
    url: str, *, runner: Runner | None = None, pool_size: int = POOL_SIZE_MAX
) -> SqliteDatabase | PostgresDatabase:
    """The engine that the URL names, not migrated. `pool_size` is for PostgreSQL."""
    if url.startswith(("postgresql://", "postgres://")):
        _check_address(url)
        return await open_postgres(url, pool_size=pool_size)
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return await open_sqlite(path, runner=runner)
    scheme = url.partition(":")[0]
    raise DatabaseUnavailable(f"a database is named by sqlite:///PATH or postgresql://..., not {scheme}:")


def _check_address(url: str) -> None:
    """Raise `DatabaseUnavailable` for one that falls apart: at a slash in the password, say, which is not told."""
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise DatabaseUnavailable(
            "the address of the database cannot be read: in its password, what is neither a letter nor a digit must be "
            "written as %XX"
        ) from error
