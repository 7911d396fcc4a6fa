"""One attempt at one task: is it here already, who can give it, and on to the next source when one cannot."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from soul_player.client.downloads.holders import Ask, Away, Choice, Holder, NoHolder, choose
from soul_player.client.downloads.known import Known, known_of
from soul_player.client.downloads.outcomes import may_have_another
from soul_player.client.downloads.places import read_part_name
from soul_player.client.downloads.receiving import Progress
from soul_player.client.downloads.room import ANY_WEIGHT, Room
from soul_player.client.downloads.settle import Arrival, Settler
from soul_player.client.downloads.transfer import Line, Received, Transfer
from soul_player.client.errors import ClientError, GoneError, OfflineError, SignInNeeded
from soul_player.client.library.copy_links import Hashes, fit, link_copy
from soul_player.client.library.download_model import Copy, DownloadTask, TaskId
from soul_player.client.library.download_tasks import remove_task
from soul_player.client.library.model import AvailabilityStatus, Source, SourceId
from soul_player.client.library.source_names import quoted
from soul_player.client.sources.connections import Connections
from soul_player.database.access import Database, Writer
from soul_player.protocol.quality import StreamQuality

# The better first: a copy that is at least as good as what was asked for will do.
_GOODNESS = {StreamQuality.LOW: 0, StreamQuality.MEDIUM: 1, StreamQuality.HIGH: 2, StreamQuality.ORIGINAL: 3}


class AttemptFailed(Exception):
    """`error` says why, `source_id` where; None: before any source was asked."""

    def __init__(self, error: ClientError, source_id: SourceId | None) -> None:
        super().__init__(error.message)
        self.error = error
        self.source_id = source_id


@dataclass(frozen=True)
class Done:
    """It is here. `holder` has the picture too; None: nothing was fetched."""

    size_bytes: int
    holder: Holder | None


class Parts:
    """Which beginnings of files are here, by task. Read once, then kept in step by whoever fetches."""

    def __init__(self) -> None:
        self._begun: dict[TaskId, str] = {}

    def read(self, names: Mapping[str, int]) -> None:
        """The names in the folder of parts, with their sizes."""
        self._begun.clear()
        for name, size_bytes in names.items():
            part = read_part_name(name)
            if part is not None and part.sha256 is not None and size_bytes > 0:
                self._begun[part.task_id] = part.sha256

    def of(self, task_id: TaskId) -> str | None:
        """The sha256 of the bytes of which some are here."""
        return self._begun.get(task_id)

    def note(self, task_id: TaskId, sha256: str | None) -> None:
        """What there is now."""
        if sha256 is None:
            self._begun.pop(task_id, None)
        else:
            self._begun[task_id] = sha256


class Attempts:
    """What every attempt of this home uses."""

    def __init__(  # the parts it is wired from
        self, library: Database, connections: Connections, line: Line, *, room: Room, settler: Settler, parts: Parts
    ) -> None:
        self._library = library
        self._connections = connections
        self._line = line
        self._room = room
        self._settler = settler
        self._parts = parts
        # Of copies that came since the last look.
        self._news: set[str] = set()

    def forget_news(self) -> None:
        """What is known from here on knows of every copy that came before."""
        self._news.clear()

    async def fetch(
        self, task: DownloadTask, progress: Progress, *, known: Known | None, away: Collection[SourceId]
    ) -> Received | Done:
        """The bytes in a part, or nothing to do. `known`: read ahead a moment ago. Raises `AttemptFailed`."""
        if known is None or known.is_touched_by(self._news):
            known = (await self._library.read(known_of, [task.track_id]))[task.track_id]
        done = await self._found(task, known)
        if done is not None:
            return done
        choice = choose(known.holders, away=away, begun=self._parts.of(task.id))
        asked = _asked(choice)
        weight = ANY_WEIGHT if task.is_asked else known.weight
        failed: AttemptFailed | None = None
        for holder in asked:
            try:
                source = known.sources[holder.source_id]
                return await self._from(holder, source, task, progress, weight=weight)
            except ClientError as error:
                # The first reason is the one of the source that should have given it.
                failed = failed or AttemptFailed(error, holder.source_id)
                if not may_have_another(error):
                    break
        assert failed is not None
        raise failed

    async def settle(self, task: DownloadTask, received: Received) -> Done:
        """The row says `cached` when this returns."""
        arrival = Arrival(received, task.track_id, task.id)
        with self._room.coming(task.id):
            await self._settler.settle(arrival)
        self._parts.note(task.id, None)
        self._news.update(_hashes_of(received))
        return Done(received.size_bytes, received.holder)

    async def _from(
        self, holder: Holder, source: Source, task: DownloadTask, progress: Progress, *, weight: int
    ) -> Received:
        async def make_room(needed_bytes: int, here_bytes: int) -> None:
            await self._room.make(needed_bytes, key=task.id, below_weight=weight, here_bytes=here_bytes)

        begun = self._parts.of(task.id)
        if task.quality is StreamQuality.ORIGINAL and holder.sha256 is not None and begun != holder.sha256:
            # The beginning of other bytes: it stays while another source may still have them.
            begun = None
        transfer = Transfer(
            self._line,
            task.id,
            holder=holder,
            quality=task.quality,
            begun=begun,
            progress=progress,
            make_room=make_room,
        )
        try:
            try:
                # Its room is kept until its row stands.
                return await transfer.run(self._connections.to(source))
            finally:
                await self._note_part(task.id, former=self._parts.of(task.id), now=transfer.begun)
        except BaseException:
            self._room.come(task.id)
            raise

    async def _note_part(self, task_id: TaskId, *, former: str | None, now: str | None) -> None:
        """One beginning a task: an older one of other bytes goes."""
        if now is None:
            return
        if former is not None and former != now:
            await asyncio.to_thread(self._line.disk.remove, self._line.places.part(task_id, former))
        self._parts.note(task_id, now)

    async def _found(self, task: DownloadTask, known: Known) -> Done | None:
        """It came meanwhile: with another recording, from another source, or by being heard."""
        if any(holder.status is AvailabilityStatus.LOCAL_FILE for holder in known.holders):
            await self._library.write(_finish_without, task.id)
            return Done(0, None)
        for copy in sorted(known.copies, key=lambda one: _GOODNESS[one.quality], reverse=True):
            for holder in known.holders:
                rank = fit(holder.hashes, Hashes(copy.file_hash, copy.audio_hash), copy.quality)
                if rank is not None and _GOODNESS[copy.quality] >= _GOODNESS[task.quality]:
                    await self._library.write(_finish_with, task, copy, holder.entry_id)
                    return Done(0, None)
        return None


def _asked(choice: Choice) -> tuple[Holder, ...]:
    match choice:
        case Ask(holders):
            return holders
        case Away(holder, needs_sign_in):
            if needs_sign_in:
                error: ClientError = SignInNeeded(
                    f"{holder.source_name} wants you to sign in again",
                    hint=f"soul source login {quoted(holder.source_name)}",
                )
            else:
                error = OfflineError(f"{holder.source_name} is offline")
            raise AttemptFailed(error, holder.source_id)
        case NoHolder():
            raise AttemptFailed(GoneError("no source has it now", problem_code="track_gone"), None)


def _hashes_of(received: Received) -> set[str]:
    """What other recordings may have in common with these bytes."""
    known = received.holder.hashes
    return {f"sha256:{received.sha256}", *(one for one in (known.file_hash, known.audio_hash) if one is not None)}


async def _finish_without(library: Writer, task_id: TaskId) -> None:
    await remove_task(library, task_id)


async def _finish_with(library: Writer, task: DownloadTask, copy: Copy, entry_id: int) -> None:
    await link_copy(
        library, copy.id, copy.sha256, entry_id=entry_id, track_id=task.track_id, size_bytes=copy.size_bytes
    )
    await remove_task(library, task.id)
