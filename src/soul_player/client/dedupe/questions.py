"""SQL of the questions whether tracks are one recording: what each asks, and which others are like it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soul_player.client.dedupe.evidence import Evidence, Method, Veto
from soul_player.client.dedupe.sides import Pair, read_sides
from soul_player.client.library.model import QuestionId
from soul_player.database.access import Reader, Row

WAITING = """
    SELECT question_id, entry_id, other_entry_id, method, score, fingerprint, vetoes
      FROM proposals
     ORDER BY question_id, entry_id
"""

OF_QUESTION = """
    SELECT question_id, entry_id, other_entry_id, method, score, fingerprint, vetoes
      FROM proposals
     WHERE question_id = :question_id
     ORDER BY entry_id
"""


@dataclass(frozen=True)
class Asked:
    """A pair that a person is asked about, and in which question."""

    question_id: QuestionId
    pair: Pair

    @property
    def likeness(self) -> tuple[frozenset[int], Method, frozenset[Veto]]:
        """What makes two pairs similar: between the same two sources, asked for the same reasons."""
        sources = frozenset((self.pair.side.source_id, self.pair.other.source_id))
        return sources, self.pair.evidence.method, frozenset(self.pair.evidence.vetoes)

    @property
    def is_there(self) -> bool:
        """Else nobody is asked, until it is."""
        return self.pair.side.is_there and self.pair.other.is_there

    @property
    def recordings(self) -> frozenset[int]:
        """Of its two tracks."""
        return frozenset((self.pair.side.track_id, self.pair.other.track_id))


async def pairs_of(library: Reader, question_id: QuestionId) -> list[Asked]:
    """What this question asks, now and when its tracks are back."""
    return await _read(library, await library.all(OF_QUESTION, question_id=question_id))


async def every_pair(library: Reader) -> list[Asked]:
    """What all of them ask."""
    return await _read(library, await library.all(WAITING))


async def merge_evidence(library: Reader) -> dict[QuestionId, dict[str, Any]]:
    """For every open question what a person needs to answer it."""
    asked: defaultdict[QuestionId, list[Pair]] = defaultdict(list)
    for one in await every_pair(library):
        if one.is_there:
            asked[one.question_id].append(one.pair)
    return {question_id: evidence_record(pairs) for question_id, pairs in asked.items()}


def evidence_record(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Pairs as JSON: how many, of what, and each side by side."""
    side, other = (pairs[0].side, pairs[0].other) if pairs else (None, None)
    return {
        "tracks": len(pairs),
        "album": None if side is None else side.album,
        "source": None if side is None else side.source,
        "other_album": None if other is None else other.album,
        "other_source": None if other is None else other.source,
        "pairs": [pair.record() for pair in pairs],
    }


def kept_evidence(kept: Mapping[str, Any]) -> Evidence:
    """Back from the JSON of an answer."""
    vetoes = tuple(Veto(veto) for veto in kept["vetoes"])
    return Evidence(Method(kept["method"]), kept["score"], vetoes, kept["fingerprint"])


async def _read(library: Reader, rows: Sequence[Row]) -> list[Asked]:
    sides = await read_sides(library, [entry_id for row in rows for entry_id in row[1:3]])
    return [
        Asked(QuestionId(row[0]), Pair(sides[row[1]], sides[row[2]], _evidence(row)))
        for row in rows
        if row[1] in sides and row[2] in sides
    ]


def _evidence(row: Row) -> Evidence:
    return Evidence(Method(row[3]), row[4], tuple(Veto(veto) for veto in row[6].split()), row[5])
