"""A look at the database of the settings, for the doctor: nothing is made, nothing is changed."""

import asyncio
from dataclasses import dataclass

from soul_player.database.access import Engine, Reader
from soul_player.database.errors import DatabaseUnavailable
from soul_player.database.migrate import newest_applied
from soul_player.server.app import CONNECTIONS_OWN, connections_of
from soul_player.server.config import ServerConfig
from soul_player.server.store.open import connect, store_migrations

EXAMINE_SECONDS = 15.0

HAS_STORE_POSTGRES = "SELECT to_regclass('schema_migration') IS NOT NULL"
VERSION_POSTGRES = "SHOW server_version"
CONNECTIONS_POSTGRES = "SHOW max_connections"


@dataclass(frozen=True)
class Examined:
    """`applied` 0: there is no store in it yet. `needs`: connections that the server of the settings may take."""

    version: str
    applied: int
    known: int
    connections_max: int
    needs: int


def examine_postgres(config: ServerConfig) -> Examined:
    """Raises a `DatabaseError` when it cannot be asked."""
    return asyncio.run(_examine(config))


async def _examine(config: ServerConfig) -> Examined:
    try:
        async with asyncio.timeout(EXAMINE_SECONDS):
            database = await connect(config.database_url, pool_size=1)
            try:
                assert database.engine is Engine.POSTGRES, config
                version, applied, connections_max = await database.read(_read)
            finally:
                await database.close()
    except TimeoutError as error:
        raise DatabaseUnavailable(f"PostgreSQL did not answer within {EXAMINE_SECONDS:.0f} s") from error
    needs = config.workers * (connections_of(config) + CONNECTIONS_OWN)
    return Examined(version, applied, len(store_migrations()), connections_max, needs)


async def _read(store: Reader) -> tuple[str, int, int]:
    version, connections = await store.one(VERSION_POSTGRES), await store.one(CONNECTIONS_POSTGRES)
    has_store = await store.one(HAS_STORE_POSTGRES)
    assert version is not None
    assert connections is not None
    assert has_store is not None
    applied = await newest_applied(store) if has_store[0] else 0
    return str(version[0]), applied, int(connections[0])
