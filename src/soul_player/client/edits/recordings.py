"""A person's own hand on recordings: two are one, or a source's track is another one; and why they are as they are."""

from dataclasses import dataclass
from typing import Any

from soul_player.client.dedupe.evidence import Evidence
from soul_player.client.dedupe.links import links_of
from soul_player.client.dedupe.persons import compare_recordings, merge_recordings, take_out, were_refused
from soul_player.client.dedupe.sides import Pair, sides_of_track
from soul_player.client.edits.act import Act
from soul_player.client.edits.telling import tell_everywhere
from soul_player.client.errors import EditInvalid, TrackNotFound
from soul_player.client.library.browse import find_track
from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import Clock, Randomness


@dataclass(frozen=True)
class Comparison:
    """Two recordings side by side, by their tracks that are most alike. `was_refused`: a person said they are two."""

    record: dict[str, Any]
    reasons: tuple[str, ...]
    was_refused: bool


@dataclass(frozen=True)
class Why:
    """Why two tracks of a recording are one: which entries, by which method and score, since when."""

    link_id: int
    entry_id: int
    other_entry_id: int
    evidence: Evidence
    linked_at_ms: int


class Recordings:
    """What a person decides about recordings is remembered for ever, and can be turned round at any time."""

    def __init__(self, database: Database, *, clock: Clock, randomness: Randomness) -> None:
        self._database = database
        self._clock = clock
        self._randomness = randomness

    async def evidence(self, track_id: LocalTrackId, other_id: LocalTrackId) -> Comparison:
        """What speaks for and against their being one. Raises `TrackNotFound`, `EditInvalid`."""
        return await self._database.read(_evidence, track_id, other_id)

    async def merge(self, track_id: LocalTrackId, other_id: LocalTrackId) -> LocalTrackId:
        """They are one recording; its id, which is the first one's. Raises `TrackNotFound`, `EditInvalid`."""
        return await self._database.write(_merge, self._act(), track_id, other_id)

    async def split(self, track_id: LocalTrackId, entry_id: int) -> LocalTrackId:
        """Take one source's track (an `entry_id` of `parts`) out; its recording's id. Never joined by itself again."""
        return await self._database.write(_split, self._act(), track_id, entry_id)

    async def parts(self, track_id: LocalTrackId) -> list[dict[str, Any]]:
        """Every source's track of a recording, with all that is known of it."""
        return [side.record() for side in await self._database.read(sides_of_track, track_id)]

    async def why(self, track_id: LocalTrackId) -> list[Why]:
        """The links that hold a recording together, the oldest first."""
        return [
            Why(link.id, link.entry_id, link.other_entry_id, link.evidence, link.linked_at_ms)
            for link in await self._database.read(links_of, track_id)
        ]

    def _act(self) -> Act:
        return Act(self._clock.now_ms(), self._randomness)


async def _evidence(library: Reader, track_id: LocalTrackId, other_id: LocalTrackId) -> Comparison:
    pair = await _pair(library, track_id, other_id)
    record = pair.record()
    return Comparison(record, tuple(record["reasons"]), await were_refused(library, track_id, other_id))


async def _merge(library: Writer, act: Act, track_id: LocalTrackId, other_id: LocalTrackId) -> LocalTrackId:
    await merge_recordings(library, await _pair(library, track_id, other_id), now_ms=act.now_ms)
    await tell_everywhere(library, act)
    return track_id


async def _split(library: Writer, act: Act, track_id: LocalTrackId, entry_id: int) -> LocalTrackId:
    sides = await sides_of_track(library, track_id)
    if not sides:
        raise TrackNotFound(f"no track has the id {track_id}")
    if entry_id not in [side.entry_id for side in sides]:
        raise EditInvalid(f"track {track_id} has no part {entry_id}")
    if len(sides) == 1:
        raise EditInvalid("it has one source only: there is nothing to take out of it")
    own = await take_out(library, entry_id, now_ms=act.now_ms)
    await tell_everywhere(library, act)
    return LocalTrackId(own)


async def _pair(library: Reader, track_id: LocalTrackId, other_id: LocalTrackId) -> Pair:
    for one in (track_id, other_id):
        if await find_track(library, one) is None:
            raise TrackNotFound(f"no track has the id {one}")
    if track_id == other_id:
        raise EditInvalid("that is one and the same recording")
    pair = await compare_recordings(library, track_id, other_id)
    if pair is None:
        raise EditInvalid("no source has one of them any more: there is nothing to compare")
    return pair
