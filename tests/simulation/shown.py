"""What a device shows of its recordings, as the laws of one library from many sources look at it."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

RECORDINGS = """
    SELECT tracks.id, tracks.title, tracks.status, COALESCE(marks.play_count, 0), COALESCE(marks.favourite, 0),
           marks.rating
      FROM tracks
      LEFT JOIN marks ON marks.track_id = tracks.id
     ORDER BY tracks.id
"""
ENTRIES = """
    SELECT held.track_id, held.id, sources.name, held.title, held.is_former, held.status, held.remote_id
      FROM track_sources held
      JOIN sources ON sources.id = held.source_id
     ORDER BY held.id
"""


@dataclass(frozen=True)
class HeldTrack:
    """A source's track. `is_former`: under a name that the server does not know any more."""

    id: int
    source: str
    number: int
    is_former: bool
    is_available: bool
    remote_id: bytes


@dataclass(frozen=True)
class Shown:
    """One row, and the sources' tracks that it stands for."""

    track_id: int
    number: int
    status: str
    plays: int
    favourite: int
    rating: int | None
    entries: tuple[HeldTrack, ...]

    @property
    def is_available(self) -> bool:
        """Somebody has it."""
        return self.status != "unavailable"

    @property
    def holders(self) -> frozenset[str]:
        """Who is told what is said of it."""
        return frozenset(one.source for one in self.entries if not one.is_former)

    @property
    def numbers(self) -> frozenset[int]:
        """More than one where somebody joined what is not the same."""
        return frozenset(one.number for one in self.entries)


def shown_recordings(library: sqlite3.Connection) -> list[Shown]:
    """All, also those that are unavailable."""
    held: defaultdict[int, list[HeldTrack]] = defaultdict(list)
    for track_id, entry_id, source, title, is_former, status, remote_id in library.execute(ENTRIES):
        one = HeldTrack(entry_id, source, number_of(title), bool(is_former), status != "unavailable", bytes(remote_id))
        held[track_id].append(one)
    return [
        Shown(row[0], number_of(row[1]), row[2], row[3], row[4], row[5], tuple(held[row[0]]))
        for row in library.execute(RECORDINGS)
    ]


def number_of(title: str) -> int:
    """A recording's number is in its title."""
    return int(title.rsplit(maxsplit=1)[-1])
