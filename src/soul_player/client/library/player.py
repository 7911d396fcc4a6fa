"""What the player of this device was playing, so that it goes on where it stopped, also after a crash."""

from typing import Literal

import msgspec

from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Database, Reader, Writer

# Four months of music without a pause.
QUEUE_TRACKS_MAX = 50_000

READ = """
    SELECT queue, track_id, position_seconds
      FROM player
"""

WRITE_QUEUE = """
    INSERT INTO player (id, queue, track_id)
    VALUES (1, :queue, :track_id)
        ON CONFLICT (id) DO UPDATE
       SET queue = excluded.queue,
           position_seconds = CASE WHEN track_id IS excluded.track_id THEN position_seconds ELSE 0 END,
           track_id = excluded.track_id
"""

WRITE_PLACE = """
    UPDATE player
       SET position_seconds = :position_seconds
     WHERE track_id = :track_id
"""


class PlayerQueue(msgspec.Struct, frozen=True):
    """What is played in which order. `added`: what a person put before the rest of the list.

    `tracks` is the list in playing order and `at` the place in it; `unshuffled` is its own order while it is shuffled.
    `title` and `path` are where the list was started from, in the page's words.
    """

    track_id: int | None = None
    tracks: list[int] = []
    at: int = 0
    added: list[int] = []
    unshuffled: list[int] | None = None
    repeat: Literal["off", "all", "one"] = "off"
    title: str | None = None
    path: str | None = None


class PlayerState(msgspec.Struct, frozen=True):
    """The queue, and how far its track was played."""

    queue: PlayerQueue
    position_seconds: float


class Player:
    """Remembers for the player; it is of this device, and no server is told."""

    def __init__(self, library: Database) -> None:
        self._library = library

    async def read(self) -> PlayerState:
        """Empty when nothing was ever played."""
        return await self._library.read(_read)

    async def write_queue(self, queue: PlayerQueue) -> None:
        """In place of the earlier one."""
        await self._library.write(_write_queue, queue)

    async def write_place(self, track_id: LocalTrackId, position_seconds: float) -> None:
        """Of the track that the queue is at; of another one it says nothing."""
        await self._library.write(_write_place, track_id, position_seconds)


async def _read(library: Reader) -> PlayerState:
    row = await library.one(READ)
    if row is None:
        return PlayerState(PlayerQueue(), 0.0)
    return PlayerState(msgspec.json.decode(row[0], type=PlayerQueue), row[2])


async def _write_queue(library: Writer, queue: PlayerQueue) -> None:
    await library.run(WRITE_QUEUE, queue=msgspec.json.encode(queue).decode(), track_id=queue.track_id)


async def _write_place(library: Writer, track_id: LocalTrackId, position_seconds: float) -> None:
    await library.run(WRITE_PLACE, track_id=track_id, position_seconds=position_seconds)
