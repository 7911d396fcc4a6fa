"""Matching what waits, a batch in a transaction: thin, over the pure `decide`. It runs behind the sync, never in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from soul_player.client.dedupe.asking import propose, withdraw
from soul_player.client.dedupe.decide import Ask, Decision, New, Same, decide
from soul_player.client.dedupe.entries import (
    Waiting,
    count_waiting,
    find_candidates,
    forget_entries,
    mark_done,
    queue_old_entries,
    read_waiting,
    store_entries,
)
from soul_player.client.dedupe.evidence import Evidence, Method
from soul_player.client.dedupe.fingerprints import likeness
from soul_player.client.dedupe.links import join
from soul_player.client.dedupe.prints import find_alike, forget_gone, read_fingerprints
from soul_player.client.dedupe.standing import Standing, read_standing
from soul_player.client.dedupe.unworded import note_unworded
from soul_player.client.dedupe.wanted import note_near_miss
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock

ENTRIES_PER_BATCH = 250
# To align two fingerprints costs as much as to compare the words of thirty tracks.
ALIGNED_BY_WORDS_MAX = 6


@dataclass(frozen=True)
class Matched:
    """What a batch did. `waited`: entries that wait no longer; `is_more`: there are others."""

    decisions: tuple[tuple[int, Decision], ...] = ()
    waited: int = 0
    is_more: bool = False

    def count(self, kind: type[Decision]) -> int:
        """How many decisions were of this kind."""
        return sum(isinstance(decision, kind) for _, decision in self.decisions)


async def match_everything(database: Database, clock: Clock) -> int:
    """Until nothing waits; how many entries were matched. Cancelled, it goes on from there at the next call."""
    await database.write(queue_old_entries)
    matched = 0
    # The queue may grow meanwhile; what it held at the beginning and some rounds more is a bound.
    rounds = (await database.read(count_waiting)) // ENTRIES_PER_BATCH * 2 + 10
    for _ in range(rounds):
        batch = await database.write(match_batch, now_ms=clock.now_ms())
        matched += batch.waited
        if not batch.is_more:
            break
    return matched


async def match_batch(
    library: Writer, *, now_ms: int, count: int = ENTRIES_PER_BATCH, stops: Callable[[], bool] = lambda: False
) -> Matched:
    """The oldest entries that wait, in the order of their arrival. `stops`: asked before each, whether to end early."""
    rows, gone = await read_waiting(library, count=count)
    if not rows and not gone:
        return Matched()
    await forget_entries(library, (*rows, *gone))
    await forget_gone(library)
    waiting = await store_entries(library, rows)
    candidates = await find_candidates(library, waiting)
    sounds = await _read_sounds(library, waiting, candidates)
    for entry_id, heard in sounds.items():
        candidates[entry_id] = [*candidates[entry_id], *sorted(heard.keys() - set(candidates[entry_id]))]
    standing = await read_standing(library, waiting, candidates, sounds)
    arrived = {one.known.entry.id: place for place, one in enumerate(waiting)}
    done = 0
    for place, one in enumerate(waiting):
        if stops():
            break
        # What stands later in the batch will look at this one itself.
        earlier = [other for other in candidates[one.known.entry.id] if arrived.get(other, -1) < place]
        await _match(library, standing, one, earlier, now_ms=now_ms)
        done += 1
    found = [(one, len(standing.parts[standing.tracks[one.known.entry.id]]) > 1) for one in waiting[:done]]
    await note_unworded(library, found)
    await mark_done(library, (*rows[:done], *gone))
    is_more = done < len(rows) or len(rows) + len(gone) == count
    return Matched(tuple(standing.decisions), waited=done + len(gone), is_more=is_more)


async def _read_sounds(
    library: Writer, waiting: Sequence[Waiting], candidates: dict[int, list[int]]
) -> dict[int, dict[int, float]]:
    """For each entry with a fingerprint, how alike it sounds to those found by sound and to those found by words."""
    sounds: dict[int, dict[int, float]] = {}
    prints = await read_fingerprints(library, [one.known.entry.id for one in waiting])
    for entry_id, its_print in prints.items():
        heard = {alike.entry_id: alike.score for alike in await find_alike(library, its_print, besides=entry_id)}
        by_words = [other for other in candidates[entry_id][:ALIGNED_BY_WORDS_MAX] if other not in heard]
        for other, other_print in (await read_fingerprints(library, by_words)).items():
            score = likeness(its_print, other_print)
            if score is not None:
                heard[other] = score
        sounds[entry_id] = heard
    return sounds


async def _match(
    library: Writer, standing: Standing, one: Waiting, candidate_ids: Sequence[int], *, now_ms: int
) -> None:
    entry = one.known.entry
    refused: set[int] = set()
    if standing.anything_said:
        refused = await _heed(library, standing, entry.id, now_ms=now_ms)
    track_id = standing.tracks[entry.id]
    candidates = [
        standing.candidate(entry.id, other)
        for other in candidate_ids
        if other in standing.known and standing.tracks[other] != track_id and standing.tracks[other] not in refused
    ]
    decision = decide(entry, candidates, asked_about=frozenset(standing.asked_about))
    if len(standing.parts[track_id]) > 1 and not _is_beyond_words(decision):
        # It has its recording, which no words make larger. What is asked about it goes on being asked.
        return
    standing.decisions.append((entry.id, decision))
    match decision:
        case Same(candidate, evidence):
            ends = (entry.id, candidate.entry.id)
            await join(library, candidate.track_id, track_id, entries=ends, evidence=evidence, now_ms=now_ms)
            standing.joined(candidate.track_id, track_id)
        case Ask(candidate, evidence):
            await propose(library, entry, candidate.entry, evidence, now_ms=now_ms)
            standing.asked_about.add(frozenset((track_id, candidate.track_id)))
        case New(near):
            await withdraw(library, (entry.id,))
            if near is not None:
                await note_near_miss(library, entry.id, near.entry.id)
        case _:
            assert_never(decision)


async def _heed(library: Writer, standing: Standing, entry_id: int, *, now_ms: int) -> set[int]:
    """Join what a person said is one; the recordings that this one must never become one with."""
    track_id = standing.tracks[entry_id]
    same, refused = await standing.said_of(library, track_id)
    for other_track_id in sorted(same - refused):
        ends = (entry_id, standing.parts[other_track_id][0].entry_id)
        evidence = Evidence(Method.PERSON, 1.0)
        await join(library, other_track_id, track_id, entries=ends, evidence=evidence, now_ms=now_ms)
        standing.joined(other_track_id, track_id)
        track_id = other_track_id
    return refused


def _is_beyond_words(decision: Decision) -> bool:
    return not isinstance(decision, New) and decision.evidence.method is not Method.METADATA
