"""Single facts of this library."""

from soul_player.database.access import Reader, Writer

READ = """
    SELECT value
      FROM notes
     WHERE name = :name
"""

WRITE = """
    INSERT INTO notes (name, value)
    VALUES (:name, :value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

REMOVE = """
    DELETE FROM notes
     WHERE name = :name
"""


async def read_note(library: Reader, name: str) -> str | None:
    """None: there is no such note."""
    row = await library.one(READ, name=name)
    return None if row is None else str(row[0])


async def write_note(library: Writer, name: str, value: str) -> None:
    """In place of an earlier one."""
    await library.run(WRITE, name=name, value=value)


async def remove_note(library: Writer, name: str) -> None:
    """It may not be there."""
    await library.run(REMOVE, name=name)
