"""The heads that were seen, so that a store that went back under a running server is noticed."""

from soul_player.database.access import Writer
from soul_player.protocol.ids import EraId
from soul_player.server.store.eras import mint_era

HEAD_LOCKED = """
    UPDATE sync_head
       SET seq = seq
     WHERE scope = :scope
    RETURNING seq
"""

SCOPES_MAX = 10_000


class RememberedHeads:
    """The greatest head of each scope that this process has told anyone."""

    def __init__(self) -> None:
        self._heads: dict[str, int] = {}

    def is_lower(self, scope: str, head: int) -> bool:
        """Note a head; whether it is lower than one noted before: perhaps only read from an older snapshot."""
        known = self._heads.get(scope, 0)
        if head < known:
            return True
        if scope in self._heads or len(self._heads) < SCOPES_MAX:
            self._heads[scope] = head
        return False

    def forget(self, scope: str) -> None:
        """A new era begins where the head is now."""
        self._heads.pop(scope, None)

    def known(self, scope: str) -> int:
        """The greatest that was told; 0 for none."""
        return self._heads.get(scope, 0)


async def mint_if_lower(store: Writer, scope: str, *, known: int, era: EraId, now_ms: int) -> bool:
    """Begin a new era when the head, locked, is lower than `known`: the store went back to an earlier state."""
    row = await store.one(HEAD_LOCKED, scope=scope)
    if row is not None and int(row[0]) >= known:
        return False
    await mint_era(store, era, reason=f"the head of {scope} fell below {known}", now_ms=now_ms)
    return True
