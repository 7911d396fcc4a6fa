"""Pure: entries of a playlist whose track its source does not hold keep their places among what is put around them."""

from collections.abc import Iterable
from dataclasses import dataclass

from soul_player.client.library.overlay import ShownPlaylist, Unsettled, anchor_said
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.operation import EntryAdd


@dataclass(frozen=True)
class PlaceKept:
    """What an entry that is held back stands behind, and what of that the server knows; None: nothing does."""

    entry_id: bytes
    shown_after: bytes | None
    sent_after: bytes | None


def places_kept(shown: ShownPlaylist, operations: Iterable[Unsettled]) -> list[PlaceKept]:
    """Entries that are held back and stand elsewhere than they say, as something was put before them since.

    What they say has to hold when that is the server's row, and they are laid on it.
    """
    held = {id_bytes(one.operation.entry_id): one for one in operations
            if one.held_track_id is not None and isinstance(one.operation, EntryAdd)}  # fmt: skip
    found: list[PlaceKept] = []
    former: bytes | None = None
    sent: bytes | None = None
    for _, entry_id in shown.order if held else ():
        unsettled = held.get(entry_id)
        if unsettled is None:
            sent = entry_id
        else:
            assert isinstance(unsettled.operation, EntryAdd)
            says = unsettled.operation.after
            if (former, sent) != (anchor_said(unsettled, says), id_bytes(says) if isinstance(says, str) else says):
                found.append(PlaceKept(entry_id, former, sent))
        former = entry_id
    return found
