"""One source's sync, from its start to its result."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from soul_player.client.config import ClientConfig
from soul_player.client.errors import OfflineError, ServerChanged, SignInNeeded, SyncError
from soul_player.client.events import (
    Events,
    LibraryChanged,
    ProgressKind,
    SyncFinished,
    SyncProgress,
    SyncRetrying,
    SyncStarted,
)
from soul_player.client.library.addresses import note_seen
from soul_player.client.library.connectivity import sighting_of
from soul_player.client.library.download_lists import count_waiting_for
from soul_player.client.library.model import Source, SourceId
from soul_player.client.library.outcome import SyncFailure, SyncResult, SyncStatus
from soul_player.client.library.server_questions import ask_about_server, close_server_questions
from soul_player.client.library.source_names import quoted
from soul_player.client.library.sources import mark_failed, mark_synced
from soul_player.client.sources.offline_switch import WorkingOffline
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.transport import Traffic
from soul_player.client.sync.bulk_load import BulkLoads
from soul_player.client.sync.exchange import Exchange
from soul_player.client.sync.folder_sync import FolderSync
from soul_player.client.sync.guard import GuardLimits
from soul_player.client.sync.library_errors import as_sync_error
from soul_player.client.sync.pull import Pull
from soul_player.client.sync.pull_user import UserPull
from soul_player.client.sync.push import Push
from soul_player.client.sync.retry import JITTER, backoff_seconds, sync_with_retry
from soul_player.client.sync.tally import Tally, conclude
from soul_player.database.access import Database, Writer
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock, Randomness
from soul_player.folders.pool import Readers, WorkerPool


@dataclass(frozen=True)
class SyncParts:
    """What every source's sync is wired from. `notice` is told when what is written of a source has changed."""

    config: ClientConfig
    library: Database
    events: Events
    loads: BulkLoads
    limits: GuardLimits
    clock: Clock
    randomness: Randomness
    notice: Callable[[SourceId], Awaitable[None]]
    open_readers: Callable[[], AbstractAsyncContextManager[Readers]] = WorkerPool


@dataclass(frozen=True)
class SyncOptions:
    """`full`: begin from nothing. `probes`: ask a source that was offline for its health first."""

    full: bool = False
    probes: bool = False


class SourceSync:
    """`result` is there once `run` has ended, also when it was cancelled. `server` is None for a folder."""

    def __init__(self, parts: SyncParts, source: Source, server: ServerClient | None, options: SyncOptions) -> None:
        self.source = source
        self.result: SyncResult | None = None
        self._parts = parts
        self._server = server
        self._options = options
        self._tally = Tally()

    async def run(self) -> None:
        """Sync, and tell how it ended. Errors of the source are the result's; only a fault of the program is raised."""
        parts = self._parts
        before, started = self._traffic(), parts.clock.monotonic()
        status, failure = SyncStatus.CANCELLED, None
        parts.events.emit(SyncStarted(self.source.id, self.source.name))
        try:
            await self._sync()
            status = SyncStatus.SYNCED
        except SyncError as error:
            status = SyncStatus.OFFLINE if isinstance(error, OfflineError) else SyncStatus.FAILED
            failure = SyncFailure(error.code, error.message, error.hint)
            await self._note_failure(error)
        finally:
            traffic = self._traffic()
            self.result = conclude(
                self._tally,
                name=self.source.name,
                status=status,
                requests=traffic.requests - before.requests,
                bytes_received=traffic.bytes_received - before.bytes_received,
                seconds=parts.clock.monotonic() - started,
                error=failure,
            )
            parts.events.emit(SyncFinished(self.source.id, self.result))

    async def _sync(self) -> None:
        if self.source.needs_sign_in:
            raise SignInNeeded(
                f"{self.source.name} is signed out", hint=f"sign in again: soul source login {quoted(self.source.name)}"
            )
        try:
            if self._server is None:
                await self._scan()
            else:
                await self._exchange(self._server)
            waiting = await self._parts.library.write(_note_synced, self.source.id, now_ms=self._parts.clock.now_ms())
            if self._server is None:
                await self._note_folder(None)
            elif self.source.last_error_code is not None:
                await self._parts.notice(self.source.id)
        except DatabaseError as error:
            raise as_sync_error(error) from error
        if waiting:
            self._tell_progress(ProgressKind.DOWNLOAD_QUEUE, waiting, None)

    def _traffic(self) -> Traffic:
        return Traffic() if self._server is None else self._server.transport.traffic

    async def _scan(self) -> None:
        """Of a folder: no network is asked."""
        parts = self._parts
        async with parts.open_readers() as readers:
            folder = FolderSync(
                self.source,
                readers=readers,
                library=parts.library,
                loads=parts.loads,
                clock=parts.clock,
                randomness=parts.randomness,
                tally=self._tally,
                progress=self._tell_progress,
            )
            await folder.run(full=self._options.full)

    async def _exchange(self, server: ServerClient) -> None:
        exchange = self._wired(server)
        if self._options.full:
            await exchange.forget()
        if self._options.probes and self.source.is_offline:
            await server.health()
        await sync_with_retry(exchange.run, randomness=self._parts.randomness, on_retry=self._tell_retry)

    def _wired(self, server: ServerClient) -> Exchange:
        parts = self._parts
        pull = Pull(
            self.source.id,
            account_id=self.source.account_id,
            server=server,
            library=self._parts.library,
            loads=self._parts.loads,
            clock=self._parts.clock,
            tally=self._tally,
            progress=self._tell_progress,
            page_rows=self._parts.config.page_rows,
            limits=self._parts.limits,
        )
        push = Push(
            self.source.id,
            server=server,
            library=parts.library,
            clock=parts.clock,
            randomness=parts.randomness,
            tally=self._tally,
            progress=self._tell_progress,
        )
        user = UserPull(
            self.source.id,
            server=server,
            library=parts.library,
            clock=parts.clock,
            randomness=parts.randomness,
            tally=self._tally,
            progress=self._tell_progress,
            page_rows=parts.config.page_rows,
            limits=parts.limits,
        )
        return Exchange(server, push=push, pull=pull, user=user)

    async def _note_failure(self, error: SyncError) -> None:
        if isinstance(error, WorkingOffline):
            # Nobody was asked: nothing was found out about the source.
            return
        wait_seconds = backoff_seconds(
            error,
            failed_attempts=self.source.failed_attempts + 1,
            jitter=self._parts.randomness.uniform(*JITTER),
        )
        try:
            if isinstance(error, ServerChanged):
                await self._parts.library.write(ask_about_server, self.source, error, now_ms=self._parts.clock.now_ms())
            await self._parts.library.write(
                mark_failed,
                self.source.id,
                code=error.code,
                message=error.message,
                retry_at_ms=self._parts.clock.now_ms() + round(wait_seconds * 1000),
            )
            if self._server is None:
                await self._note_folder(error)
            else:
                await self._parts.notice(self.source.id)
        except DatabaseError as unwritten:
            # On a full disk even this finds no room: the result still tells what happened.
            error.add_note(f"and it could not be written down: {unwritten}")

    async def _note_folder(self, error: SyncError | None) -> None:
        """Whether it was there. (What is met at the addresses of a server is written down where requests are sent.)"""
        (address,) = self.source.addresses
        sighting, now_ms = sighting_of(error), self._parts.clock.now_ms()
        if sighting is None or sighting.seen is address.seen:
            return
        await self._parts.library.write(note_seen, self.source.id, address.url, sighting, now_ms=now_ms)
        await self._parts.notice(self.source.id)

    def _tell_progress(self, kind: ProgressKind, done: int, total: int | None) -> None:
        self._parts.events.emit(SyncProgress(self.source.id, kind, done, total))
        if kind in {ProgressKind.TRACKS, ProgressKind.HASHES, ProgressKind.PLAYLISTS, ProgressKind.MARKS}:
            self._parts.events.emit(LibraryChanged(self.source.id))

    def _tell_retry(self, error: SyncError, seconds: float) -> None:
        self._parts.events.emit(SyncRetrying(self.source.id, error.message, seconds))


async def _note_synced(library: Writer, source_id: SourceId, *, now_ms: int) -> int:
    """All is well, so nobody else answers in its place: what was asked about that means nothing now.

    How many downloads wait for it.
    """
    await mark_synced(library, source_id, now_ms=now_ms)
    await close_server_questions(library, source_id)
    return await count_waiting_for(library, source_id)
