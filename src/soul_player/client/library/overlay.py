"""Pure: the server's rows with this device's unsettled operations on top, in order of n -> what is shown.

What is here decides what is right: edits change the shown rows one by one, and must come to the same.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from msgspec import UnsetType

from soul_player.protocol.ids import id_bytes
from soul_player.protocol.operation import (
    AnyOperation,
    EntryAdd,
    EntryMove,
    EntryRemove,
    FavouriteSet,
    PlayAdd,
    PlaylistCreate,
    PlaylistDelete,
    PlaylistRename,
    RatingSet,
)
from soul_player.protocol.positions import between
from soul_player.protocol.times import time_ms

# Where an entry stands: sorted bytewise by position, then by its id.
Place = tuple[str, bytes]
# The anchor of the first place: it sorts before every entry.
START: Place = ("", b"")

After = bytes | UnsetType | None


@dataclass(frozen=True)
class Unsettled:
    """An operation that no server row is known to hold.

    `covered_run`: rows of that run of the feed, and of earlier ones, hold its effect after all: it was settled before
    the feed was reset, and is offered again. `shown_after`: the anchor that the user chose, where the operation
    names another; `held_track_id`: this device's name of a recording that the source does not hold.
    """

    operation: AnyOperation
    covered_run: int = 0
    shown_after: After | None = None
    has_shown_after: bool = False
    held_track_id: int | None = None


@dataclass(frozen=True)
class Header:
    """A playlist, without its entries. `run` is None for one that only this device knows."""

    name: str
    description: str | None
    created_at: str
    updated_at: str
    run: int | None = None
    # Gone at the server, kept here.
    is_orphan: bool = False
    # An operation on it takes it away.
    is_deleted: bool = False


@dataclass(frozen=True)
class ShownEntry:
    """One place of a playlist. A removed entry keeps it, because an operation may name it as its anchor."""

    entry_id: bytes
    remote_track_id: bytes | None
    position: str
    added_at: str
    track_id: int | None = None
    is_removed: bool = False
    run: int | None = None

    @property
    def place(self) -> Place:
        """What it is sorted by."""
        return self.position, self.entry_id


@dataclass
class ShownPlaylist:
    """A playlist while operations are laid on it. `header` is None while no row and no operation has made one."""

    header: Header | None
    entries: dict[bytes, ShownEntry] = field(default_factory=dict)
    order: list[Place] = field(default_factory=list)

    def put(self, entry: ShownEntry) -> None:
        """At its place; in place of what it was."""
        held = self.entries.get(entry.entry_id)
        if held is None or held.place != entry.place:
            if held is not None:
                del self.order[bisect_left(self.order, held.place)]
            insort(self.order, entry.place)
        self.entries[entry.entry_id] = entry

    def anchor(self, after: After) -> Place:
        """The place to stand behind. An anchor that is not known any more is the end, as at the server."""
        if after is None:
            return START
        held = self.entries.get(after) if isinstance(after, bytes) else None
        if held is not None:
            return held.place
        return self.order[-1] if self.order else START

    def following(self, place: Place, *, moving: bytes | None) -> Place | None:
        """The next place with another position; an entry that is being moved is no neighbour of its own."""
        at = bisect_right(self.order, place)
        while at < len(self.order) and (self.order[at][1] == moving or self.order[at][0] == place[0]):
            at += 1
        return self.order[at] if at < len(self.order) else None

    def position_after(self, after: After, *, moving: bytes | None = None) -> str:
        """A key behind the anchor."""
        anchor = self.anchor(after)
        following = self.following(anchor, moving=moving)
        return between(anchor[0] or None, None if following is None else following[0])


def lay(base: ShownPlaylist, operations: Iterable[Unsettled]) -> ShownPlaylist:
    """The operations of one playlist, in order of n, laid on its server rows. Changes `base` and returns it."""
    ordered = list(operations)
    added = {id_bytes(one.operation.entry_id) for one in ordered if isinstance(one.operation, EntryAdd)}
    waiting: defaultdict[bytes, list[Unsettled]] = defaultdict(list)
    for unsettled in ordered:
        anchor = _awaited(base, unsettled)
        if anchor in added:
            waiting[anchor].append(unsettled)
            continue
        ready = [unsettled]
        while ready:
            laid = ready.pop()
            lay_one(base, laid)
            if isinstance(laid.operation, EntryAdd):
                ready += waiting.pop(id_bytes(laid.operation.entry_id), [])
    for unsettled in chain.from_iterable(waiting.values()):
        lay_one(base, unsettled)
    return base


def lay_one(shown: ShownPlaylist, unsettled: Unsettled) -> None:  # noqa: C901  # one case an operation
    """One more operation, by the server's own rules (protocol, sections 4 and 5)."""
    operation = unsettled.operation
    match operation:
        case PlaylistCreate():
            if shown.header is None:
                shown.header = Header(operation.name, operation.description, operation.at, operation.at)
        case PlaylistRename():
            header = shown.header
            if header is not None and not _is_covered(unsettled, header.run):
                shown.header = replace(header, name=operation.name, updated_at=operation.at)
        case PlaylistDelete():
            header = shown.header
            if header is not None and not _is_covered(unsettled, header.run):
                shown.header = replace(header, is_deleted=True)
        case EntryAdd():
            _add(shown, unsettled, operation)
        case EntryMove():
            _move(shown, unsettled, operation)
        case EntryRemove():
            entry = shown.entries.get(id_bytes(operation.entry_id))
            if entry is not None and not _is_covered(unsettled, entry.run):
                shown.put(replace(entry, is_removed=True))
        case _:
            raise AssertionError(f"{type(operation).__name__} is about no playlist")


def _add(shown: ShownPlaylist, unsettled: Unsettled, operation: EntryAdd) -> None:
    entry_id = id_bytes(operation.entry_id)
    known = shown.entries.get(entry_id)
    if known is not None:
        # The server lost it in a restore, after this was settled: it is told again, and shown as before.
        is_lost = known.is_removed and unsettled.covered_run > 0 and not _is_covered(unsettled, known.run)
        if is_lost and known.run is not None:
            shown.put(replace(known, is_removed=False))
        return
    held = unsettled.held_track_id
    shown.put(
        ShownEntry(
            entry_id,
            None if held is not None else id_bytes(operation.track_id),
            shown.position_after(anchor_said(unsettled, operation.after)),
            operation.at,
            track_id=held,
        )
    )


def _move(shown: ShownPlaylist, unsettled: Unsettled, operation: EntryMove) -> None:
    entry_id = id_bytes(operation.entry_id)
    held = shown.entries.get(entry_id)
    after = anchor_said(unsettled, operation.after)
    if held is None or held.is_removed or after == entry_id or _is_covered(unsettled, held.run):
        return
    shown.put(replace(held, position=shown.position_after(after, moving=entry_id)))


def _awaited(shown: ShownPlaylist, unsettled: Unsettled) -> bytes | None:
    """What an entry that is held back stands behind, when that is not there yet: it may have been put there since."""
    operation = unsettled.operation
    if unsettled.held_track_id is None or not isinstance(operation, EntryAdd):
        return None
    after = anchor_said(unsettled, operation.after)
    return after if isinstance(after, bytes) and after not in shown.entries else None


def anchor_said(unsettled: Unsettled, after: str | UnsetType | None) -> After:
    """What an operation that names `after` means here."""
    if unsettled.has_shown_after:
        return unsettled.shown_after
    return id_bytes(after) if isinstance(after, str) else after


def _is_covered(unsettled: Unsettled, run: int | None) -> bool:
    """Whether the row that it is laid on holds it already."""
    return run is not None and run <= unsettled.covered_run


@dataclass(frozen=True)
class Marks:
    """What is said of one recording. Times are Unix milliseconds; None: never said."""

    favourite: bool = False
    favourited_at: int | None = None
    rating: int | None = None
    rated_at: int | None = None
    play_count: int = 0
    last_played_at: int | None = None


@dataclass(frozen=True)
class MarksOfSource:
    """One source's row for it (`run` None: it has none), and the operations on their way there.

    `restored`: (whether it is the favourite or the rating, its value, when that was said first): what this device said
    there again, to take back a word that was another recording's.
    """

    row: Marks
    run: int | None
    operations: tuple[Unsettled, ...] = ()
    restored: tuple[tuple[bool, int | None, int | None], ...] = ()


def shown_marks(
    sources: Iterable[MarksOfSource], *, local: Marks | None = None, untold_plays: Marks | None = None
) -> Marks:
    """Favourite and rating: the latest by its own time. Plays: the sum over the sources, and what none was told of."""
    parts = [_marks_of(source) for source in sources]
    said = [*parts, *([local] if local is not None else [])]
    counted = [*parts, *([untold_plays] if untold_plays is not None else [])]
    favourite = max(said, key=lambda part: -1 if part.favourited_at is None else part.favourited_at, default=Marks())
    rating = max(said, key=lambda part: -1 if part.rated_at is None else part.rated_at, default=Marks())
    played = [part.last_played_at for part in counted if part.last_played_at is not None]
    return Marks(
        favourite.favourite,
        favourite.favourited_at,
        rating.rating,
        rating.rated_at,
        sum(part.play_count for part in counted),
        max(played, default=None),
    )


def _marks_of(source: MarksOfSource) -> Marks:
    marks = source.row
    for unsettled in source.operations:
        if _is_covered(unsettled, source.run):
            continue
        operation = unsettled.operation
        match operation:
            case FavouriteSet():
                marks = replace(marks, favourite=operation.favourite, favourited_at=time_ms(operation.at))
            case RatingSet():
                marks = replace(marks, rating=operation.rating, rated_at=time_ms(operation.at))
            case PlayAdd():
                played_at = max(time_ms(operation.played_at), marks.last_played_at or 0)
                marks = replace(marks, play_count=marks.play_count + 1, last_played_at=played_at)
            case _:
                raise AssertionError(f"{type(operation).__name__} is about no track")
    for is_favourite, value, said_at in source.restored:
        if is_favourite and marks.favourite == bool(value):
            marks = replace(marks, favourited_at=said_at)
        elif not is_favourite and marks.rating == value:
            marks = replace(marks, rated_at=said_at)
    return marks


def base_playlist(header: Header | None, entries: Mapping[bytes, ShownEntry] | Iterable[ShownEntry]) -> ShownPlaylist:
    """The server's rows, ready to be laid upon."""
    rows = entries.values() if isinstance(entries, Mapping) else entries
    by_id = {entry.entry_id: entry for entry in rows}
    return ShownPlaylist(header, by_id, sorted(entry.place for entry in by_id.values()))
