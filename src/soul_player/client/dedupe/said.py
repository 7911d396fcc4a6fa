"""SQL of what a person said of two tracks, kept for ever: one recording, or not."""

from collections.abc import Iterable
from dataclasses import dataclass

from soul_player.client.dedupe.blocking import exact_keys
from soul_player.database.access import Reader, Writer

SAY = """
    INSERT INTO said_of_pairs (name, other_name, is_same, said_at)
    VALUES (:name, :other_name, :is_same, :said_at)
        ON CONFLICT (name, other_name) DO UPDATE SET is_same = excluded.is_same, said_at = excluded.said_at
"""

UNSAY = """
    DELETE FROM said_of_pairs
     WHERE name = :name
       AND other_name = :other_name
"""

ANYTHING = """
    SELECT 1
      FROM said_of_pairs
     LIMIT 1
"""

SAID_OF = """
    SELECT other_name, is_same
      FROM said_of_pairs
     WHERE name = :name
     UNION ALL
    SELECT name, is_same
      FROM said_of_pairs
     WHERE other_name = :name
"""

# A source's id, at every source: the same id at two of them is no accident.
ENTRIES_BY_ID = """
    SELECT track_sources.id
      FROM sources
     CROSS JOIN track_sources ON track_sources.source_id = sources.id AND track_sources.remote_id = :name
"""

ENTRIES_BY_HASH = """
    SELECT track_sources.id
      FROM match_keys
      JOIN track_sources ON track_sources.id = match_keys.entry_id
     WHERE match_keys.key = :key
       AND track_sources.audio_hash = :audio_hash
"""


@dataclass(frozen=True)
class Names:
    """What an entry is called for ever: its source's id, and the hash of its audio where that is known."""

    remote_id: bytes
    audio_hash: str | None

    def all(self) -> tuple[bytes, ...]:
        """As they are stored."""
        return (self.remote_id,) if self.audio_hash is None else (self.remote_id, self.audio_hash.encode())


async def say(library: Writer, a: Names, b: Names, *, is_same: bool, now_ms: int) -> None:
    """The last word on the two counts. Never asked again, whatever the machine finds."""
    await unsay(library, a, b)
    pairs = sorted({tuple(sorted((one, other))) for one in _told(a, b) for other in _told(b, a)})
    await library.run_many(SAY, [(one, other, int(is_same), now_ms) for one, other in pairs])


async def unsay(library: Writer, a: Names, b: Names) -> None:
    """Take it back."""
    pairs = [(one, other) for one in a.all() for other in b.all()]
    await library.run_many(UNSAY, [*pairs, *((other, one) for one, other in pairs)])


async def anything_said(library: Reader) -> bool:
    """Whether a person ever said anything: most never do, and then no entry need be looked at."""
    return await library.one(ANYTHING) is not None


async def said_of(library: Reader, names: Iterable[bytes]) -> tuple[set[bytes], set[bytes]]:
    """The names that were said to be the same as one of these, and those that were said not to be."""
    same: set[bytes] = set()
    other: set[bytes] = set()
    for name in names:
        for found, is_same in await library.all(SAID_OF, name=name):
            (same if is_same else other).add(found)
    return same, other


async def entries_named(library: Reader, names: Iterable[bytes]) -> list[int]:
    """Those that are called so now."""
    found: set[int] = set()
    for name in sorted(names):
        found.update(row[0] for row in await library.all(ENTRIES_BY_ID, name=name))
        if name.isascii():
            text = name.decode("ascii")
            (key,) = exact_keys(file_hash=None, audio_hash=text, recording_id=None)
            found.update(row[0] for row in await library.all(ENTRIES_BY_HASH, key=key, audio_hash=text))
    return sorted(found)


def _told(own: Names, other: Names) -> tuple[bytes, ...]:
    """A hash that both have tells neither from the other."""
    return own.all() if own.audio_hash != other.audio_hash else (own.remote_id,)
