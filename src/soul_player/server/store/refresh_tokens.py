"""SQL of the refresh tokens: each session's chain, by hash."""

from dataclasses import dataclass

from soul_player.database.access import Reader, Writer

# A repeat of a lost answer derives the successor that is there already.
ADD = """
    INSERT INTO refresh_tokens (token_hash, session_id, issued_at)
    VALUES (:token_hash, :session_id, :issued_at)
    ON CONFLICT (token_hash) DO NOTHING
"""

FIND = """
    SELECT session_id, issued_at, presented_at
      FROM refresh_tokens
     WHERE token_hash = :token_hash
"""

PRESENT = """
    UPDATE refresh_tokens
       SET presented_at = :now_ms
     WHERE token_hash = :token_hash
       AND presented_at IS NULL
"""

PURGE = """
    DELETE FROM refresh_tokens
     WHERE issued_at < :before
"""


@dataclass(frozen=True)
class StoredToken:
    """One link of a chain. `presented_at` is the first time."""

    session_id: bytes
    issued_at: int
    presented_at: int | None


async def add_token(store: Writer, token_hash: bytes, *, session_id: bytes, now_ms: int) -> None:
    """Make a token known, once."""
    await store.run(ADD, token_hash=token_hash, session_id=session_id, issued_at=now_ms)


async def find_token(store: Reader, token_hash: bytes) -> StoredToken | None:
    """None for one that was never issued, and for those of a session that has ended."""
    row = await store.one(FIND, token_hash=token_hash)
    return None if row is None else StoredToken(bytes(row[0]), int(row[1]), None if row[2] is None else int(row[2]))


async def note_presented(store: Writer, token_hash: bytes, now_ms: int) -> None:
    """Remember the first time only."""
    await store.run(PRESENT, token_hash=token_hash, now_ms=now_ms)


async def purge_tokens(store: Writer, *, issued_before: int) -> int:
    """Forget the oldest links of the chains; how many went."""
    return await store.run(PURGE, before=issued_before)
