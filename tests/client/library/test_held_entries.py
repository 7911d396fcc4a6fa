"""An entry whose track its source lacks stands behind what stands before it, also behind what was put there since."""

import pytest

from soul_player.client.library.held_entries import PlaceKept, places_kept
from soul_player.client.library.overlay import Header, ShownEntry, ShownPlaylist, Unsettled, lay
from soul_player.protocol.ids import id_text
from soul_player.protocol.operation import EntryAdd

AT = "2026-01-31T10:00:00.000Z"
HEADER = Header("Mine", None, AT, AT, run=1)


def uid(name: str) -> bytes:
    """The entry's id."""
    return name.encode() * 16


def rows(names: str) -> ShownPlaylist:
    """The server's, in this order."""
    shown = ShownPlaylist(HEADER)
    for place, name in enumerate(names):
        shown.put(ShownEntry(uid(name), uid("t"), f"V{place}", AT, run=1))
    return shown


def add(n: int, name: str, after: str, *, held: bool = False, shown_after: str | None = None) -> Unsettled:
    """Put it behind another one."""
    operation = EntryAdd(id_text(uid("o")), n, AT, id_text(uid("p")), id_text(uid(name)), id_text(uid("t")),
                         id_text(uid(after)))  # fmt: skip
    return Unsettled(
        operation,
        held_track_id=7 if held else None,
        shown_after=None if shown_after is None else uid(shown_after),
        has_shown_after=shown_after is not None,
    )


def order(shown: ShownPlaylist) -> str:
    """The names."""
    return "".join(entry_id[:1].decode() for _, entry_id in shown.order)


def test_what_was_put_between_is_what_it_stands_behind() -> None:
    laid = lay(rows("AB"), [held := add(5, "X", "A", held=True), between := add(8, "Y", "A")])
    assert order(laid) == "AYXB"
    assert places_kept(laid, [held, between]) == [PlaceKept(uid("X"), shown_after=uid("Y"), sent_after=uid("Y"))]


@pytest.mark.parametrize("known", ["AB", "AYB"])
def test_it_stays_behind_it_before_and_after_that_is_the_servers(known: str) -> None:
    held, between = add(5, "X", "Y", held=True), add(8, "Y", "A")
    laid = lay(rows(known), [held, between])
    assert order(laid) == "AYXB"
    assert places_kept(laid, [held, between]) == []


def test_a_row_of_such_entries_keeps_its_order() -> None:
    operations = [
        first := add(5, "W", "Y", held=True),
        second := add(6, "X", "Y", held=True, shown_after="W"),
        add(8, "Y", "A"),
    ]
    laid = lay(rows("AB"), operations)
    assert order(laid) == "AYWXB"
    assert places_kept(laid, [first, second]) == []


def test_what_the_server_does_not_know_is_not_sent_as_an_anchor() -> None:
    operations = [add(5, "W", "A", held=True), add(6, "X", "W", held=True)]
    laid = lay(rows("A"), operations)
    assert order(laid) == "AWX"
    assert places_kept(laid, operations) == [PlaceKept(uid("X"), shown_after=uid("W"), sent_after=uid("A"))]


def test_the_first_place_is_behind_nothing() -> None:
    shown = rows("X")
    assert places_kept(shown, [add(5, "X", "A", held=True)]) == [PlaceKept(uid("X"), None, None)]


def test_what_waits_for_each_other_is_laid_at_the_end() -> None:
    laid = lay(rows("AB"), [add(5, "X", "Y", held=True), add(6, "Y", "X", held=True)])
    assert sorted(order(laid)) == ["A", "B", "X", "Y"]
