"""SQL of the operations: every edit that a server is told of, from the moment it is made until long after."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from soul_player.client.library.accounts import Account
from soul_player.client.library.held_entries import PlaceKept
from soul_player.client.library.overlay import After, Unsettled
from soul_player.database.access import Reader, Row, Value, Writer
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import AnyOperation, parse_operation

OVERLAY_OF_GROUP = """
    SELECT n, payload, covered_run, shown_after, held_track_id
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND in_overlay = 1
     ORDER BY n
"""

GROUPS_IN_OVERLAY = """
    SELECT DISTINCT group_key
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND in_overlay = 1
     ORDER BY group_key
"""

# A deletion that waits is no reason to keep what another device deleted.
EDITS_OF_GROUP = """
    SELECT 1
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND in_overlay = 1
       AND state <> 'settled'
       AND operation <> 'playlist.delete'
     LIMIT 1
"""

# What a row that came holds leaves the overlay with it (protocol, section 5). A row is read after the answer to
# everything that is settled here, so an operation whose answer named no position is in it too.
LEAVE_BY_ROW = """
    UPDATE sync_queue
       SET in_overlay = 0
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND entry_id IS :entry_id
       AND in_overlay = 1
       AND state = 'settled'
       AND COALESCE(seq, 0) <= :seq
"""

LEAVE_GROUP = """
    UPDATE sync_queue
       SET in_overlay = 0
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND in_overlay = 1
       AND state = 'settled'
"""

# `prefix` is that of the feed's groups.
READ_UP_TO = """
    SELECT DISTINCT group_key, entry_id
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'settled'
       AND in_overlay = 1
       AND head <= :head
       AND substr(group_key, 1, 2) = :prefix
"""

LEAVE_UP_TO = """
    UPDATE sync_queue
       SET in_overlay = 0
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'settled'
       AND in_overlay = 1
       AND head <= :head
       AND substr(group_key, 1, 2) = :prefix
"""

ANY_SENT = """
    SELECT 1
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'sent'
     LIMIT 1
"""

COUNT_WAITING = """
    SELECT COUNT(*)
      FROM sync_queue
     WHERE state IN ('waiting', 'sent')
"""

HELD_ANCHOR = """
    SELECT payload, shown_after
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND entry_id = :entry_id
       AND operation = 'entry.add'
       AND held_track_id IS NOT NULL
       AND in_overlay = 1
     LIMIT 1
"""

ANY_HELD = """
    SELECT 1
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND group_key = :group_key
       AND in_overlay = 1
       AND held_track_id IS NOT NULL
     LIMIT 1
"""

KEEP_PLACE = """
    UPDATE sync_queue
       SET shown_after = :shown_after, payload = json_set(payload, '$.after', json(:sent_after))
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND entry_id = :entry_id
       AND operation = 'entry.add'
       AND held_track_id IS NOT NULL
"""

PLAYLISTS_PREFIX = "p:"
TRACKS_PREFIX = "t:"


class QueueState(StrEnum):
    """How far an operation is. `NEEDS_YOU`: a person decides."""

    WAITING = "waiting"
    SENT = "sent"
    SETTLED = "settled"
    NEEDS_YOU = "needs_you"


def playlist_group(uid: bytes) -> str:
    """Of operations about one playlist and its entries."""
    return PLAYLISTS_PREFIX + id_text(uid)


def track_group(remote_id: bytes) -> str:
    """Of operations about one track of a source."""
    return TRACKS_PREFIX + id_text(remote_id)


def type_of(operation: AnyOperation) -> str:
    """As the protocol calls it."""
    return str(type(operation).__struct_config__.tag)


def payload_of(operation: AnyOperation) -> str:
    """JSON as it is sent, but for `n`."""
    fields = msgspec.to_builtins(operation)
    del fields["n"]
    return msgspec.json.encode(fields).decode()


def with_number(payload: str, n: int) -> bytes:
    """As it is sent."""
    return f'{payload[:-1]},"n":{n}}}'.encode()


def read_operation(payload: str, n: int) -> AnyOperation:
    """One that was written here."""
    return parse_operation(with_number(payload, n))


async def overlay_of(library: Reader, account: Account, group_key: str) -> list[Unsettled]:
    """The operations of a group that lie on its rows, in order of n."""
    rows = await library.all(
        OVERLAY_OF_GROUP, source_id=account.source_id, account_id=account.account_id, group_key=group_key
    )
    return [_unsettled(row) for row in rows]


async def groups_in_overlay(library: Reader, account: Account) -> list[str]:
    """Every group that has any."""
    rows = await library.all(GROUPS_IN_OVERLAY, source_id=account.source_id, account_id=account.account_id)
    return [row[0] for row in rows]


async def has_edits(library: Reader, account: Account, group_key: str) -> bool:
    """Whether this device has edits in it that nobody has taken yet."""
    row = await library.one(
        EDITS_OF_GROUP, source_id=account.source_id, account_id=account.account_id, group_key=group_key
    )
    return row is not None


async def leave_by_row(library: Writer, account: Account, group_key: str, entry_id: bytes | None, *, seq: int) -> int:
    """A row that came holds them; how many left."""
    return await library.run(
        LEAVE_BY_ROW,
        source_id=account.source_id,
        account_id=account.account_id,
        group_key=group_key,
        entry_id=entry_id,
        seq=seq,
    )


async def leave_group(library: Writer, account: Account, group_key: str) -> None:
    """What it is about is gone at the server, and all that was settled with it."""
    await library.run(LEAVE_GROUP, source_id=account.source_id, account_id=account.account_id, group_key=group_key)


async def leave_up_to(
    library: Writer, account: Account, *, prefix: str, head: int
) -> Sequence[tuple[str, bytes | None]]:
    """The feed was read up to this head. The groups and entries that are left with the server's rows alone."""
    values: dict[str, Value] = {
        "source_id": account.source_id,
        "account_id": account.account_id,
        "prefix": prefix,
        "head": head,
    }
    rows = await library.all(READ_UP_TO, **values)
    if rows:
        await library.run(LEAVE_UP_TO, **values)
    return [(row[0], row[1]) for row in rows]


async def any_sent(library: Reader, account: Account) -> bool:
    """Whether a batch is under way whose answer did not come."""
    row = await library.one(ANY_SENT, source_id=account.source_id, account_id=account.account_id)
    return row is not None


async def count_waiting(library: Reader) -> int:
    """Edits that no server has answered yet."""
    row = await library.one(COUNT_WAITING)
    assert row is not None
    return int(row[0])


async def held_anchor(library: Reader, account: Account, entry_id: bytes) -> tuple[bool, After]:
    """Whether this entry is held back, and then the anchor that stands in for it: the one it has itself."""
    row = await library.one(HELD_ANCHOR, source_id=account.source_id, account_id=account.account_id, entry_id=entry_id)
    if row is None:
        return False, None
    after = msgspec.json.decode(row[0]).get("after", msgspec.UNSET)
    return True, id_bytes(after) if isinstance(after, str) else after


async def any_held(library: Reader, account: Account, group_key: str) -> bool:
    """Whether anything of the group waits for a track that its source does not hold."""
    row = await library.one(ANY_HELD, source_id=account.source_id, account_id=account.account_id, group_key=group_key)
    return row is not None


async def keep_places(library: Writer, account: Account, places: Sequence[PlaceKept]) -> None:
    """Entries that are held back say what they stand behind now."""
    for place in places:
        await library.run(
            KEEP_PLACE,
            source_id=account.source_id,
            account_id=account.account_id,
            entry_id=place.entry_id,
            shown_after=_anchor_text(place.shown_after),
            sent_after=_anchor_text(place.sent_after),
        )


def _anchor_text(anchor: bytes | None) -> str:
    return msgspec.json.encode(None if anchor is None else id_text(anchor)).decode()


def _unsettled(row: Row) -> Unsettled:
    n, payload, covered_run, shown_after, held_track_id = row
    after: After = None
    if shown_after is not None:
        decoded = msgspec.json.decode(shown_after)
        after = msgspec.UNSET if decoded is False else None if decoded is None else id_bytes(decoded)
    return Unsettled(
        read_operation(payload, n),
        covered_run=covered_run,
        shown_after=after,
        has_shown_after=shown_after is not None,
        held_track_id=held_track_id,
    )
