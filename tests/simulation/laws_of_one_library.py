"""The laws of what lies under one recording: who holds it, what each of them says, and what a person's hand made."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping

from tests.simulation.book import Book, Hand
from tests.simulation.laws import require
from tests.simulation.laws_of_sources import Accounts, counted, numbers_listed
from tests.simulation.listener import Listener
from tests.simulation.shelf import Catalogue, Kind, Shelf
from tests.simulation.shown import Shown, number_of, shown_recordings

# The words of an entry, as `list_entries` finds them: those of its recording, else those that were kept.
SHOWN_ENTRIES = """
    SELECT playlists.name, COALESCE(tracks.title, json_extract(entry.snapshot, '$.title')),
           EXISTS (SELECT 1 FROM sync_queue WHERE sync_queue.entry_id = entry.entry_uid AND in_overlay = 1)
      FROM playlist_entries entry
      JOIN playlists ON playlists.id = entry.playlist_id
      LEFT JOIN track_sources known
             ON known.source_id = playlists.source_id AND known.remote_id = entry.remote_track_id
      LEFT JOIN tracks ON tracks.id = COALESCE(entry.track_id, known.track_id)
     WHERE entry.is_removed = 0
       AND playlists.is_deleted = 0
       AND playlists.source_id IS NOT NULL
     ORDER BY playlists.name, entry.position, entry.entry_uid
"""
# Everything that is not settled, with the row of the track that it is about: the one it names, or the one it waits for.
UNSETTLED = """
    SELECT sources.name, operation, state, reason, blocked_since IS NOT NULL, payload, named.title, waited.title
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id AND sources.account_id = sync_queue.account_id
      LEFT JOIN track_sources named ON named.source_id = sync_queue.source_id
                                   AND lower(hex(named.remote_id))
                                       = replace(json_extract(payload, '$.track_id'), '-', '')
      LEFT JOIN track_sources waited ON waited.source_id = sync_queue.source_id
                                    AND waited.track_id = sync_queue.held_track_id AND waited.is_former = 0
     WHERE state <> 'settled'
       AND in_overlay = 1
"""
# By recording: plays that no server has counted yet.
PLAYS_WAITING = """
    SELECT COALESCE(sync_queue.held_track_id, track_sources.track_id), COUNT(*)
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id AND sources.account_id = sync_queue.account_id
      LEFT JOIN track_sources ON track_sources.source_id = sync_queue.source_id
                             AND lower(hex(track_sources.remote_id))
                                 = replace(json_extract(payload, '$.track_id'), '-', '')
     WHERE operation = 'play.add'
       AND state <> 'settled'
     GROUP BY 1
     UNION ALL
    SELECT track_id, COUNT(*)
      FROM plays
     WHERE source_id IS NULL
     GROUP BY 1
"""


def plays_waiting(library: sqlite3.Connection) -> Counter[int]:
    """By recording: those that wait for a track that no server has for now."""
    found: Counter[int] = Counter()
    for track_id, count in library.execute(PLAYS_WAITING):
        found[track_id] += count
    return found


def rows_show_their_own_in_the_end(device_name: str, library: sqlite3.Connection, accounts: Accounts) -> None:
    """A row counts what its own servers count, and says what one of them says: after a split each has its own back."""
    law, said_by, waiting = "rows show their own", counted(accounts), plays_waiting(library)
    for one in shown_recordings(library):
        own = [said_by.get((entry.source, entry.number), (0, 0, None)) for entry in one.entries if not entry.is_former]
        if not own:
            continue
        name = f"{device_name}'s row {one.number} of {sorted(one.holders)}"
        plays = sum(part[0] for part in own)
        wait = waiting[one.track_id]
        said = f"{name} shows {one.plays} plays, its servers count {plays}, {wait} wait"
        require(one.plays == plays + wait, law, said)
        for value, column in ((one.favourite, 1), (one.rating, 2)):
            values = sorted({str(part[column]) for part in own})
            require(str(value) in values, law, f"{name} says {value}, its servers say {values}")


def one_row_a_recording_in_the_end(device: Listener, library: sqlite3.Connection, catalogue: Catalogue) -> None:
    """What has the same sound is shown once, whoever holds it; what a person parted never becomes one by itself."""
    law = "one row a recording"
    rows: defaultdict[int, int] = defaultdict(int)
    held: defaultdict[int, int] = defaultdict(int)
    for one in shown_recordings(library):
        if one.is_available:
            for number in one.numbers:
                rows[number] += 1
                held[number] += sum(entry.number == number for entry in one.entries)
    for number, count in sorted(rows.items()):
        hand = device.hands.get(number)
        said = f"{number} is {count} rows on {device.name}, by hand {hand}"
        if hand is Hand.PARTED:
            require(count == held[number], law, f"{said}, of {held[number]} tracks")
        elif hand is Hand.JOINED or (hand is None and catalogue.kind(number) is not Kind.ASKED):
            require(count == 1, law, said)


def one_name_a_track_in_the_end(device_name: str, library: sqlite3.Connection, shelves: Mapping[str, Shelf]) -> None:
    """A track that came back under a new id is the one that it was, not another beside one that is gone."""
    law = "one name a track"
    names: defaultdict[tuple[str, int], list[bytes]] = defaultdict(list)
    for one in shown_recordings(library):
        for entry in one.entries:
            names[entry.source, entry.number].append(entry.remote_id)
    for (source, number), found in sorted(names.items()):
        if number in shelves[source].numbers:
            require(len(found) == 1, law, f"{source}'s {number} has {len(found)} names on {device_name}")


def entries_keep_their_words_in_the_end(device: Listener, library: sqlite3.Connection, accounts: Accounts) -> None:
    """A playlist shows every entry with its words, in its order, also of a track that nobody holds."""
    law, book = "entries keep their words", device.book
    shown: defaultdict[str, list[int | None]] = defaultdict(list)
    for name, title, waits in library.execute(SHOWN_ENTRIES):
        # What another device put there as well, from what it knows of it, waits there for its track.
        if not waits or name.startswith(f"{device.name} "):
            shown[name].append(number_of(title) if title else None)
    there = numbers_listed(accounts)
    for name, entries in book.playlists.items():
        maker = name.split()[0]
        is_own = maker == device.name
        if name in book.torn or (maker in device.lineage and not is_own):
            # The copy of a home has what waited there when it was made.
            continue
        # Another device may never have known a track that was gone when it came.
        wanted, found = [entry.number for entry in entries] if is_own else there.get(name, []), shown[name]
        in_order = not accounts[book.served_by[name]].was_restored
        said = f"{device.name} shows {name} as {found}, it is {wanted}"
        require(_reads(found, wanted, book, in_order=in_order, is_own=is_own), law, said)


def _reads(found: list[int | None], wanted: list[int], book: Book, *, in_order: bool, is_own: bool) -> bool:
    known = [min(book.family(number)) for number in found if number is not None]
    if len(found) != len(wanted) or (is_own and len(known) != len(found)):
        return False
    if in_order:
        pairs = zip(found, wanted, strict=True)
        return all(one is None or one in book.family(number) for one, number in pairs)
    return Counter(known) <= Counter(min(book.family(number)) for number in wanted)


def the_queue_drains_in_the_end(device_name: str, library: sqlite3.Connection, accounts: Accounts) -> None:
    """Everything was told to its server, but what is about a track that the server does not have."""
    for source, operation, state, reason, is_blocked, payload, named, waited in library.execute(UNSETTLED):
        said = f"{operation} for {source} is {state} ({reason}) on {device_name}: {payload}"
        require(state == "waiting", "the queue drains", said)
        if '"track_id"' not in payload:
            # An entry that waits may be moved, and taken out.
            continue
        held = accounts[source].numbers
        if waited is None and not is_blocked and named is None:
            continue
        title = waited or named
        require(title is not None and number_of(title) not in held, "the queue drains", said)


def the_order_of_arrival_does_not_matter_in_the_end(device: Listener, fresh: Listener) -> None:
    """What no hand touched is the same recordings on a device that met it all from the other end."""
    handled = device.hands.keys() | fresh.hands.keys()
    mine, theirs = _clusters(device.recordings(), handled), _clusters(fresh.recordings(), handled)
    said = f"{device.name} has {sorted(mine - theirs)}, {fresh.name} has {sorted(theirs - mine)}"
    require(mine == theirs, "the order of arrival does not matter", said)


def _clusters(shown: list[Shown], handled: set[int]) -> set[tuple[tuple[str, int], ...]]:
    return {
        tuple(sorted((entry.source, entry.number) for entry in one.entries if entry.is_available))
        for one in shown
        if not one.numbers & handled
    }
