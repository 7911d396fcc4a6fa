"""Where an entry goes: behind its anchor in the server's order, with its neighbourhood spread out when keys grow."""

from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from soul_player.protocol.ids import minted_at_ms
from soul_player.protocol.positions import LONG_CHARS, between, spread
from soul_player.server.accept.edit import Edit, key
from soul_player.server.store.changes import TOMBSTONE_DAYS, Fact
from soul_player.server.store.playlists import (
    Place,
    find_entry,
    last_place,
    places_after,
    places_before,
    replace_position,
)
from soul_player.server.store.scopes import Kind

_DAY_MS = 86_400_000
# The first place has no anchor: this sorts before every entry.
_START: Place = (b"", b"")
# Of a neighbourhood: this many to each side, doubled until the spread has room.
_NEIGHBOURS = 32


@dataclass(frozen=True)
class UnknownAnchor:
    """The anchor was never heard of: what names it must wait for it."""


@dataclass(frozen=True)
class ForeignAnchor:
    """The anchor stands in another playlist."""


async def place_after(
    edit: Edit, playlist_id: bytes, after: str | UnsetType | None, *, moving: bytes | None = None
) -> str | UnknownAnchor | ForeignAnchor:
    """A position key behind the anchor. `moving`: the entry that is taken to it, which is no neighbour of its own."""
    anchor = await _anchor(edit, playlist_id, after)
    if not isinstance(anchor, tuple):
        return anchor
    position, left = await _between(edit, playlist_id, anchor, moving)
    if len(position) < LONG_CHARS:
        return position
    await _spread_around(edit, playlist_id, left)
    # The anchor itself may have got another key.
    anchor = await _anchor(edit, playlist_id, after)
    assert isinstance(anchor, tuple), anchor
    position, _ = await _between(edit, playlist_id, anchor, moving)
    return position


async def _anchor(
    edit: Edit, playlist_id: bytes, after: str | UnsetType | None
) -> Place | UnknownAnchor | ForeignAnchor:
    """The place to stand behind."""
    if after is UNSET:
        return await last_place(edit.store, edit.user_id, playlist_id) or _START
    if after is None:
        return _START
    assert isinstance(after, str)
    entry = await find_entry(edit.store, edit.user_id, key(after))
    if entry is not None:
        return (entry.position, key(after)) if entry.playlist_id == playlist_id else ForeignAnchor()
    if minted_at_ms(after) < edit.now_ms - TOMBSTONE_DAYS * _DAY_MS:
        # Old enough to have been removed and purged (protocol, section 5): the end.
        return await last_place(edit.store, edit.user_id, playlist_id) or _START
    return UnknownAnchor()


async def _between(edit: Edit, playlist_id: bytes, anchor: Place, moving: bytes | None) -> tuple[str, Place]:
    following = await places_after(edit.store, edit.user_id, playlist_id, anchor, count=2)
    neighbours = [place for place in following if place[1] != moving]
    right = neighbours[0] if neighbours else None
    left_key = anchor[0].decode() or None
    if right is not None and right[0] == anchor[0]:
        # Two devices' operations never give one key to two entries; a restored row might. The id decides then, and
        # the new entry goes behind both.
        return await _between(edit, playlist_id, right, moving)
    return between(left_key, None if right is None else right[0].decode()), anchor


async def _spread_around(edit: Edit, playlist_id: bytes, place: Place) -> None:
    """Give the entries around `place` new, short keys in the same order; each one touched is one entry delta."""
    count = _NEIGHBOURS
    while True:
        before = await places_before(edit.store, edit.user_id, playlist_id, place, count=count + 1)
        after = await places_after(edit.store, edit.user_id, playlist_id, place, count=count + 1)
        left = before[0] if len(before) > count else None
        right = after[-1] if len(after) > count else None
        middle = [*before[1 if left else 0 :], *([place] if place != _START else []), *after[: -1 if right else None]]
        keys = spread(left[0].decode() if left else None, right[0].decode() if right else None, len(middle))
        if keys is not None:
            break
        assert left is not None or right is not None, "a whole playlist always finds room"
        count *= 2
    for (old, entry_id), new in zip(middle, keys, strict=True):
        if old.decode() != new:
            seq = edit.positions.take()
            if await replace_position(edit.store, edit.user_id, entry_id, position=new, seq=seq):
                edit.facts.append(Fact(Kind.ENTRY, entry_id, seq))
