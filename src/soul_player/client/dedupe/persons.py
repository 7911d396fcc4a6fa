"""What a person does to recordings: makes two one, takes a source's track out of one; remembered for ever."""

from soul_player.client.dedupe.decide import Candidate, weigh
from soul_player.client.dedupe.evidence import Evidence, Method
from soul_player.client.dedupe.fingerprints import likeness
from soul_player.client.dedupe.links import Link, join, links_of, split
from soul_player.client.dedupe.prints import read_fingerprints
from soul_player.client.dedupe.said import said_of, say, unsay
from soul_player.client.dedupe.sharing import parts_of_tracks
from soul_player.client.dedupe.sides import Pair, sides_of_track
from soul_player.database.access import Reader, Writer

TRACK_OF_ENTRY = """
    SELECT track_id
      FROM track_sources
     WHERE id = :entry_id
"""


async def compare_recordings(library: Reader, track_id: int, former_track_id: int) -> Pair | None:
    """The two of their tracks that are most alike; None: one of them has no track left."""
    mine = await sides_of_track(library, former_track_id)
    theirs = await sides_of_track(library, track_id)
    prints = await read_fingerprints(library, [side.entry_id for side in (*mine, *theirs)])
    found = []
    for side in mine:
        for other in theirs:
            a, b = prints.get(side.entry_id), prints.get(other.entry_id)
            sound = None if a is None or b is None else likeness(a, b)
            shares = any(one.source_id == side.source_id for one in theirs)
            candidate = Candidate(other.entry(), other.track_id, shares_source=shares, fingerprint=sound)
            found.append(Pair(side, other, weigh(side.entry(), candidate)))
    return min(found, key=lambda pair: (len(pair.evidence.vetoes), -pair.evidence.score), default=None)


async def were_refused(library: Reader, track_id: int, other_track_id: int) -> bool:
    """Whether a person said of any two of their tracks that they are not one recording."""
    parts = await parts_of_tracks(library, (track_id, other_track_id))
    names = {name for part in parts if part.track_id == track_id for name in part.names.all()}
    _, refused = await said_of(library, names)
    return any(name in refused for part in parts if part.track_id == other_track_id for name in part.names.all())


async def merge_recordings(library: Writer, pair: Pair, *, now_ms: int) -> int | None:
    """The recordings of these two tracks become one, whatever was said before; the link. None: they are one."""
    former = await _track_of_entry(library, pair.side.entry_id)
    kept = await _track_of_entry(library, pair.other.entry_id)
    if former is None or kept is None or former == kept:
        return None
    parts = await parts_of_tracks(library, (former, kept))
    for part in parts:
        for other in parts:
            if part.track_id == former and other.track_id == kept:
                await unsay(library, part.names, other.names)
    await say(library, pair.side.names, pair.other.names, is_same=True, now_ms=now_ms)
    seen = pair.evidence
    evidence = Evidence(Method.PERSON, seen.score, seen.vetoes, seen.fingerprint)
    ends = (pair.side.entry_id, pair.other.entry_id)
    return await join(library, kept, former, entries=ends, evidence=evidence, now_ms=now_ms)


async def take_out(library: Writer, entry_id: int, *, now_ms: int) -> int:
    """This track is a recording of its own again, and never becomes one with the others by itself. Its recording."""
    track_id = await _track_of_entry(library, entry_id)
    assert track_id is not None, entry_id
    touching = [link for link in await links_of(library, track_id) if entry_id in (link.entry_id, link.other_entry_id)]
    neighbours = [_other_end(link, entry_id) for link in touching]
    for link in touching:
        await split(library, link.id)
    # What hung together by it goes on hanging together.
    for link, neighbour in zip(touching[1:], neighbours[1:], strict=True):
        kept = await _track_of_entry(library, neighbours[0])
        former = await _track_of_entry(library, neighbour)
        assert kept is not None, neighbours
        assert former is not None, neighbours
        ends = (neighbour, neighbours[0])
        await join(library, kept, former, entries=ends, evidence=link.evidence, now_ms=now_ms)
    own = await _track_of_entry(library, entry_id)
    assert own is not None, entry_id
    await _refuse_rest(library, own, await _track_of_entry(library, neighbours[0]), now_ms=now_ms)
    return own


async def _refuse_rest(library: Writer, own_track_id: int, rest_track_id: int | None, *, now_ms: int) -> None:
    assert rest_track_id is not None, own_track_id
    parts = await parts_of_tracks(library, (own_track_id, rest_track_id))
    for part in parts:
        for other in parts:
            if part.track_id == own_track_id and other.track_id == rest_track_id:
                await say(library, part.names, other.names, is_same=False, now_ms=now_ms)


def _other_end(link: Link, entry_id: int) -> int:
    return link.other_entry_id if link.entry_id == entry_id else link.entry_id


async def _track_of_entry(library: Reader, entry_id: int) -> int | None:
    row = await library.one(TRACK_OF_ENTRY, entry_id=entry_id)
    return None if row is None else int(row[0])
