"""Matching what waits, a batch in a transaction: thin, over the pure `decide`. It runs behind the sync, never in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from soul_player.client.dedupe.asking import any_refused, propose, proposed_among, refused_tracks, withdraw
from soul_player.client.dedupe.decide import Ask, Candidate, Decision, New, Same, decide
from soul_player.client.dedupe.entries import (
    Known,
    Waiting,
    count_waiting,
    find_candidates,
    forget_entries,
    mark_done,
    queue_old_entries,
    read_entries,
    read_waiting,
    store_entries,
)
from soul_player.client.dedupe.fingerprints import likeness
from soul_player.client.dedupe.links import join
from soul_player.client.dedupe.prints import find_alike, read_fingerprints
from soul_player.client.dedupe.sharing import entries_of_tracks
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock

ENTRIES_PER_BATCH = 250
# To align two fingerprints costs as much as to compare the words of thirty tracks.
ALIGNED_BY_WORDS_MAX = 6


@dataclass(frozen=True)
class Matched:
    """What a batch did. `waiting`: there is more."""

    decisions: tuple[tuple[int, Decision], ...] = ()
    is_more: bool = False

    def count(self, kind: type[Decision]) -> int:
        """How many decisions were of this kind."""
        return sum(isinstance(decision, kind) for _, decision in self.decisions)


@dataclass
class _State:
    """The recordings of a batch as they change while it is decided."""

    known: dict[int, Known]
    tracks: dict[int, int]
    # Entries and sources by recording.
    entries: dict[int, dict[int, int]]
    # By entry: how alike others sound.
    sounds: dict[int, dict[int, float]]
    asked_about: set[frozenset[int]]
    has_refused: bool
    decisions: list[tuple[int, Decision]] = field(default_factory=list)


async def match_everything(database: Database, clock: Clock) -> int:
    """Until nothing waits; how many entries were matched. Cancelled, it goes on from there at the next call."""
    await database.write(queue_old_entries)
    matched = 0
    # The queue may grow meanwhile; what it held at the beginning and some rounds more is a bound.
    rounds = (await database.read(count_waiting)) // ENTRIES_PER_BATCH * 2 + 10
    for _ in range(rounds):
        batch = await database.write(match_batch, now_ms=clock.now_ms())
        matched += len(batch.decisions)
        if not batch.is_more:
            break
    return matched


async def match_batch(library: Writer, *, now_ms: int, count: int = ENTRIES_PER_BATCH) -> Matched:
    """The oldest entries that wait, in the order of their arrival."""
    rows, gone = await read_waiting(library, count=count)
    if not rows and not gone:
        return Matched()
    await forget_entries(library, (*rows, *gone))
    waiting = await store_entries(library, rows)
    candidates = await find_candidates(library, waiting)
    sounds = await _read_sounds(library, waiting, candidates)
    for entry_id, heard in sounds.items():
        candidates[entry_id] = [*candidates[entry_id], *sorted(heard.keys() - set(candidates[entry_id]))]
    state = await _read_state(library, waiting, candidates, sounds)
    arrived = {one.known.entry.id: place for place, one in enumerate(waiting)}
    for place, one in enumerate(waiting):
        # What stands later in the batch will look at this one itself.
        earlier = [other for other in candidates[one.known.entry.id] if arrived.get(other, -1) < place]
        await _match(library, state, one, earlier, now_ms=now_ms)
    await mark_done(library, (*rows, *gone))
    return Matched(tuple(state.decisions), is_more=len(rows) + len(gone) == count)


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


async def _read_state(
    library: Writer,
    waiting: Sequence[Waiting],
    candidates: dict[int, list[int]],
    sounds: dict[int, dict[int, float]],
) -> _State:
    known = {one.known.entry.id: one.known for one in waiting}
    missing = {other for found in candidates.values() for other in found if other not in known}
    known |= await read_entries(library, missing)
    tracks = {entry_id: one.track_id for entry_id, one in known.items()}
    entries: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for track_id, entry_id, source_id in await entries_of_tracks(library, set(tracks.values())):
        entries[track_id][entry_id] = source_id
    asked_about = await proposed_among(library, known)
    return _State(known, tracks, entries, sounds, asked_about, await any_refused(library))


async def _match(library: Writer, state: _State, one: Waiting, candidate_ids: Sequence[int], *, now_ms: int) -> None:
    entry = one.known.entry
    track_id = state.tracks[entry.id]
    if len(state.entries[track_id]) > 1:
        # It has its recording. Only a person takes that back.
        await withdraw(library, (entry.id,))
        return
    refused = await refused_tracks(library, track_id) if state.has_refused else set()
    candidates = [
        Candidate(
            state.known[other].entry,
            state.tracks[other],
            shares_source=entry.source_id in state.entries[state.tracks[other]].values(),
            fingerprint=state.sounds.get(entry.id, {}).get(other),
        )
        for other in candidate_ids
        if other in state.known and state.tracks[other] != track_id and state.tracks[other] not in refused
    ]
    decision = decide(entry, candidates, asked_about=frozenset(state.asked_about))
    state.decisions.append((entry.id, decision))
    match decision:
        case Same(candidate, evidence):
            await join(
                library,
                candidate.track_id,
                track_id,
                entries=(entry.id, candidate.entry.id),
                evidence=evidence,
                now_ms=now_ms,
            )
            state.entries[candidate.track_id] |= state.entries.pop(track_id)
            state.tracks[entry.id] = candidate.track_id
        case Ask(candidate, evidence):
            await propose(library, entry.id, candidate.entry.id, evidence, now_ms=now_ms)
            state.asked_about.add(frozenset((track_id, candidate.track_id)))
        case New():
            await withdraw(library, (entry.id,))
        case _:
            assert_never(decision)
