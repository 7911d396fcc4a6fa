"""The laws of one library from many sources: a play to one server, a favourite to each holder, never in circles."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.simulation.laws import require
from tests.simulation.listener import Book
from tests.simulation.server import looking_at
from tests.simulation.templates import USERS

NEAR_MS = 15_000

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
    SELECT sources.name, tracks.title, sync_queue.operation, COUNT(*)
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id
      JOIN track_sources ON track_sources.source_id = sync_queue.source_id
                        AND sync_queue.group_key = 't:' || lower(
                            substr(hex(remote_id), 1, 8) || '-' || substr(hex(remote_id), 9, 4) || '-' ||
                            substr(hex(remote_id), 13, 4) || '-' || substr(hex(remote_id), 17, 4) || '-' ||
                            substr(hex(remote_id), 21))
      JOIN tracks ON tracks.id = track_sources.track_id
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
SHOWN_COUNTS = """
    SELECT tracks.title, COALESCE(marks.play_count, 0)
      FROM tracks
      LEFT JOIN marks ON marks.track_id = tracks.id
     WHERE tracks.status <> 'unavailable'
"""


def _number(title: str) -> int:
    return int(title.rsplit(maxsplit=1)[-1])


def _counted(store: Path) -> dict[int, tuple[int, int, int | None]]:
    with looking_at(store) as connection:
        rows = connection.execute(COUNTED, (USERS[0],)).fetchall()
    return {_number(title): (plays, favourite, rating) for title, plays, favourite, rating in rows}


def no_mark_goes_in_circles_always(
    device_name: str, library: sqlite3.Connection, book: Book, rebuilt: set[str]
) -> None:
    """A server is told of a favourite as often as somebody set it here: what was pulled is never pushed again."""
    made = Counter((mark.kind, mark.number) for mark in book.marks if mark.device == device_name)
    for source, title, operation, told in library.execute(MARKS_TOLD).fetchall():
        kind, number = operation.split(".")[0], _number(title)
        most = made[kind, number] + book.blurred[kind, number]
        if source not in rebuilt:
            said = f"{source} was told {told} times of the {kind} of {number}, set {most} times on {device_name}"
            require(told <= most, "no mark goes in circles", said)


def no_play_is_told_twice_always(library: sqlite3.Connection) -> None:
    """To exactly one server, fixed when it is made."""
    twice = library.execute(PLAYS_TOLD).fetchall()
    require(twice == [], "a play goes to one server", f"told to several: {twice[:3]}")


def plays_count_once_over_all_servers_in_the_end(stores: Mapping[str, Path], book: Book) -> None:
    """The counts of all servers add up to what was played, also when one of them was rebuilt from nothing."""
    total: Counter[int] = Counter()
    for store in stores.values():
        total.update({number: plays for number, (plays, _, _) in _counted(store).items()})
    for number in sorted(total.keys() | book.plays.keys()):
        least, most = book.plays[number], book.plays[number] + book.doubtful_plays[number]
        said = f"recording {number} counts {total[number]}, was played {least} to {most} times"
        require(least <= total[number] <= most, "plays count once over all servers", said)


def marks_are_at_every_holder_in_the_end(stores: Mapping[str, Path], book: Book) -> None:
    """What was clearly the last word on a recording is at every server that was known to hold it."""
    found = {name: _counted(store) for name, store in stores.items()}
    for kind, column in (("favourite", 1), ("rating", 2)):
        for number in {mark.number for mark in book.marks if mark.kind == kind}:
            marks = [mark for mark in book.marks if (mark.kind, mark.number) == (kind, number)]
            last = marks[-1]
            is_clear = all(last.true_ms - mark.true_ms > NEAR_MS for mark in marks[:-1] if mark.device != last.device)
            if not is_clear or book.blurred[kind, number]:
                continue
            for name in last.holders:
                value = found[name].get(number, (0, 0, None))[column]
                said = f"{kind} of {number} is {value} at {name}, was set to {last.value}"
                require(value == last.value, "marks are at every holder", said)


def playlists_are_whole_in_the_end(stores: Mapping[str, Path], book: Book) -> None:
    """Every playlist is at its server, with its entries in their order."""
    listed: dict[str, list[int]] = {}
    for store in stores.values():
        with looking_at(store) as connection:
            for name, title in connection.execute(LISTED, (USERS[0],)):
                listed.setdefault(name, []).extend([] if title is None else [_number(title)])
    for name, numbers in book.playlists.items():
        if name not in book.torn:
            there = listed.get(name)
            held = None if there is None else [number for number in numbers if number in there]
            said = f"{name} holds {there}, was made of {numbers}"
            require(there is not None and there == held, "playlists are whole", said)


def one_row_a_recording_in_the_end(device_name: str, library: sqlite3.Connection) -> None:
    """What has the same sound is shown once, whoever holds it."""
    titles = Counter(row[0] for row in library.execute(SHOWN_COUNTS).fetchall())
    twice = sorted(title for title, count in titles.items() if count > 1)
    require(twice == [], "one row a recording", f"shown twice on {device_name}: {twice}")


def counts_are_shown_in_the_end(device_name: str, library: sqlite3.Connection, book: Book) -> None:
    """The sum over the servers is what a device shows."""
    for title, count in library.execute(SHOWN_COUNTS).fetchall():
        number = _number(title)
        least, most = book.plays[number], book.plays[number] + book.doubtful_plays[number]
        said = f"{device_name} shows {count} plays of recording {number}, it was played {least} to {most} times"
        require(least <= count <= most, "counts are shown", said)
