"""The recordings of a batch as they change while it is decided: which entries each has, and what was said of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from soul_player.client.dedupe.asking import proposed_among
from soul_player.client.dedupe.decide import Candidate, Decision
from soul_player.client.dedupe.entries import Known, Waiting, read_entries
from soul_player.client.dedupe.said import anything_said, entries_named, said_of
from soul_player.client.dedupe.sharing import Part, parts_of_tracks
from soul_player.database.access import Reader


@dataclass
class Standing:
    """`tracks`: the recording of each entry; `parts`: the entries of each recording; `sounds`: by entry, how alike
    others sound; `asked_about`: pairs of recordings that a question names."""

    known: dict[int, Known]
    tracks: dict[int, int]
    parts: defaultdict[int, list[Part]]
    sounds: dict[int, dict[int, float]]
    asked_about: set[frozenset[int]]
    anything_said: bool
    decisions: list[tuple[int, Decision]] = field(default_factory=list)

    def candidate(self, entry_id: int, other_id: int) -> Candidate:
        """The other one as the first one sees it."""
        track_id = self.tracks[other_id]
        source_id = self.known[entry_id].entry.source_id
        return Candidate(
            self.known[other_id].entry,
            track_id,
            shares_source=any(part.source_id == source_id for part in self.parts[track_id]),
            fingerprint=self.sounds.get(entry_id, {}).get(other_id),
        )

    def names(self, track_id: int) -> set[bytes]:
        """Of all its entries."""
        return {name for part in self.parts[track_id] for name in part.names.all()}

    def joined(self, track_id: int, former_track_id: int) -> None:
        """The former one's entries are the other one's now."""
        moved = self.parts.pop(former_track_id)
        self.parts[track_id] += moved
        self.tracks.update(dict.fromkeys((part.entry_id for part in moved), track_id))

    async def look_at(self, library: Reader, entry_ids: Iterable[int]) -> None:
        """Take further entries in, with their recordings."""
        found = await read_entries(library, [one for one in entry_ids if one not in self.known])
        self.known |= found
        fresh = {one.track_id for one in found.values()} - self.parts.keys()
        self.tracks |= {entry_id: one.track_id for entry_id, one in found.items()}
        await self._take_parts(library, fresh)

    async def said_of(self, library: Reader, track_id: int) -> tuple[set[int], set[int]]:
        """The recordings that a person said are this one, and those that are not."""
        same, other = await said_of(library, self.names(track_id))
        entry_ids = await entries_named(library, same)
        await self.look_at(library, entry_ids)
        same_tracks = {self.tracks[entry_id] for entry_id in entry_ids if entry_id in self.tracks} - {track_id}
        other_tracks = {found for found in self.parts if self.names(found) & other} - {track_id}
        return same_tracks, other_tracks

    async def _take_parts(self, library: Reader, track_ids: Iterable[int]) -> None:
        for part in await parts_of_tracks(library, track_ids):
            self.parts[part.track_id].append(part)
            self.tracks[part.entry_id] = part.track_id


async def read_standing(
    library: Reader,
    waiting: Sequence[Waiting],
    candidates: dict[int, list[int]],
    sounds: dict[int, dict[int, float]],
) -> Standing:
    """Of everything that a batch may touch."""
    known = {one.known.entry.id: one.known for one in waiting}
    missing = {other for found in candidates.values() for other in found if other not in known}
    known |= await read_entries(library, missing)
    tracks = {entry_id: one.track_id for entry_id, one in known.items()}
    parts: defaultdict[int, list[Part]] = defaultdict(list)
    for part in await parts_of_tracks(library, set(tracks.values())):
        parts[part.track_id].append(part)
    return Standing(known, tracks, parts, sounds, await proposed_among(library, known), await anything_said(library))
