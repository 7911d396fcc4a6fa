"""`WS /api/events`: what happens in the client, as ids and numbers, never as rows: whoever hears it reads again."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from soul_player.client import (
    ConnectivityChanged,
    DownloadFailed,
    DownloadFinished,
    DownloadProgress,
    DownloadQueued,
    Event,
    Events,
    EventsMissed,
    LibraryChanged,
    LibraryEdited,
    Listener,
    MatchingFinished,
    MatchingProgress,
    SourceOffline,
    SourceOnline,
    SyncFinished,
    SyncProgress,
    SyncRetrying,
    SyncStarted,
)
from soul_player.ui.api.answers import Receive, Send

# Events of so long are told together: a page paints no faster.
GATHER_SECONDS = 0.1
SOCKETS_MAX = 32
# "Policy violation", the nearest that the protocol of sockets has.
NO_LONGER_LET_IN = 1008


class EventSockets:
    """Who listens. Each has a bounded listener of its own: one that is too slow is told that it missed something."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._count = 0

    @property
    def has_room(self) -> bool:
        """For one more."""
        return self._count < SOCKETS_MAX

    async def serve(self, receive: Receive, send: Send, *, is_let_in: Callable[[], bool]) -> None:
        """Until the other side goes away. Who was signed out meanwhile is told nothing more."""
        await receive()
        await send({"type": "websocket.accept"})
        self._count += 1
        try:
            with self._events.subscribe() as listener:
                async with asyncio.TaskGroup() as tasks:
                    telling = tasks.create_task(_tell(listener, send, is_let_in))
                    await _gone(receive)
                    telling.cancel()
        finally:
            self._count -= 1


async def _tell(listener: Listener, send: Send, is_let_in: Callable[[], bool]) -> None:
    await send({"type": "websocket.send", "text": _text([{"type": "hello"}])})
    async for first in listener:
        await asyncio.sleep(GATHER_SECONDS)
        events = [first]
        while (event := listener.take()) is not None:
            events.append(event)
        if not is_let_in():
            await send({"type": "websocket.close", "code": NO_LONGER_LET_IN})
            return
        await send({"type": "websocket.send", "text": _text(coalesced(events))})


async def _gone(receive: Receive) -> None:
    """What a listener says is not heard: it has nothing to say."""
    while (await receive())["type"] != "websocket.disconnect":
        pass


def coalesced(events: Iterable[Event]) -> list[dict[str, Any]]:
    """In order, of each thing only its last state."""
    last: dict[Hashable, dict[str, Any]] = {}
    for event in events:
        key, told = _told(event)
        # What is told anew moves to the end.
        last.pop(key, None)
        last[key] = told
    return list(last.values())


def _text(events: list[dict[str, Any]]) -> str:
    return msgspec.json.encode({"events": events}).decode()


def _told(event: Event) -> tuple[Hashable, dict[str, Any]]:
    """What it is about, and the words for it."""
    words = _WORDS[type(event)]
    about = (words.about, *(getattr(event, name) for name in words.of))
    told: dict[str, Any] = {"type": words.type, **{name: getattr(event, name) for name in (*words.of, *words.said)}}
    if isinstance(event, SyncFinished):
        told["status"] = event.result.status.value
    elif isinstance(event, DownloadQueued):
        told["count"] = len(event.track_ids)
    return about, told


@dataclass(frozen=True)
class _Words:
    """`of`: the fields that say what it is about; `said`: the rest that is told. Of one thing the last counts."""

    type: str
    about: str
    of: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


_SOURCE = ("source_id",)
_TASK = ("task_id", "track_id")
_WORDS: Mapping[type[Event], _Words] = {
    SyncStarted: _Words("sync_started", "sync", _SOURCE),
    SyncProgress: _Words("sync_progress", "progress", (*_SOURCE, "kind"), ("done", "total")),
    SyncRetrying: _Words("sync_retrying", "sync", _SOURCE, ("reason", "seconds")),
    SyncFinished: _Words("sync_finished", "sync", _SOURCE),
    MatchingProgress: _Words("matching_progress", "matching", (), ("done", "total")),
    MatchingFinished: _Words("matching_finished", "matching", (), ("matched", "joined", "asked")),
    LibraryChanged: _Words("library_changed", "library", _SOURCE),
    LibraryEdited: _Words("library_edited", "edits"),
    ConnectivityChanged: _Words("connectivity_changed", "connectivity", _SOURCE, ("connectivity", "reason")),
    SourceOffline: _Words("source_offline", "source", _SOURCE, ("reason",)),
    SourceOnline: _Words("source_online", "source", _SOURCE),
    # Which ones is read from the queue: an album may be hundreds.
    DownloadQueued: _Words("download_queued", "queue"),
    DownloadProgress: _Words("download_progress", "download", _TASK, ("bytes_done", "bytes_total", "resumed_bytes")),
    DownloadFinished: _Words("download_finished", "download", _TASK, ("size_bytes", "source_id")),
    DownloadFailed: _Words("download_failed", "download", _TASK, ("code", "message", "is_final")),
    EventsMissed: _Words("missed", "missed", (), ("count",)),
}
