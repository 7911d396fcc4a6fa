"""Numbered .sql files, applied once and in order, each in a transaction of its own; forward only."""

import hashlib
import re
import sqlite3
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from soul_player.database.access import Database, Engine, Reader, Writer
from soul_player.database.errors import SchemaChanged, SchemaTooNew

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
# Any constant: two processes that migrate one PostgreSQL database take turns. SQLite's BEGIN IMMEDIATE does the same.
_MIGRATION_LOCK = 7_305_809_104_117

LOCK_POSTGRES = "SELECT pg_advisory_xact_lock(:key)"

# The files are written in SQLite's words; this one is missing in PostgreSQL.
DOMAIN_POSTGRES = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'blob') THEN CREATE DOMAIN blob AS bytea; END IF;
    END $$
"""

CREATE_TABLE = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        number     BIGINT PRIMARY KEY,
        name       TEXT NOT NULL,
        checksum   TEXT NOT NULL
    )
"""

APPLIED = """
    SELECT number, name, checksum
      FROM schema_migration
     ORDER BY number
"""

RECORD = """
    INSERT INTO schema_migration (number, name, checksum)
    VALUES (:number, :name, :checksum)
"""


@dataclass(frozen=True)
class Migration:
    """One file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Tells a file that was edited after it was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_migrations(folder: Traversable) -> list[Migration]:
    """The files of a package's `schema` folder, in order of their numbers, which must be 1, 2, 3 ..."""
    found = []
    for file in folder.iterdir():
        match = _FILE.fullmatch(file.name)
        if match is not None:
            found.append(Migration(int(match.group(1)), match.group(2), file.read_text("utf-8")))
    found.sort(key=lambda migration: migration.number)
    assert [migration.number for migration in found] == list(range(1, len(found) + 1)), found
    return found


async def migrate(database: Database, migrations: list[Migration]) -> int:
    """Bring the schema up to date; how many files were applied.

    Raises `SchemaTooNew` when the database knows a file that this program does not, `SchemaChanged` when one differs.
    """
    applied = 0
    while await database.write(_apply_next, migrations):
        applied += 1
        assert applied <= len(migrations)
    return applied


async def newest_applied(store: Reader) -> int:
    """The number of the last file that was applied, perhaps by a newer version of the program."""
    rows = await store.all(APPLIED)
    return int(rows[-1][0]) if rows else 0


async def _apply_next(writer: Writer, migrations: list[Migration]) -> bool:
    if writer.engine is Engine.POSTGRES:
        await writer.one(LOCK_POSTGRES, key=_MIGRATION_LOCK)
        await writer.run(DOMAIN_POSTGRES)
    await writer.run(CREATE_TABLE)
    rows = await writer.all(APPLIED)
    _check([(int(number), str(name), str(checksum)) for number, name, checksum in rows], migrations)
    if len(rows) == len(migrations):
        return False
    migration = migrations[len(rows)]
    for statement in statements(migration.sql):
        await writer.run(statement)
    await writer.run(RECORD, number=migration.number, name=migration.name, checksum=migration.checksum)
    return True


def _check(applied: list[tuple[int, str, str]], migrations: list[Migration]) -> None:
    if len(applied) > len(migrations):
        raise SchemaTooNew(
            f"the database has schema {applied[-1][0]} ({applied[-1][1]}), this version of Soul Player knows "
            f"{len(migrations)}: install a newer version"
        )
    for (number, name, checksum), migration in zip(applied, migrations, strict=False):
        if checksum != migration.checksum:
            raise SchemaChanged(f"schema {number} ({name}) was applied in another form than this version carries")


def statements(sql: str) -> list[str]:
    """The statements of a file. They end in a `;` at the end of a line; those inside a trigger's body do not count."""
    found: list[str] = []
    statement = ""
    for line in re.sub(r"--[^\n]*", "", sql).splitlines():
        statement += f"{line}\n"
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            found.append(statement.strip().removesuffix(";"))
            statement = ""
    assert not statement.strip(), f"a statement has no end: {statement.strip()[:80]}"
    return found
