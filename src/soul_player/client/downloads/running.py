"""What is under way, and telling how far it is: to whoever listens, and now and then to other processes."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from soul_player.client.downloads.receiving import Progress
from soul_player.client.events import DownloadProgress, Events
from soul_player.client.library.download_model import DownloadTask, TaskId
from soul_player.client.library.download_steps import Standing, note_standings
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError

log = logging.getLogger(__name__)

TELL_SECONDS = 0.25
TELLS_PER_WRITE = 8


@dataclass
class Running:
    """One task under way. `is_stopped`: it was told to stop, and is about to. `is_ending`: the last word of it is being
    written."""

    task: DownloadTask
    progress: Progress
    work: asyncio.Task[None] | None = None
    told: tuple[int, int | None] = (-1, None)
    is_stopped: bool = False
    is_ending: bool = False

    @property
    def has_slot(self) -> bool:
        """It uses the line. Afterwards the disk does its part, and another one may have its slot."""
        return not self.progress.is_received and not self.is_ending

    @property
    def standing(self) -> Standing:
        """How far it is."""
        progress = self.progress
        return Standing(
            self.task.id, progress.source_id, progress.bytes_done, progress.bytes_total, progress.resumed_bytes
        )


class Teller:
    """Looks at the tasks of the worker that are `running`."""

    def __init__(self, library: Database, events: Events, running: Mapping[TaskId, Running]) -> None:
        self._library = library
        self._events = events
        self._running = running
        # Whoever writes that a task stops says so within its turn: what is told here comes before.
        self.turn = asyncio.Lock()
        # Set when a task begins: while none is under way there is nothing to tell, and nobody wakes up for it.
        self.begun = asyncio.Event()

    async def tell(self) -> None:
        """Progress to whoever listens; now and then into the library, for other processes."""
        ticks = 0
        while True:
            if not self._running:
                self.begun.clear()
                await self.begun.wait()
            await asyncio.sleep(TELL_SECONDS)
            is_news = any(running.told[0] < 0 for running in self._running.values())
            for running in list(self._running.values()):
                self.tell_of(running)
            ticks += 1
            if is_news or ticks % TELLS_PER_WRITE == 0:
                await self._write_standings()

    def tell_of(self, running: Running) -> None:
        """What is news since the last time."""
        progress = running.progress
        now = (progress.bytes_done, progress.bytes_total)
        if now != running.told:
            running.told = now
            self._events.emit(DownloadProgress(running.task.id, running.task.track_id, *now, progress.resumed_bytes))

    async def _write_standings(self) -> None:
        try:
            async with self.turn:
                standings = [running.standing for running in self._running.values() if running.has_slot]
                if standings:
                    await self._library.write(note_standings, standings)
        except DatabaseError as error:
            # Others see older figures; what counts is written when a task stops.
            log.info("how far downloads are could not be written down: %s", error)
