"""SQL of what a person is asked: pairs of entries that may be one recording; one question for those of two albums."""

import json
from collections.abc import Iterable

from soul_player.client.dedupe.decide import Entry
from soul_player.client.dedupe.evidence import Evidence
from soul_player.client.library.model import QuestionId, QuestionKind
from soul_player.database.access import Reader, Writer

PROPOSE = """
    INSERT INTO proposals (entry_id, other_entry_id, question_id, method, score, fingerprint, vetoes, proposed_at)
    VALUES (:entry_id, :other_entry_id, :question_id, :method, :score, :fingerprint, :vetoes, :proposed_at)
        ON CONFLICT (entry_id) DO UPDATE
       SET other_entry_id = excluded.other_entry_id, question_id = excluded.question_id, method = excluded.method,
           score = excluded.score, fingerprint = excluded.fingerprint, vetoes = excluded.vetoes
"""

# The question that is open about these two albums; `evidence` is what its pairs are, read when somebody looks.
ASK = """
    INSERT INTO questions (kind, source_id, subject, evidence, asked_at)
    VALUES (:kind, :source_id, :subject, '{}', :asked_at)
        ON CONFLICT (kind, source_id, subject) WHERE answer IS NULL DO UPDATE SET evidence = excluded.evidence
    RETURNING id
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

# What is one recording now is no question any more.
WITHDRAW_WITHIN = """
    DELETE FROM proposals
     WHERE entry_id IN (SELECT id FROM track_sources WHERE track_id = :track_id)
       AND other_entry_id IN (SELECT id FROM track_sources WHERE track_id = :track_id)
"""


async def propose(library: Writer, entry: Entry, other: Entry, evidence: Evidence, *, now_ms: int) -> QuestionId:
    """Ask a person, in place of what was asked about this entry before; the question that it is part of."""
    row = await library.one(
        ASK,
        kind=QuestionKind.MERGE.value,
        source_id=max(entry.source_id, other.source_id),
        subject=subject_of(entry, other),
        asked_at=now_ms,
    )
    assert row is not None
    await library.run(
        PROPOSE,
        entry_id=entry.id,
        other_entry_id=other.id,
        question_id=row[0],
        proposed_at=now_ms,
        **columns_of(evidence),
    )
    return QuestionId(row[0])


def subject_of(entry: Entry, other: Entry) -> str:
    """The same for every pair between the two albums, whichever came first. Without an album, the artist parts them."""
    return "|".join(sorted((_side(entry), _side(other))))


def _side(entry: Entry) -> str:
    text = entry.text
    return f"{entry.source_id}:{text.album}" if text.album else f"{entry.source_id}:by {text.artist}"


async def withdraw(library: Writer, entry_ids: Iterable[int]) -> None:
    """Nothing is asked about these any more."""
    await library.run_many(WITHDRAW, [(entry_id,) for entry_id in entry_ids])


async def withdraw_within(library: Writer, track_id: int) -> None:
    """After a join: what was asked about its own entries is answered."""
    await library.run(WITHDRAW_WITHIN, track_id=track_id)


async def proposed_among(library: Reader, entry_ids: Iterable[int]) -> set[frozenset[int]]:
    """The pairs of recordings that questions about these entries name."""
    rows = await library.all(PROPOSALS_AMONG, ids=json.dumps(sorted(entry_ids)))
    return {frozenset(row) for row in rows}


def columns_of(evidence: Evidence) -> dict[str, str | float | None]:
    """Evidence as the columns that links and proposals share."""
    return {
        "method": evidence.method.value,
        "score": evidence.score,
        "fingerprint": evidence.fingerprint,
        "vetoes": " ".join(veto.value for veto in evidence.vetoes),
    }
