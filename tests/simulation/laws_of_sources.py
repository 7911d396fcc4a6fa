"""The laws of one library from many sources: a play to one server, a favourite to each holder, never in circles."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.book import Added, Book, Mark
from tests.simulation.laws import require
from tests.simulation.listener import Listener
from tests.simulation.server import looking_at
from tests.simulation.shown import number_of, shown_recordings

NEAR_MS = 15_000


@dataclass(frozen=True)
class Account:
    """A person's at one server: its store, who the person is there, and which recordings it holds now.

    `was_restored`: what it forgot comes again where there is room for it, not in the order that it had.
    """

    store: Path
    username: str
    numbers: frozenset[int]
    was_restored: bool


# By the name of the server.
Accounts = Mapping[str, Account]
# How often a mark is set by each time that somebody parts or joins by hand: taken back, and told again.
TOLD_BY_A_HAND = 2
NOTHING_SAID: dict[str, object] = {"favourite": 0, "rating": None}

COUNTED = """
    SELECT json_extract(tracks.body, '$.title'), user_data.play_count, user_data.favourite, user_data.rating
      FROM user_data
      JOIN tracks ON tracks.id = user_data.track_id
      JOIN users ON users.id = user_data.user_id
     WHERE users.username = ?
"""
LISTED = """
    SELECT playlists.name, json_extract(tracks.body, '$.title')
      FROM playlists
      JOIN users ON users.id = playlists.user_id
      LEFT JOIN playlist_entries entry ON entry.user_id = playlists.user_id AND entry.playlist_id = playlists.id
                                      AND entry.is_removed = 0
      LEFT JOIN tracks ON tracks.id = entry.track_id
     WHERE users.username = ?
       AND playlists.deleted_at IS NULL
     ORDER BY playlists.name, entry.position, entry.id
"""
MARKS_TOLD = """
    SELECT sources.name, track_sources.title, sync_queue.operation, COUNT(*)
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id
      JOIN track_sources ON track_sources.source_id = sync_queue.source_id
                        AND sync_queue.group_key = 't:' || lower(
                            substr(hex(remote_id), 1, 8) || '-' || substr(hex(remote_id), 9, 4) || '-' ||
                            substr(hex(remote_id), 13, 4) || '-' || substr(hex(remote_id), 17, 4) || '-' ||
                            substr(hex(remote_id), 21))
     WHERE sync_queue.operation IN ('favourite.set', 'rating.set')
     GROUP BY 1, 2, 3
"""
PLAYS_TOLD = """
    SELECT json_extract(payload, '$.play_id'), COUNT(DISTINCT source_id)
      FROM sync_queue
     WHERE operation = 'play.add'
     GROUP BY 1
    HAVING COUNT(DISTINCT source_id) > 1
"""


def counted(accounts: Accounts) -> dict[tuple[str, int], tuple[int, int, int | None]]:
    """By server and number: plays, favourite, rating."""
    found: dict[tuple[str, int], tuple[int, int, int | None]] = {}
    for name, account in accounts.items():
        with looking_at(account.store) as connection:
            for title, plays, favourite, rating in connection.execute(COUNTED, (account.username,)):
                found[name, number_of(title)] = (plays, favourite, rating)
    return found


def no_mark_goes_in_circles_always(device: Listener, library: sqlite3.Connection, shaken: set[str]) -> None:
    """A server is told of a favourite as often as somebody set it here: what was pulled is never pushed again."""
    book = device.book
    made = Counter((mark.kind, mark.number) for mark in book.marks if mark.device in device.lineage)
    for source, title, operation, told in library.execute(MARKS_TOLD).fetchall():
        kind, number = operation.split(".")[0], number_of(title)
        if source in shaken:
            continue
        family = book.family(number)
        most = sum(made[kind, one] + book.blurred[kind, one] for one in family)
        most += TOLD_BY_A_HAND * sum(len(book.acts_ms[one]) for one in family)
        said = f"{source} was told {told} times of the {kind} of {number}, set {most} times on {device.name}"
        require(told <= most, "no mark goes in circles", said)


def no_play_is_told_twice_always(library: sqlite3.Connection) -> None:
    """To exactly one server, fixed when it is made."""
    twice = library.execute(PLAYS_TOLD).fetchall()
    require(twice == [], "a play goes to one server", f"told to several: {twice[:3]}")


def plays_count_once_over_all_servers_in_the_end(accounts: Accounts, book: Book, waiting: Counter[int]) -> None:
    """The counts of all servers add up to what was played. `waiting`: for a track that its server lacks, by number."""
    total: Counter[int] = Counter()
    for (_, number), (plays, _, _) in counted(accounts).items():
        total[number] += plays
    sure = book.plays
    for number in sorted(total.keys() | sure.keys()):
        family = book.family(number)
        least = sum(sure[one] for one in family)
        most, count = least + sum(book.doubtful_plays[one] for one in family), sum(total[one] for one in family)
        wait = sum(waiting[one] for one in family)
        said = f"{sorted(family)} count {count}, were played {least} to {most} times, {wait} wait"
        require(least - wait <= count <= most, "plays count once over all servers", said)


def marks_are_at_every_holder_in_the_end(accounts: Accounts, book: Book) -> None:
    """What was clearly the last word on a recording is at every server that was known to hold it."""
    found = counted(accounts)
    for kind, column in (("favourite", 1), ("rating", 2)):
        for number in sorted({mark.number for mark in book.marks if mark.kind == kind}):
            if book.blurred[kind, number] or len(book.family(number)) > 1:
                continue
            marks = [mark for mark in book.marks if (mark.kind, mark.number) == (kind, number)]
            for name, account in accounts.items():
                if number not in account.numbers:
                    continue
                value = found.get((name, number), (0, 0, None))[column]
                said = f"{kind} of {number} is {value} at {name}, was set to"
                last = _clear_last(marks, name, book.acts_ms[number])
                if last is not None:
                    require(value == last.value, "marks are at every holder", f"{said} {last.value}")
                else:
                    words = [mark.value for mark in marks] + [NOTHING_SAID[kind]]
                    require(value in words, "marks are at every holder", f"{said} one of {words}")


def _clear_last(marks: list[Mark], holder: str, acts_ms: list[int]) -> Mark | None:
    """The last word of all, if it was told to this holder, and nobody's word or hand came near to it."""
    last = max(marks, key=lambda mark: mark.true_ms)
    is_clear = all(last.true_ms - one.true_ms > NEAR_MS for one in marks if one.device != last.device)
    is_last = all(last.true_ms - one > NEAR_MS for one in acts_ms)
    return last if is_clear and is_last and holder in last.holders else None


def playlists_are_whole_in_the_end(accounts: Accounts, book: Book) -> None:
    """Every playlist is at its server, with its entries in their order; none is anybody else's."""
    law, listed = "playlists are whole", numbers_listed(accounts)
    foreign = sorted(listed.keys() - book.playlists.keys() - book.torn)
    require(foreign == [], law, f"nobody here made {foreign[:3]}")
    for name, entries in book.playlists.items():
        if name not in book.torn:
            there = listed.get(name)
            said = f"{name} holds {there}, was made of {[entry.number for entry in entries]}"
            require(there is not None and _is_told(entries, there, book, accounts), law, said)


def numbers_listed(accounts: Accounts) -> dict[str, list[int]]:
    """Of every playlist at the servers, by its name."""
    listed: dict[str, list[int]] = {}
    for account in accounts.values():
        with looking_at(account.store) as connection:
            for name, title in connection.execute(LISTED, (account.username,)):
                listed.setdefault(name, []).extend([] if title is None else [number_of(title)])
    return listed


def _is_told(entries: list[Added], there: list[int], book: Book, accounts: Accounts) -> bool:
    """In their order. What the server did not hold, or holds no more, may still wait for it."""
    if any(entry.held_by is not None and accounts[entry.held_by].was_restored for entry in entries):
        entries = sorted(entries, key=lambda one: min(book.family(one.number)))
        there = sorted(there, key=lambda number: min(book.family(number)))
    told = {0}
    for entry in entries:
        family = book.family(entry.number)
        after = {at + 1 for at in told if at < len(there) and there[at] in family}
        is_held = entry.held_by is not None and family <= accounts[entry.held_by].numbers
        told = after if is_held else told | after
    return len(there) in told


def counts_are_shown_in_the_end(
    device_name: str, library: sqlite3.Connection, book: Book, waiting: Counter[int]
) -> None:
    """The rows of a number add up to what was played; what waits on another device is shown there alone."""
    shown: Counter[int] = Counter()
    families = {one.number: book.family(one.number) for one in shown_recordings(library)}
    for one in shown_recordings(library):
        shown[min(families[one.number])] += one.plays
    sure = book.plays
    for family in sorted(set(families.values()), key=min):
        count, least = shown[min(family)], sum(sure[one] for one in family)
        most = least + sum(book.doubtful_plays[one] for one in family)
        wait = sum(waiting[one] for one in family)
        said = f"{device_name} shows {count} plays of {sorted(family)}, which were played {least} to {most} times"
        require(least - wait <= count <= most, "counts are shown", said)
