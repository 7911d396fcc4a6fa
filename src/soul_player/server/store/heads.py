"""The heads that were seen, so that a store that went back under a running server is noticed."""

from soul_player.database.access import Database, Writer
from soul_player.edges import Clock, Randomness, mint
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


class HeadsToHold:
    """The heads that one server has told anyone: none of them may fall, or a new history has begun."""

    def __init__(self, database: Database, *, clock: Clock, randomness: Randomness) -> None:
        self._database = database
        self._clock = clock
        self._randomness = randomness
        self._remembered = RememberedHeads()

    def known(self, scope: str) -> int:
        """The greatest that was told; 0 for none."""
        return self._remembered.known(scope)

    def note(self, scope: str, head: int) -> None:
        """This one is told now."""
        self._remembered.is_lower(scope, head)

    async def has_fallen(self, scope: str, head: int) -> bool:
        """Before a head is told: whether the store went back, so that an era began. The caller reads anew then."""
        if not self._remembered.is_lower(scope, head):
            return False
        era = EraId(mint(self._clock, self._randomness))
        known = self._remembered.known(scope)
        minted = await self._database.write(mint_if_lower, scope, known=known, era=era, now_ms=self._clock.now_ms())
        if minted:
            self._remembered.forget(scope)
        return minted


async def mint_if_lower(store: Writer, scope: str, *, known: int, era: EraId, now_ms: int) -> bool:
    """Begin a new era when the head, locked, is lower than `known`: the store went back to an earlier state."""
    row = await store.one(HEAD_LOCKED, scope=scope)
    if row is not None and int(row[0]) >= known:
        return False
    await mint_era(store, era, reason=f"the head of {scope} fell below {known}", now_ms=now_ms)
    return True
