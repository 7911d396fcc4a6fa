"""The laws of edits, one function each: nothing acknowledged is lost, nothing counts twice, everybody sees the same."""

import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from soul_player.database.sqlite import SqliteReader, drive
from soul_player.protocol.ids import id_text
from soul_player.server.store.digests import read_digest
from tests.simulation.laws import require
from tests.simulation.ledger import Ledger
from tests.simulation.views import LibraryView

SERVER_PLAYLISTS = "SELECT id, seq, name FROM playlists WHERE user_id = ? AND deleted_at IS NULL"
SERVER_ENTRIES = """
    SELECT entry.id, entry.seq, entry.playlist_id, entry.track_id, CAST(entry.position AS TEXT)
      FROM playlist_entries entry
      JOIN playlists ON playlists.user_id = entry.user_id AND playlists.id = entry.playlist_id
     WHERE entry.user_id = ?
       AND entry.is_removed = 0
       AND playlists.deleted_at IS NULL
"""
SERVER_USER_DATA = "SELECT track_id, seq, play_count, favourite, rating FROM user_data WHERE user_id = ?"
NUMBERED_TWICE = """
    SELECT account_id, n, COUNT(*)
      FROM sync_queue
     GROUP BY source_id, account_id, n
    HAVING COUNT(*) > 1
"""
DEVICE_PLAYLISTS = "SELECT id, seq, name FROM server_playlists WHERE is_deleted = 0 AND hidden_by IS NULL"
DEVICE_ENTRIES = """
    SELECT entry.id, entry.seq, entry.playlist_id, entry.track_id, entry.position
      FROM server_entries entry
      JOIN server_playlists playlist ON playlist.source_id = entry.source_id AND playlist.id = entry.playlist_id
     WHERE entry.is_removed = 0
       AND playlist.is_deleted = 0
       AND playlist.hidden_by IS NULL
"""
DEVICE_USER_DATA = "SELECT track_id, seq, play_count, favourite, rating FROM server_user_data"
SHOWN_ENTRIES = """
    SELECT playlists.uid, entry.entry_uid
      FROM playlist_entries entry
      JOIN playlists ON playlists.id = entry.playlist_id
     WHERE entry.is_removed = 0
       AND playlists.is_deleted = 0
       AND playlists.source_id IS NOT NULL
     ORDER BY playlists.uid, entry.position, entry.entry_uid
"""
SHOWN_MARKS = """
    SELECT track_sources.remote_id, marks.play_count, marks.favourite, marks.rating
      FROM marks
      JOIN track_sources ON track_sources.track_id = marks.track_id
"""
# What another account left here waits until that one signs in again.
UNDRAINED = """
    SELECT operation, payload, state, reason, sync_queue.last_error
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id AND sources.account_id = sync_queue.account_id
     WHERE state IN ('waiting', 'sent')
       AND blocked_since IS NULL
       AND held_track_id IS NULL
"""


# Operations that wait for something that the server may come to know again (a restore took it), or for their account.
PENDING = """
    SELECT group_key, operation, entry_id
      FROM sync_queue
     WHERE in_overlay = 1
       AND state <> 'settled'
       AND account_id = ?
"""


@dataclass(frozen=True)
class Pending:
    """What the devices of one user still hold back, in the end only because the server does not know its subject."""

    groups: frozenset[str]
    entries: frozenset[bytes]
    plays: Counter[str]


def pending_on(devices: Iterable[LibraryView], account_id: str) -> Pending:
    """Of one account, over some devices."""
    rows = [row for device in devices for row in device.all(PENDING, account_id)]
    return Pending(
        frozenset(row[0] for row in rows),
        frozenset(bytes(row[2]) for row in rows if row[2] is not None),
        Counter(row[0] for row in rows if row[1] == "play.add"),
    )


def user_id(store: sqlite3.Connection, username: str) -> bytes:
    """The account of this name."""
    return bytes(store.execute("SELECT id FROM users WHERE username = ?", (username,)).fetchone()[0])


def _rows(rows: list[Any]) -> list[tuple[Any, ...]]:
    return sorted(tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows)


def devices_equal_the_server_in_the_end(store: sqlite3.Connection, username: str, device: LibraryView) -> None:
    """Ids, values and order of everything that is this user's, and nothing that is another's."""
    law = "devices equal the server"
    account = user_id(store, username)
    for name, there, here in (
        ("playlists", SERVER_PLAYLISTS, DEVICE_PLAYLISTS),
        ("entries", SERVER_ENTRIES, DEVICE_ENTRIES),
        ("user data", SERVER_USER_DATA, DEVICE_USER_DATA),
    ):
        wanted, found = _rows(store.execute(there, (account,)).fetchall()), _rows(device.all(here))
        lacking = [row for row in wanted if row not in found][:3]
        surplus = [row for row in found if row not in wanted][:3]
        require(wanted == found, law, f"{name} of {username}: lacking {lacking}, surplus {surplus}")


def what_is_shown_is_the_server_s_in_the_end(store: sqlite3.Connection, username: str, device: LibraryView) -> None:
    """With nothing left to be sent, lists show exactly what the server holds, in its order."""
    law = "what is shown is the server's"
    rows = store.execute(SERVER_ENTRIES, (user_id(store, username),)).fetchall()
    order: dict[bytes, list[bytes]] = defaultdict(list)
    for entry_id, _, playlist_id, _, position in sorted(rows, key=lambda row: (row[4].encode(), row[0])):
        del position
        order[bytes(playlist_id)].append(bytes(entry_id))
    shown: dict[bytes, list[bytes]] = defaultdict(list)
    for uid, entry_id in device.all(SHOWN_ENTRIES):
        shown[bytes(uid)].append(bytes(entry_id))
    pending = pending_on([device], id_text(user_id(store, username)))
    for uid, entries in order.items():
        found = [entry_id for entry_id in shown[uid] if entry_id not in pending.entries]
        wanted = [entry_id for entry_id in entries if entry_id not in pending.entries]
        require(found == wanted, law, f"playlist {uid.hex()}: {_hex(found)}, the server has {_hex(wanted)}")
    known = {bytes(row[0]): tuple(row[1:]) for row in device.all(SHOWN_MARKS)}
    for track_id, _, plays, favourite, rating in store.execute(SERVER_USER_DATA, (user_id(store, username),)):
        if bytes(track_id) in known and f"t:{id_text(bytes(track_id))}" not in pending.groups:
            marks = known[bytes(track_id)]
            said = (plays, favourite, rating)
            require(marks == said, law, f"track {bytes(track_id).hex()} shows {marks}, the server has {said}")


def _hex(ids: list[bytes]) -> list[str]:
    return [entry_id.hex()[-6:] for entry_id in ids]


def no_number_is_given_twice_always(device_name: str, device: LibraryView) -> None:
    """To a server two operations of one number are those of a copied home, one of which it signs out."""
    twice = device.all(NUMBERED_TWICE)
    require(twice == [], "no number is given twice", f"{device_name} has {twice[:3]}")


def the_queue_drains_in_the_end(device: LibraryView) -> None:
    """What still waits waits for something that has a name."""
    left = device.all(UNDRAINED)
    require(left == [], "the queue drains", f"{len(left)} operations wait: {left[:3]}")


def plays_count_once_in_the_end(store: sqlite3.Connection, username: str, ledger: Ledger, pending: Pending) -> None:
    """The count is the number of distinct plays: none lost, none counted twice."""
    law = "plays count once"
    sure: Counter[bytes] = Counter()
    most: Counter[bytes] = Counter()
    for fact in ledger.of(username, "play"):
        sure[fact.subject] += fact.is_sure
        most[fact.subject] += 1
    for (user, track_id), doubtful in ledger.doubtful_plays.items():
        if user == username:
            most[track_id] += doubtful
    counted = {bytes(row[0]): row[2] for row in store.execute(SERVER_USER_DATA, (user_id(store, username),))}
    for track_id in sorted(most.keys() | counted.keys()):
        count = counted.get(track_id, 0)
        certain = sure[track_id] - pending.plays[f"t:{id_text(track_id)}"]
        require(
            certain <= count <= most[track_id],
            law,
            f"{username}'s track {track_id.hex()} counts {count}, "
            f"was played {certain} times for certain and {most[track_id]} at most",
        )


def no_acknowledged_entry_is_lost_in_the_end(
    store: sqlite3.Connection, username: str, ledger: Ledger, pending: Pending
) -> None:
    """An entry that was added is there, unless somebody took it out, or its playlist."""
    law = "no acknowledged edit is lost"
    rows = store.execute(SERVER_ENTRIES, (user_id(store, username),)).fetchall()
    there = {bytes(row[0]): bytes(row[2]) for row in rows}
    made = {fact.subject for fact in ledger.of(username, "playlist") if fact.is_sure}
    for fact in ledger.of(username, "entry"):
        if fact.is_sure and fact.value in made and not ledger.is_gone(fact):
            is_kept = fact.subject in there or fact.subject in pending.entries
            require(is_kept, law, f"entry {fact.subject.hex()} of {fact.device} is gone")


def entries_stand_behind_their_anchors_in_the_end(
    store: sqlite3.Connection, username: str, ledger: Ledger, pending: Pending
) -> None:
    """Where nobody moved either of them, what was put behind another entry stands behind it."""
    rows = store.execute(SERVER_ENTRIES, (user_id(store, username),)).fetchall()
    places = {bytes(row[0]): (row[4].encode(), bytes(row[0])) for row in rows}
    for user, former, later in ledger.behind:
        is_still = not {(user, former), (user, later)} & ledger.moved and not {former, later} & pending.entries
        if user == username and is_still and former in places and later in places:
            said = f"entry {later.hex()} stands before {former.hex()}"
            require(places[former] < places[later], "entries stand behind their anchors", said)


def the_last_writer_wins_in_the_end(
    store: sqlite3.Connection, username: str, ledger: Ledger, pending: Pending, *, near_ms: int
) -> None:
    """A late duplicate never undoes a newer edit: where one edit was clearly the last, its value stands."""
    rows = store.execute(SERVER_USER_DATA, (user_id(store, username),)).fetchall()
    for kind, column in (("favourite", 3), ("rating", 4)):
        values = {bytes(row[0]): row[column] for row in rows}
        for track_id, facts in ledger.by_subject(username, kind).items():
            last = ledger.clear_last(facts, near_ms=near_ms)
            is_pending = f"t:{id_text(track_id)}" in pending.groups
            if last is not None and not is_pending and not ledger.blurred[username, kind, track_id]:
                wanted = int(last.value) if isinstance(last.value, bool) else last.value
                require(
                    values.get(track_id) == wanted,
                    "the last writer wins",
                    f"{kind} of {username}'s track {track_id.hex()} is {values.get(track_id)}, not {wanted}",
                )


def digests_are_equal_in_the_end(store: sqlite3.Connection, username: str, device: LibraryView) -> None:
    """The server's own proof that both hold the same rows."""
    account = user_id(store, username)
    scope = f"user:{id_text(account)}"
    told = drive(read_digest(SqliteReader(store), scope, account))
    kinds = (("playlist", DEVICE_PLAYLISTS), ("entry", DEVICE_ENTRIES), ("user_data", DEVICE_USER_DATA))
    rows = [(kind, bytes(row[0]), row[1]) for kind, sql in kinds for row in device.all(sql)]
    digest = 0
    for kind, entity_id, seq in rows:
        digest ^= int.from_bytes(hashlib.sha256(f"{kind}:{id_text(entity_id)}:{seq}".encode()).digest()[:16], "big")
    found = (len(rows), digest.to_bytes(16, "big").hex())
    require(found == (told.count, told.digest), "digests are equal", f"{found}, the server says {told}")
