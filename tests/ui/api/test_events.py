"""What is told to who listens: each kind of event in words, of one thing only the last, and never more than is read."""

import asyncio
import dataclasses
from pathlib import Path
from typing import Any, get_args

import aiohttp
import pytest

from soul_player.client import (
    DownloadFinished,
    DownloadProgress,
    DownloadQueued,
    Event,
    EventsMissed,
    LibraryChanged,
    LocalTrackId,
    ProgressKind,
    SourceId,
    SyncFinished,
    SyncProgress,
    SyncResult,
    SyncRetrying,
    SyncStarted,
    SyncStatus,
    TaskId,
)
from soul_player.ui.api.events import _WORDS, SOCKETS_MAX, coalesced
from tests.conftest import run
from tests.ui.local import Running, running_ui

ONE, OTHER = SourceId(1), SourceId(2)


def test_every_event_of_the_client_has_words() -> None:
    """A new one is told from its first day on, or this test says so."""
    assert set(_WORDS) == set(get_args(Event))


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_what_is_told_is_ids_numbers_and_words(kind: Any) -> None:
    """Whatever an event holds; no rows, and no more text than a reason."""
    known = {"result": SyncResult("Home", SyncStatus.SYNCED), "track_ids": tuple(range(1, 2_000))}
    values = [known.get(one.name, 3) for one in dataclasses.fields(kind)]
    (told,) = coalesced([kind(*values)])
    assert isinstance(told["type"], str)
    assert all(isinstance(value, str | int | float | None) for value in told.values()), told


def test_of_one_thing_only_the_last_state_is_told() -> None:
    """In the order of those last states; what is about something else stays."""
    track = LocalTrackId(7)
    events: list[Event] = [
        SyncStarted(ONE, "Home"),
        SyncProgress(ONE, ProgressKind.TRACKS, 1, 10),
        SyncProgress(OTHER, ProgressKind.TRACKS, 5, 10),
        SyncProgress(ONE, ProgressKind.PLAYLISTS, 1, 1),
        SyncProgress(ONE, ProgressKind.TRACKS, 9, 10),
        DownloadProgress(TaskId(1), track, 10, 100, 0),
        DownloadProgress(TaskId(1), track, 90, 100, 0),
        DownloadProgress(TaskId(2), track, 50, 100, 0),
        DownloadFinished(TaskId(1), track, 100, ONE),
        LibraryChanged(ONE),
        LibraryChanged(ONE),
        SyncFinished(ONE, SyncResult("Home", SyncStatus.SYNCED)),
    ]
    told = coalesced(events)
    assert [(one["type"], one.get("source_id"), one.get("task_id"), one.get("done")) for one in told] == [
        ("sync_progress", OTHER, None, 5),
        ("sync_progress", ONE, None, 1),
        ("sync_progress", ONE, None, 9),
        ("download_progress", None, 2, None),
        ("download_finished", ONE, 1, None),
        ("library_changed", ONE, None, None),
        ("sync_finished", ONE, None, None),
    ]


async def listen(it: Running) -> Any:
    """A socket that has been greeted."""
    headers = {"authorization": f"Bearer {it.local.token}"}
    socket = await it.http.ws_connect(it.local.url + "/api/events", headers=headers)
    assert await socket.receive_json(timeout=5) == {"events": [{"type": "hello"}]}
    return socket


def test_ten_thousand_events_are_a_few_messages(tmp_path: Path) -> None:
    """A sync of a great library does not drown the page."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            socket = await listen(it)
            for number in range(1, 10_001):
                it.client.events.emit(SyncProgress(ONE, ProgressKind.TRACKS, number, 10_000))
                if number % 100 == 0:
                    await asyncio.sleep(0.001)
            messages = 0
            last = None
            while last != 10_000:
                for event in (await socket.receive_json(timeout=10))["events"]:
                    last = event.get("done", last)
                messages += 1
            assert messages <= 30
            await socket.close()

    run(story())


def test_who_was_too_slow_is_told_to_read_again(tmp_path: Path) -> None:
    """More happens at once than is kept for anybody: the newest is there, and the word that there was more."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            socket = await listen(it)
            for number in range(2_000):
                it.client.events.emit(LibraryChanged(SourceId(number + 1)))
            told = (await socket.receive_json(timeout=10))["events"]
            assert told[0]["type"] == "missed"
            assert told[-1] == {"type": "library_changed", "source_id": 2_000}
            assert len(told) < 300
            await socket.close()

    run(story())


def test_who_never_reads_costs_nothing_but_himself(tmp_path: Path) -> None:
    """His socket is full: the others hear all the same, and nothing grows without end."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            host, port = it.local.url.removeprefix("http://").split(":")
            _, deaf = await asyncio.open_connection(host, int(port), limit=1)
            deaf.write(
                f"GET /api/events HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {it.local.token}\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            socket = await listen(it)
            for number in range(1, 40):
                for source in range(250):
                    it.client.events.emit(SyncRetrying(SourceId(source + 1), "x" * 1_000, number))
                await asyncio.sleep(0.02)
            it.client.events.emit(DownloadQueued((LocalTrackId(1),)))
            types: set[str] = set()
            while "download_queued" not in types:
                types |= {event["type"] for event in (await socket.receive_json(timeout=10))["events"]}
            await socket.close()
            deaf.transport.abort()

    run(story())


async def listen_when_there_is_room(it: Running) -> Any:
    """One that went may not be gone yet."""
    while True:
        try:
            return await listen(it)
        except aiohttp.WSServerHandshakeError:
            await asyncio.sleep(0.02)


def test_there_are_only_so_many_listeners(tmp_path: Path) -> None:
    """And when one goes, another may come."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            sockets = [await listen(it) for _ in range(SOCKETS_MAX)]
            headers = {"authorization": f"Bearer {it.local.token}"}
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await it.http.ws_connect(it.local.url + "/api/events", headers=headers)
            assert refused.value.status == 503
            await sockets.pop().close()
            async with asyncio.timeout(10):
                sockets.append(await listen_when_there_is_room(it))
            for socket in sockets:
                await socket.close()

    run(story())


def test_what_a_listener_says_is_not_heard(tmp_path: Path) -> None:
    """Too long a message ends the socket; any other is let go by."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            socket = await listen(it)
            for text in ("{}", "no json", "\0", '{"type":"cancel"}'):
                await socket.send_str(text)
            it.client.events.emit(EventsMissed(3))
            assert (await socket.receive_json(timeout=5))["events"] == [{"type": "missed", "count": 3}]
            await socket.send_bytes(b"x" * 100_000)
            await socket.receive(timeout=5)
            assert socket.closed

    run(story())
