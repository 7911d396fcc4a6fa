"""What a scan is made of: passed in, so that a simulation can pass in its own."""

from collections.abc import Callable
from dataclasses import dataclass

from soul_player.database.access import Database
from soul_player.edges import Clock, Randomness
from soul_player.folders.pool import Readers


@dataclass(frozen=True)
class ScanParts:
    """`announce` is called after a commit, with the scope that has news."""

    database: Database
    clock: Clock
    randomness: Randomness
    readers: Readers
    announce: Callable[[str], None]
