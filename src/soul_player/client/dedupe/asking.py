"""SQL of what a person is asked about two recordings, and of what was refused for ever."""

import json
from collections.abc import Iterable

from soul_player.client.dedupe.evidence import Evidence
from soul_player.database.access import Reader, Writer

PROPOSE = """
    INSERT INTO proposals (entry_id, other_entry_id, method, score, fingerprint, vetoes, proposed_at)
    VALUES (:entry_id, :other_entry_id, :method, :score, :fingerprint, :vetoes, :proposed_at)
        ON CONFLICT (entry_id) DO UPDATE
       SET other_entry_id = excluded.other_entry_id, method = excluded.method, score = excluded.score,
           fingerprint = excluded.fingerprint, vetoes = excluded.vetoes
"""

WITHDRAW = """
    DELETE FROM proposals
     WHERE entry_id = :entry_id
"""

PROPOSALS_AMONG = """
    SELECT mine.track_id, theirs.track_id
      FROM json_each(:ids) wanted
      JOIN proposals ON proposals.entry_id = wanted.value
      JOIN track_sources mine ON mine.id = proposals.entry_id
      JOIN track_sources theirs ON theirs.id = proposals.other_entry_id
"""

REFUSE = """
    INSERT INTO not_the_same (remote_id, other_remote_id, said_at)
    VALUES (:remote_id, :other_remote_id, :said_at)
        ON CONFLICT (remote_id, other_remote_id) DO NOTHING
"""

FORGIVE = """
    DELETE FROM not_the_same
     WHERE remote_id = :remote_id
       AND other_remote_id = :other_remote_id
"""

ANY_REFUSED = """
    SELECT 1
      FROM not_the_same
     LIMIT 1
"""

# Every recording that holds an entry which is not the same as an entry of this one.
REFUSED_TRACKS = """
    SELECT theirs.track_id
      FROM track_sources mine
      JOIN not_the_same ON not_the_same.remote_id = mine.remote_id
      JOIN track_sources theirs ON theirs.remote_id = not_the_same.other_remote_id
     WHERE mine.track_id = :track_id
     UNION
    SELECT theirs.track_id
      FROM track_sources mine
      JOIN not_the_same ON not_the_same.other_remote_id = mine.remote_id
      JOIN track_sources theirs ON theirs.remote_id = not_the_same.remote_id
     WHERE mine.track_id = :track_id
"""


async def propose(library: Writer, entry_id: int, other_entry_id: int, evidence: Evidence, *, now_ms: int) -> None:
    """Ask a person, in place of what was asked about this entry before."""
    await library.run(
        PROPOSE, entry_id=entry_id, other_entry_id=other_entry_id, proposed_at=now_ms, **columns_of(evidence)
    )


async def withdraw(library: Writer, entry_ids: Iterable[int]) -> None:
    """Nothing is asked about these any more."""
    await library.run_many(WITHDRAW, [(entry_id,) for entry_id in entry_ids])


async def proposed_among(library: Reader, entry_ids: Iterable[int]) -> set[frozenset[int]]:
    """The pairs of recordings that questions about these entries name."""
    rows = await library.all(PROPOSALS_AMONG, ids=json.dumps(sorted(entry_ids)))
    return {frozenset(row) for row in rows}


async def refuse(library: Writer, remote_id: bytes, other_remote_id: bytes, *, now_ms: int) -> None:
    """A person said that they are not one recording: never asked again, never joined by the machine."""
    first, second = sorted((remote_id, other_remote_id))
    await library.run(REFUSE, remote_id=first, other_remote_id=second, said_at=now_ms)


async def forgive(library: Writer, remote_id: bytes, other_remote_id: bytes) -> None:
    """Take `refuse` back."""
    first, second = sorted((remote_id, other_remote_id))
    await library.run(FORGIVE, remote_id=first, other_remote_id=second)


async def any_refused(library: Reader) -> bool:
    """Whether a person ever said so: most never do, and then no entry need be looked at."""
    return await library.one(ANY_REFUSED) is not None


async def refused_tracks(library: Reader, track_id: int) -> set[int]:
    """The recordings that this one must never become one with."""
    return {row[0] for row in await library.all(REFUSED_TRACKS, track_id=track_id)}


def columns_of(evidence: Evidence) -> dict[str, str | float | None]:
    """Evidence as the columns that links and proposals share."""
    return {
        "method": evidence.method.value,
        "score": evidence.score,
        "fingerprint": evidence.fingerprint,
        "vetoes": " ".join(veto.value for veto in evidence.vetoes),
    }
