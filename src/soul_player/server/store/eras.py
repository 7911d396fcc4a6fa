"""Eras: the histories that positions belong to, and whether a position is on the server's history."""

from dataclasses import dataclass

from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import EraId

ERAS = """
    SELECT era.era, start.start_seq
      FROM sync_era era
      LEFT JOIN sync_era_start start ON start.era = era.era AND start.scope = :scope
     ORDER BY era.ordinal
"""

NEWEST = """
    SELECT era
      FROM sync_era
     ORDER BY ordinal DESC
     LIMIT 1
"""

NEXT_ORDINAL = """
    SELECT COALESCE(MAX(ordinal), 0) + 1
      FROM sync_era
"""

# A head that is locked cannot move between the reading of it and the era's start.
LOCK_HEADS = """
    UPDATE sync_head
       SET seq = seq
"""

MINT = """
    INSERT INTO sync_era (ordinal, era, minted_at, reason)
    VALUES (:ordinal, :era, :minted_at, :reason)
"""

MINT_STARTS = """
    INSERT INTO sync_era_start (scope, era, start_seq)
    SELECT scope, :era, seq
      FROM sync_head
"""


@dataclass(frozen=True)
class History:
    """The eras of one scope, oldest first, each with the position at which it began, and the head now."""

    eras: tuple[tuple[str, int], ...]
    head: int

    @property
    def newest(self) -> EraId:
        """The era that positions are given in now."""
        return EraId(self.eras[-1][0])

    def holds(self, era: str, seen: int) -> bool:
        """Whether a position seen in `era` is on this history.

        It is when the era is known and nothing beyond the start of the era after it had been seen (or beyond the
        head, in the newest): what came after that start belongs to another history (protocol, section 2, *Eras*).
        """
        for number, (known, _) in enumerate(self.eras):
            if known == era:
                end = self.eras[number + 1][1] if number + 1 < len(self.eras) else self.head
                return seen <= end
        return False


async def read_eras(store: Reader, scope: str) -> tuple[tuple[str, int], ...]:
    """The eras with this scope's start in each; a scope that did not exist then began at 0."""
    return tuple((str(era), int(start or 0)) for era, start in await store.all(ERAS, scope=scope))


async def read_newest_era(store: Reader) -> EraId | None:
    """The newest one, or None before the first start."""
    row = await store.one(NEWEST)
    return None if row is None else EraId(row[0])


async def mint_era(store: Writer, era: EraId, *, reason: str, now_ms: int) -> None:
    """Begin a new history at the heads as they are now. `reason` is for the log and the doctor."""
    await store.run(LOCK_HEADS)
    row = await store.one(NEXT_ORDINAL)
    assert row is not None
    await store.run(MINT, ordinal=int(row[0]), era=era, minted_at=now_ms, reason=reason)
    await store.run(MINT_STARTS, era=era)
