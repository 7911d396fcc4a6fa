"""SQL of the accounts that edits are sent as: who numbers them, and what their server last acknowledged."""

from dataclasses import dataclass

import msgspec

from soul_player.client.library.model import SourceId
from soul_player.client.library.notes import read_note, remove_note, write_note
from soul_player.database.access import Reader, Writer

DEVICE_ID = "device_id"

FIND = """
    SELECT accounts.source_id, accounts.account_id, accounts.device_id, accounts.next_n, accounts.last_op_ms,
           accounts.ack
      FROM sources
      JOIN accounts ON accounts.source_id = sources.id AND accounts.account_id = sources.account_id
     WHERE sources.id = :source_id
"""

ADD = """
    INSERT INTO accounts (source_id, account_id, device_id)
    VALUES (:source_id, :account_id, :device_id)
        ON CONFLICT (source_id, account_id) DO NOTHING
"""

ACCOUNT_OF_SOURCE = """
    SELECT account_id
      FROM sources
     WHERE id = :source_id
"""

SAVE_NUMBERS = """
    UPDATE accounts
       SET next_n = :next_n, last_op_ms = :last_op_ms
     WHERE source_id = :source_id
       AND account_id = :account_id
"""

SAVE_ACK = """
    UPDATE accounts
       SET ack = :ack
     WHERE source_id = :source_id
       AND account_id = :account_id
"""

SAVE_DEVICE = """
    UPDATE accounts
       SET device_id = :device_id,
           next_n = 1 + (SELECT COUNT(*)
                           FROM sync_queue
                          WHERE sync_queue.source_id = accounts.source_id
                            AND sync_queue.account_id = accounts.account_id)
     WHERE source_id = :source_id
       AND account_id = :account_id
"""

# In the order they had. What was under way comes back: the server took nothing of it under the former name.
RENUMBER = """
    UPDATE sync_queue
       SET n = numbered.n,
           state = CASE WHEN state = 'sent' THEN 'waiting' ELSE state END
      FROM (SELECT op_id, ROW_NUMBER() OVER (ORDER BY n) AS n
              FROM sync_queue
             WHERE source_id = :source_id
               AND account_id = :account_id) AS numbered
     WHERE sync_queue.op_id = numbered.op_id
"""

NUMBERS = """
    SELECT sources.server_id, accounts.account_id, accounts.device_id, accounts.next_n, accounts.last_op_ms
      FROM accounts
      JOIN sources ON sources.id = accounts.source_id
     WHERE accounts.source_id = :source_id
       AND sources.server_id IS NOT NULL
"""

# Under another name of the device its server counts from 1.
TAKE_BACK = """
    UPDATE accounts
       SET next_n = :next_n, last_op_ms = :last_op_ms
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND device_id = :device_id
       AND next_n = 1
"""

# Everything before the oldest one that has no result yet.
CONFIRMED_THROUGH = """
    SELECT COALESCE((SELECT MIN(n)
                       FROM sync_queue
                      WHERE source_id = :source_id
                        AND account_id = :account_id
                        AND state IN ('waiting', 'sent')), next_n) - 1
      FROM accounts
     WHERE source_id = :source_id
       AND account_id = :account_id
"""


@dataclass(frozen=True)
class Account:
    """The account that is signed in at a source. `ack` is None until its server acknowledged something."""

    source_id: SourceId
    account_id: str
    device_id: str
    next_n: int
    last_op_ms: int
    ack: str | None


async def find_account(library: Reader, source_id: SourceId) -> Account | None:
    """None: nobody was ever signed in there (a folder)."""
    row = await library.one(FIND, source_id=source_id)
    return None if row is None else Account(SourceId(row[0]), *row[1:])


async def open_account(library: Writer, source_id: SourceId) -> Account | None:
    """The account, its row made if there is none. None: nobody was ever signed in there."""
    account = await find_account(library, source_id)
    if account is not None:
        return account
    row = await library.one(ACCOUNT_OF_SOURCE, source_id=source_id)
    device_id = await read_note(library, DEVICE_ID)
    if row is None or row[0] is None or device_id is None:
        return None
    await library.run(ADD, source_id=source_id, account_id=row[0], device_id=device_id)
    return await find_account(library, source_id)


async def note_device(library: Writer, source_id: SourceId, *, account_id: str, device_id: str) -> None:
    """The account was signed in under this name of the device. Under another one than before, what waits is numbered
    anew, from 1: its server has never heard of this device."""
    await library.run(ADD, source_id=source_id, account_id=account_id, device_id=device_id)
    await _take_numbers_back(library, source_id, account_id=account_id)
    row = await library.one(
        "SELECT device_id FROM accounts WHERE source_id = :source_id AND account_id = :account_id",
        source_id=source_id,
        account_id=account_id,
    )
    assert row is not None
    if row[0] == device_id:
        return
    await library.run(RENUMBER, source_id=source_id, account_id=account_id)
    await library.run(SAVE_DEVICE, source_id=source_id, account_id=account_id, device_id=device_id)


async def _take_numbers_back(library: Writer, source_id: SourceId, *, account_id: str) -> None:
    """A source that was removed and is added again: its server has seen the numbers that were given before."""
    server = await library.one("SELECT server_id FROM sources WHERE id = :source_id", source_id=source_id)
    if server is None or server[0] is None:
        return
    name = numbers_note(server[0], account_id)
    kept = await read_note(library, name)
    if kept is not None:
        device_id, next_n, last_op_ms = msgspec.json.decode(kept, type=tuple[str, int, int])
        await library.run(
            TAKE_BACK,
            source_id=source_id,
            account_id=account_id,
            device_id=device_id,
            next_n=next_n,
            last_op_ms=last_op_ms,
        )
        await remove_note(library, name)


async def keep_numbers(library: Writer, source_id: SourceId) -> None:
    """Before the source goes: its server goes on counting this device's operations."""
    for server_id, account_id, device_id, next_n, last_op_ms in await library.all(NUMBERS, source_id=source_id):
        numbers = msgspec.json.encode([device_id, next_n, last_op_ms]).decode()
        await write_note(library, numbers_note(server_id, account_id), numbers)


def numbers_note(server_id: bytes, account_id: str) -> str:
    """The note that keeps where an account's numbers stood when its source was removed."""
    return f"numbers {server_id.hex()} {account_id}"


async def save_numbers(library: Writer, account: Account, *, next_n: int, last_op_ms: int) -> None:
    """What the next operation goes on from."""
    await library.run(
        SAVE_NUMBERS,
        source_id=account.source_id,
        account_id=account.account_id,
        next_n=next_n,
        last_op_ms=last_op_ms,
    )


async def save_ack(library: Writer, account: Account, ack: str | None) -> None:
    """What goes with every push and every pull of the user's scope from here on."""
    await library.run(SAVE_ACK, source_id=account.source_id, account_id=account.account_id, ack=ack)


async def confirmed_through(library: Reader, account: Account) -> int:
    """The greatest number up to which nothing waits for a result."""
    row = await library.one(CONFIRMED_THROUGH, source_id=account.source_id, account_id=account.account_id)
    return 0 if row is None else int(row[0])
