"""The digest of a scope: proves that a device holds the same rows as the server (protocol, section 9)."""

import hashlib

from soul_player.database.access import Reader
from soul_player.protocol.ids import id_text
from soul_player.protocol.playlist import Digest

# Entries of a deleted playlist do not count: they went with it.
LIVE = """
    SELECT change.kind, change.entity_id, change.seq
      FROM sync_change change
     WHERE change.scope = :scope
       AND change.deleted = 0
       AND NOT EXISTS (
               SELECT 1
                 FROM playlist_entries entries
                 JOIN playlists ON playlists.user_id = entries.user_id AND playlists.id = entries.playlist_id
                WHERE change.kind = 'entry'
                  AND entries.user_id = :user_id
                  AND entries.id = change.entity_id
                  AND playlists.deleted_at IS NOT NULL
           )
"""

HEAD = """
    SELECT seq
      FROM sync_head
     WHERE scope = :scope
"""

DIGEST_BYTES = 16


async def read_digest(store: Reader, scope: str, user_id: bytes) -> Digest:
    """Count and XOR over all live rows of the scope. Its cost is that of reading them: keep it per (scope, head)."""
    row = await store.one(HEAD, scope=scope)
    assert row is not None, f"scope {scope} was never opened"
    digest = 0
    rows = await store.all(LIVE, scope=scope, user_id=user_id)
    for kind, entity_id, seq in rows:
        digest ^= row_digest(kind, id_text(entity_id), seq)
    return Digest(int(row[0]), len(rows), digest.to_bytes(DIGEST_BYTES, "big").hex())


def row_digest(kind: str, entity_id: str, seq: int) -> int:
    """The first 16 bytes of sha256 of `kind:id:seq`."""
    return int.from_bytes(hashlib.sha256(f"{kind}:{entity_id}:{seq}".encode()).digest()[:DIGEST_BYTES], "big")
