"""A source whose server was rebuilt from nothing: it keeps its rows, whose names wait to be replaced by new ones."""

from dataclasses import dataclass

from soul_player.client.errors import QuestionNotFound, SourceExists
from soul_player.client.library.accounts import find_account, note_device
from soul_player.client.library.model import QuestionId, SourceId
from soul_player.client.library.pages import begin_reset
from soul_player.client.library.resets import REBUILT, USER_FEEDS, reset_feed
from soul_player.client.library.tracks import refresh_statuses
from soul_player.database.access import Reader, Value, Writer
from soul_player.protocol.ids import ServerId, id_bytes

FIND = """
    SELECT question_id, former_account_id, is_claimed
      FROM rebuilds
     WHERE source_id = :source_id
"""

# A second rebuilding before the first was told everything: what is the user's is still under the first one's name.
BEGIN = """
    INSERT INTO rebuilds (source_id, question_id, former_server_id, former_account_id)
    SELECT id, :question_id, server_id, account_id
      FROM sources
     WHERE id = :source_id
        ON CONFLICT (source_id) DO UPDATE
       SET question_id = excluded.question_id, former_server_id = excluded.former_server_id,
           former_account_id = excluded.former_account_id, is_claimed = 0
"""

BECOME = """
    UPDATE sources
       SET server_id = :server_id, needs_sign_in = 1, last_error = NULL, last_error_code = NULL, retry_at = NULL,
           failed_attempts = 0
     WHERE id = :source_id
"""

OTHER_SOURCE = """
    SELECT other.name
      FROM sources other
      JOIN sources this ON this.id = :source_id
     WHERE other.server_id = :server_id
       AND other.id <> this.id
       AND other.username IS this.username
"""

BECOME_FORMER = """
    UPDATE sources
       SET server_id = (SELECT former_server_id FROM rebuilds WHERE source_id = :source_id), needs_sign_in = 1
     WHERE id = :source_id
"""

CLAIM = """
    UPDATE rebuilds
       SET is_claimed = 1
     WHERE source_id = :source_id
"""

END = """
    DELETE FROM rebuilds
     WHERE source_id = :source_id
"""

TAKE_OVER = """
    UPDATE sync_queue
       SET account_id = :account_id
     WHERE source_id = :source_id
       AND account_id = :former_account_id
"""

FORGET_SETTLED = """
    DELETE FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'settled'
       AND in_overlay = 0
       AND set_aside_by IS NULL
"""

# What only the former server has answered, and no row here holds yet, waits for the new one.
WAIT_AGAIN = """
    UPDATE sync_queue
       SET state = 'waiting', seq = NULL, head = NULL, settled_at = NULL, attempts = 0, retry_at = NULL,
           blocked_since = NULL
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND (state IN ('waiting', 'sent') OR (state = 'settled' AND in_overlay = 1))
"""

GO_ON_NUMBERING = """
    UPDATE accounts
       SET ack = NULL,
           next_n = MAX(next_n, 1 + COALESCE((SELECT MAX(n)
                                                FROM sync_queue
                                               WHERE sync_queue.source_id = accounts.source_id
                                                 AND sync_queue.account_id = accounts.account_id), 0)),
           last_op_ms = (SELECT MAX(last_op_ms) FROM accounts WHERE source_id = :source_id)
     WHERE source_id = :source_id
       AND account_id = :account_id
"""

FORGET_ACCOUNT = """
    DELETE FROM accounts
     WHERE source_id = :source_id
       AND account_id = :former_account_id
"""

MARK_FORMER = """
    UPDATE track_sources
       SET is_former = 1, status = 'unavailable'
     WHERE source_id = :source_id
"""

TRACKS_OF = """
    SELECT DISTINCT track_id
      FROM track_sources
     WHERE source_id = :source_id
"""


@dataclass(frozen=True)
class Rebuild:
    """`is_claimed`: somebody has signed in since, and the tracks are being read."""

    question_id: QuestionId
    former_account_id: str | None
    is_claimed: bool


async def find_rebuild(library: Reader, source_id: SourceId) -> Rebuild | None:
    """None: the server is the one that it was, or was told everything."""
    row = await library.one(FIND, source_id=source_id)
    return None if row is None else Rebuild(QuestionId(row[0]), row[1], bool(row[2]))


async def begin_rebuild(library: Writer, source_id: SourceId, question_id: QuestionId, server_id: ServerId) -> None:
    """The source is this server's from here on. Nothing else changes until somebody signs in there.

    Raises `SourceExists` when that server is another source already.
    """
    key = id_bytes(server_id)
    other = await library.one(OTHER_SOURCE, source_id=source_id, server_id=key)
    if other is not None:
        raise SourceExists(f"the server that answers there is your source {other[0]} already")
    await library.run(BEGIN, source_id=source_id, question_id=question_id)
    await library.run(BECOME, source_id=source_id, server_id=key)


async def take_rebuild_back(library: Writer, source_id: SourceId, question_id: QuestionId) -> None:
    """As if it had not been said. Raises `QuestionNotFound` once somebody has signed in."""
    rebuild = await find_rebuild(library, source_id)
    if rebuild is None or rebuild.is_claimed or rebuild.question_id != question_id:
        raise QuestionNotFound("you have signed in there since: what is yours was bound to that server")
    await library.run(BECOME_FORMER, source_id=source_id)
    await library.run(END, source_id=source_id)


async def claim_rebuild(library: Writer, source_id: SourceId, *, account_id: str, device_id: str) -> bool:
    """Somebody has signed in: what was of the former account is of this one. False: the server was not rebuilt.

    Every name that the former server gave is void, until the feed of tracks has brought the new ones.
    """
    rebuild = await find_rebuild(library, source_id)
    if rebuild is None:
        return False
    if rebuild.is_claimed:
        account = await find_account(library, source_id)
        if account is None:
            # Another account than the one that claimed it: what is the first one's stays the first one's.
            await end_rebuild(library, source_id)
        return False
    await note_device(library, source_id, account_id=account_id, device_id=device_id)
    names: dict[str, Value] = {"source_id": source_id, "account_id": account_id}
    former = rebuild.former_account_id
    if former is not None and former != account_id:
        await library.run(TAKE_OVER, **names, former_account_id=former)
    await library.run(FORGET_SETTLED, **names)
    await library.run(WAIT_AGAIN, **names)
    await library.run(GO_ON_NUMBERING, **names)
    if former is not None and former != account_id:
        await library.run(FORGET_ACCOUNT, source_id=source_id, former_account_id=former)
    await begin_reset(library, source_id, account_id=account_id, code=REBUILT, reset_at_ms=None)
    account = await find_account(library, source_id)
    assert account is not None, "it has just signed in"
    for feed in USER_FEEDS:
        await reset_feed(library, account, feed, code=REBUILT, reset_at_ms=None)
    await library.run(MARK_FORMER, source_id=source_id)
    await refresh_statuses(library, [row[0] for row in await library.all(TRACKS_OF, source_id=source_id)])
    await library.run(CLAIM, source_id=source_id)
    return True


async def end_rebuild(library: Writer, source_id: SourceId) -> None:
    """Everything that is the user's was written down to be sent."""
    await library.run(END, source_id=source_id)
