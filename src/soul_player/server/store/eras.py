"""Eras: the histories that positions belong to, and whether a position is on the server's history."""

from dataclasses import dataclass

from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import EraId

# Ordinals have no gaps: the era after one is its ordinal plus one. The cost does not grow with the number of eras.
STANDING = """
    SELECT newest.era, known.era, following.era, start.start_seq
      FROM sync_era newest
      LEFT JOIN sync_era known ON known.era = :era
      LEFT JOIN sync_era following ON following.ordinal = known.ordinal + 1
      LEFT JOIN sync_era_start start ON start.era = following.era AND start.scope = :scope
     WHERE newest.ordinal = (SELECT MAX(ordinal) FROM sync_era)
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
class Standing:
    """How one era stands in the history of one scope."""

    newest: EraId
    is_known: bool
    # Where the era after it began; None when it is the newest itself.
    end_seq: int | None

    def holds(self, seen: int, *, head: int) -> bool:
        """Whether a position seen in that era is on the history.

        It is when the era is known and nothing beyond the start of the era after it had been seen (or beyond the
        head, in the newest): what came after that start belongs to another history (protocol, section 2, *Eras*).
        """
        return self.is_known and seen <= (head if self.end_seq is None else self.end_seq)


async def read_standing(store: Reader, scope: str, era: str) -> Standing:
    """How `era` stands; a scope that did not exist when the next one began stood at 0 then."""
    row = await store.one(STANDING, scope=scope, era=era)
    assert row is not None, "no era was ever minted"
    newest, known, following, start_seq = row
    return Standing(EraId(newest), known is not None, None if following is None else int(start_seq or 0))


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
