"""News of the client, told after commit: a closed list of events and a bounded bus that nobody can block."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from soul_player.client.library.connectivity import Connectivity
from soul_player.client.library.download_model import TaskId
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.outcome import SyncResult

PENDING_MAX = 256


@dataclass(frozen=True)
class SyncStarted:
    """A source's sync began."""

    source_id: SourceId
    source_name: str


class ProgressKind(StrEnum):
    """What is counted. `HASHES`: files of a folder that are read whole. `DOWNLOAD_QUEUE`: `done` is how many wait there
    for this source."""

    FILES = "files"
    TRACKS = "tracks"
    HASHES = "hashes"
    EDITS = "edits"
    PLAYLISTS = "playlists"
    MARKS = "marks"
    DOWNLOAD_QUEUE = "download_queue"


@dataclass(frozen=True)
class SyncProgress:
    """How far a source's sync is with one kind of thing. `total` is None while it is not known."""

    source_id: SourceId
    kind: ProgressKind
    done: int
    total: int | None


@dataclass(frozen=True)
class SyncRetrying:
    """An attempt failed; the next one begins after this wait."""

    source_id: SourceId
    reason: str
    seconds: float


@dataclass(frozen=True)
class SyncFinished:
    """A source's sync ended, however it did."""

    source_id: SourceId
    result: SyncResult


@dataclass(frozen=True)
class MatchingProgress:
    """Tracks of all sources are matched with each other, behind the syncs: so many of those that waited."""

    done: int
    total: int


@dataclass(frozen=True)
class MatchingFinished:
    """Nothing waits any more. `joined`: recordings that became one with another; `asked`: pairs asked about anew."""

    matched: int
    joined: int
    asked: int


@dataclass(frozen=True)
class LibraryChanged:
    """A page of this source was committed: lists may look different now."""

    source_id: SourceId


@dataclass(frozen=True)
class LibraryEdited:
    """A person changed something: a playlist, a mark, a decision; here, or through another process of this home."""


@dataclass(frozen=True)
class ConnectivityChanged:
    """Whether a source can be used is another thing now than it was. `reason`: for people; None when all is well."""

    source_id: SourceId
    connectivity: Connectivity
    reason: str | None


@dataclass(frozen=True)
class SourceOffline:
    """Told once when a source goes: beside `ConnectivityChanged`, for whoever only wants to know this."""

    source_id: SourceId
    reason: str


@dataclass(frozen=True)
class SourceOnline:
    """Told once when it can be used again, whatever was the matter."""

    source_id: SourceId


@dataclass(frozen=True)
class DownloadQueued:
    """These recordings were put into the queue, or became more urgent there."""

    track_ids: tuple[LocalTrackId, ...]


@dataclass(frozen=True)
class DownloadProgress:
    """`resumed_bytes`: how much was there from before. `bytes_total` is None until the server has answered."""

    task_id: TaskId
    track_id: LocalTrackId
    bytes_done: int
    bytes_total: int | None
    resumed_bytes: int


@dataclass(frozen=True)
class DownloadFinished:
    """The copy is whole, verified and durable, and the library says so. `source_id` None: it was here already."""

    task_id: TaskId
    track_id: LocalTrackId
    size_bytes: int
    source_id: SourceId | None


@dataclass(frozen=True)
class DownloadFailed:
    """It does not go on now, for this reason. `is_final`: only a person tries it again."""

    task_id: TaskId
    track_id: LocalTrackId
    code: str
    message: str
    is_final: bool


@dataclass(frozen=True)
class EventsMissed:
    """This listener was too slow: so many of the oldest events were left out."""

    count: int


Event = (
    SyncStarted
    | SyncProgress
    | SyncRetrying
    | SyncFinished
    | MatchingProgress
    | MatchingFinished
    | LibraryChanged
    | LibraryEdited
    | ConnectivityChanged
    | SourceOffline
    | SourceOnline
    | DownloadQueued
    | DownloadProgress
    | DownloadFinished
    | DownloadFailed
    | EventsMissed
)


class Listener:
    """One listener's events, in order. Iterating waits for the next one, without end."""

    def __init__(self) -> None:
        self._pending: deque[Event] = deque()
        self._missed = 0
        self._arrived = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[Event]:
        """Itself."""
        return self

    async def __anext__(self) -> Event:
        """The next event, waited for."""
        while True:
            event = self.take()
            if event is not None:
                return event
            await self._arrived.wait()

    def take(self) -> Event | None:
        """The next event if there is one."""
        if self._missed:
            missed, self._missed = self._missed, 0
            return EventsMissed(missed)
        if self._pending:
            return self._pending.popleft()
        self._arrived.clear()
        return None

    def put(self, event: Event) -> None:
        """Never waits: the oldest goes when there are too many."""
        if len(self._pending) == PENDING_MAX:
            self._pending.popleft()
            self._missed += 1
        self._pending.append(event)
        self._arrived.set()


class Events:
    """Who wants to know, and telling them."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    @contextmanager
    def subscribe(self) -> Generator[Listener, None, None]:
        """What is emitted from here on."""
        listener = Listener()
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """To every listener, at once."""
        for listener in self._listeners:
            listener.put(event)
