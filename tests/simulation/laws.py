"""The laws of a world, one function each: they look into the databases and raise `LawBroken`.

`*_always` holds at every moment, in the middle of a run and after a crash; `*_in_the_end` once everything has healed.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from soul_player.client import SyncResult, SyncStatus
from soul_player.protocol.cursor import Feed
from tests.simulation.views import LIBRARY, LibraryView, ServerView, TrackRow

# How a sync may end in a world of honest servers: anything else names a fault of the program.
EXCUSES = frozenset(
    (
        "offline", "timeout", "connection_lost", "rate_limited", "server_unavailable", "sign_in_needed",
        "reset_too_often", "disk_full", "run_over", "temporary",
    )
)  # fmt: skip

# Fewer than this many, or a smaller share, go without a question (protocol, section 5).
HELD_COUNT_MIN = 50
HELD_SHARE = 0.2


class LawBroken(AssertionError):
    """Its text begins with the name of the law."""


def require(holds: bool, law: str, said: str) -> None:
    """Raise `LawBroken` unless it holds."""
    if not holds:
        raise LawBroken(f"{law}: {said}")


def no_position_is_skipped_always(server: ServerView, device: LibraryView, kept: set[bytes]) -> None:
    """Whatever the server tells up to the position of a device's cursor, the device knows: in every moment."""
    law = "no position is skipped"
    state = device.state(Feed.TRACKS)
    if state is None or state.cursor is None:
        return
    cursor = server.cursor(state.cursor, Feed.TRACKS, state.account_id)
    if not server.holds(LIBRARY, cursor.era, cursor.seen):
        # Its position belongs to a history that is gone: the next request says so, and it starts anew.
        return
    rows = device.track_rows()
    waived = device.held() | kept
    for change in server.changes(LIBRARY, Feed.TRACKS):
        if change.seq > cursor.after:
            continue
        row = rows.get(change.entity_id)
        name = change.entity_id.hex()
        if not change.is_deleted:
            require(row is not None, law, f"track {name} at {change.seq} is missing, the cursor is at {cursor.after}")
            assert row is not None
            require(
                (row.run, row.seq, row.is_available) == (state.run, change.seq, True),
                law,
                f"track {name} is {row} in run {state.run}, the server has it at {change.seq}, "
                f"the cursor is at {cursor.after}",
            )
        elif cursor.head0 is None and not state.sweep_owed and change.entity_id not in waived:
            require(row is None or not row.is_available, law, f"track {name} is still there, deleted at {change.seq}")


def a_synced_device_is_on_the_history_always(server: ServerView, device: LibraryView) -> None:
    """Who was told that all is well does not stand in a history that a restore has ended."""
    state = device.state(Feed.TRACKS)
    law = "a synced device is on the history"
    require(state is not None and state.cursor is not None, law, "it has no cursor")
    assert state is not None
    assert state.cursor is not None
    cursor = server.cursor(state.cursor, Feed.TRACKS, state.account_id)
    require(server.holds(LIBRARY, cursor.era, cursor.seen), law, f"it stands at {cursor.seen} of the era {cursor.era}")


def reads_never_go_back_always(before: dict[bytes, TrackRow], after: dict[bytes, TrackRow]) -> None:
    """Within one run from nothing, no row returns to an earlier state, and none disappears."""
    law = "reads never go back"
    for track_id, old in before.items():
        new = after.get(track_id)
        require(new is not None, law, f"track {track_id.hex()} was known and is not")
        assert new is not None
        if new.run == old.run:
            require(new.seq >= old.seq, law, f"track {track_id.hex()} went from {old.seq} back to {new.seq}")


def no_fault_is_told_always(result: SyncResult, *, is_disk_full: bool) -> None:
    """Bad luck has a name of its own; an honest server is never found to be broken."""
    if result.error is None or result.status is SyncStatus.CANCELLED:
        return
    code = result.error.code
    excused = code in EXCUSES or (is_disk_full and code == "library_unavailable")
    require(excused, "no fault is told", f"a sync ended with {code}: {result.error.message}")


def devices_equal_the_server_in_the_end(server: ServerView, device: LibraryView, kept: set[bytes]) -> None:
    """The same tracks, and every word of them."""
    law = "devices equal the server"
    wanted = server.tracks()
    found = device.track_values()
    missing = sorted(track_id.hex() for track_id in wanted.keys() - found.keys())
    surplus = sorted(track_id.hex() for track_id in found.keys() - wanted.keys() - kept)
    require(not missing and not surplus, law, f"missing {missing}, surplus {surplus}")
    for track_id, track in wanted.items():
        row = found[track_id]
        for field in msgspec.structs.fields(type(track)):
            if field.name == "id":
                continue
            value = getattr(track, field.name)
            if field.name in {"artists", "genres"}:
                value = msgspec.json.encode(value).decode() if value else None
            elif field.name == "fingerprinted":
                value = int(value)
            require(
                row[field.name] == value,
                law,
                f"{field.name} of {track_id.hex()} is {row[field.name]!r}, not {value!r}",
            )


SHOWN_DIFFERS = """
    SELECT tracks.id, tracks.title, track_sources.title
      FROM track_sources
      JOIN tracks ON tracks.id = track_sources.track_id
     WHERE track_sources.status <> 'unavailable'
       AND (tracks.title IS NOT track_sources.title OR tracks.artist IS NOT track_sources.artist
            OR tracks.album IS NOT track_sources.album OR tracks.year IS NOT track_sources.year
            OR tracks.genres IS NOT track_sources.genres)
"""
WRONG_STATUSES = """
    SELECT tracks.id, tracks.status
      FROM tracks
     WHERE (status = 'unavailable') <> NOT EXISTS (SELECT 1
                                                     FROM track_sources
                                                    WHERE track_id = tracks.id
                                                      AND (track_sources.status <> 'unavailable' OR path IS NOT NULL))
"""
# SQLite itself compares the index of words with the texts it was made of.
WORDS_DIFFER = "INSERT INTO track_words (track_words, rank) VALUES ('integrity-check', 1)"


def the_library_is_whole_in_the_end(device: LibraryView) -> None:
    """What is shown follows from what the source says, and no page of the file is damaged."""
    law = "the library is whole"
    require(device.all("PRAGMA quick_check") == [("ok",)], law, "the file is damaged")
    for name, sql in (("words", SHOWN_DIFFERS), ("statuses", WRONG_STATUSES)):
        found = device.all(sql)
        require(found == [], law, f"{name}: {found[:5]}")


def every_word_is_found_in_the_end(path: Path) -> None:
    """A search finds what is shown, and nothing that was shown once."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            connection.execute(WORDS_DIFFER)
        except sqlite3.DatabaseError as error:
            raise LawBroken(f"every word is found: {error}") from error


def mass_deletions_are_asked_about_always(before: dict[bytes, TrackRow], after: dict[bytes, TrackRow]) -> None:
    """Absence is not deletion: nothing of that size goes without a person's word. Asked while no word was given."""
    were = {track_id for track_id, row in before.items() if row.is_available}
    gone = {track_id for track_id in were if track_id in after and not after[track_id].is_available}
    is_mass = len(gone) >= HELD_COUNT_MIN and len(gone) > HELD_SHARE * len(were)
    require(not is_mass, "mass deletions are asked about", f"{len(gone)} of {len(were)} tracks went")


def an_idle_sync_is_one_request_in_the_end(result: SyncResult) -> None:
    """Once level, nothing is left to be asked."""
    law = "an idle sync is one request"
    require(result.status is SyncStatus.SYNCED, law, f"it ended as {result.status} {result.error}")
    # A sign-in that has run out is renewed on the way: who answers there, the refresh, the heads again.
    require(result.requests <= 4, law, f"{result.requests} requests")
    require(
        result.tracks_synced + result.tracks_updated + result.tracks_deleted == 0, law, f"it changed rows: {result}"
    )
