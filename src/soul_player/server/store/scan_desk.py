"""SQL of the desk where several processes ask for scans, and the one that leads tells how they stand."""

from dataclasses import dataclass

from soul_player.database.access import Reader, Writer

READ = """
    SELECT asked, is_full, done, confirm_root, confirm_missing, status
      FROM scan_desk
     WHERE id = 1
"""

ASK = """
    UPDATE scan_desk
       SET asked = asked + 1,
           is_full = CASE WHEN :is_full = 1 THEN 1 ELSE is_full END
     WHERE id = 1
    RETURNING asked
"""

CONFIRM = """
    UPDATE scan_desk
       SET confirm_root = :root,
           confirm_missing = :missing
     WHERE id = 1
"""

# A request that came after this one was taken is still to be done, and a full one stays a full one.
TAKE = """
    UPDATE scan_desk
       SET is_full = 0,
           confirm_root = NULL,
           confirm_missing = NULL
     WHERE id = 1
       AND asked = :asked
"""

DONE = """
    UPDATE scan_desk
       SET done = :asked
     WHERE id = 1
       AND done < :asked
"""

TELL = """
    UPDATE scan_desk
       SET status = :status
     WHERE id = 1
"""


@dataclass(frozen=True)
class Desk:
    """As it stands. `status` is a `ScanStatus` as JSON, None before the first."""

    asked: int
    is_full: bool
    done: int
    confirm: tuple[str, int] | None
    status: bytes | None


async def read_desk(store: Reader) -> Desk:
    """The one row."""
    row = await store.one(READ)
    assert row is not None, "the migration made it"
    asked, is_full, done, root, missing, status = row
    confirm = None if root is None else (str(root), int(missing))
    return Desk(int(asked), bool(is_full), int(done), confirm, None if status is None else bytes(status))


async def ask(store: Writer, *, is_full: bool) -> int:
    """The number of this request."""
    row = await store.one(ASK, is_full=int(is_full))
    assert row is not None, "the migration made it"
    return int(row[0])


async def ask_to_confirm(store: Writer, root: str, missing: int) -> None:
    """To be taken with the next request."""
    await store.run(CONFIRM, root=root, missing=missing)


async def take(store: Writer, asked: int) -> None:
    """What was asked for up to here is under way."""
    await store.run(TAKE, asked=asked)


async def note_done(store: Writer, asked: int) -> None:
    """A scan that began after this request has ended."""
    await store.run(DONE, asked=asked)


async def tell_status(store: Writer, status: bytes) -> None:
    """For everybody."""
    await store.run(TELL, status=status)
