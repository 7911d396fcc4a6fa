"""What edits cost: a full batch at the server, one edit in a long playlist on both sides, and draining a thousand."""

import asyncio
import http.client
import json
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.cpu import median, paired_medians, process_cpu_seconds, spent
from benchmarks.server_process import REQUEST_SECONDS_MAX, Served, serving
from benchmarks.store import library_file
from benchmarks.table import Bar, Of, Row, Settings, short_count
from soul_player.client import Client, ClientConfig, Edges, LocalTrackId, SyncStatus, open_client
from soul_player.client.sources.tokens import FileTokens
from soul_player.edges import SystemClock, SystemRandomness, mint
from soul_player.protocol.ids import id_text
from soul_player.protocol.times import time_text

BATCH = 500
BATCH_CPU_MS_MAX = 100.0
LONG, LONG_OF_A_SMALL_RUN, SHORT = 10_000, 500, 10
# The same, but for what the clock of a shared machine adds.
RATIO_MAX = 1.1
EDITS_AT_ONCE = 50
WAITING, WAITING_OF_A_SMALL_RUN = 1_000, 50
REQUESTS_MAX = 4

BARE_TABLES = """
    CREATE TABLE entries (user_id BLOB, id BLOB, playlist_id BLOB, track_id BLOB, position BLOB, seq INTEGER,
                          PRIMARY KEY (user_id, id));
    CREATE TABLE changes (scope TEXT, kind TEXT, id BLOB, seq INTEGER, PRIMARY KEY (scope, kind, id));
    CREATE TABLE operations (user_id BLOB, op_id BLOB, body BLOB, PRIMARY KEY (user_id, op_id));
"""

_clock, _randomness = SystemClock(), SystemRandomness()


def measure(settings: Settings) -> Sequence[Row]:
    """Against a real server with a real library."""
    database = library_file(settings.folder, settings.tracks, seed=settings.seed)
    with closing(sqlite3.connect(database)) as store:
        (track,) = store.execute("SELECT id FROM tracks LIMIT 1").fetchone()
    with serving(settings.folder / "edits-home", database_url=f"sqlite:///{database}") as served:
        with closing(Pusher(served, id_text(track))) as pusher:
            rows = [_batch(pusher, settings), _one_edit(pusher, settings)]
        return [*rows, *asyncio.run(_client(served, settings))]


class Pusher:
    """A device that pushes by hand, so that only the server's work is measured."""

    def __init__(self, served: Served, track: str) -> None:
        address = urlsplit(served.url)
        assert address.hostname is not None
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=REQUEST_SECONDS_MAX)
        self._served = served
        self._track = track
        self._n = 0
        self._lasts: dict[str, str] = {}

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def playlist(self, length: int) -> str:
        """A new one of so many entries."""
        playlist = mint(_clock, _randomness)
        self.push([self._operation("playlist.create", playlist_id=playlist, name=f"of {length}")])
        for first in range(0, length, BATCH):
            self.push(self.additions(playlist, min(BATCH, length - first)))
        return playlist

    def additions(self, playlist: str, count: int) -> list[dict[str, Any]]:
        """Entries at its end, each behind the one before."""
        found = []
        for _ in range(count):
            entry = mint(_clock, _randomness)
            after = {"after": self._lasts[playlist]} if playlist in self._lasts else {}
            self._lasts[playlist] = entry
            found.append(
                self._operation("entry.add", playlist_id=playlist, entry_id=entry, track_id=self._track, **after)
            )
        return found

    def push(self, operations: list[dict[str, Any]]) -> None:
        """Every one of them must be applied."""
        body = json.dumps({"device_id": "benchmark", "operations": operations})
        headers = {"Authorization": f"Bearer {self._served.access_token}", "Content-Type": "application/json"}
        self._connection.request("POST", "/api/sync/push", body, headers)
        with self._connection.getresponse() as response:
            answer = json.load(response)
            assert response.status == 200, answer
        assert {result["status"] for result in answer["results"]} == {"applied"}, answer

    def cpu_ms(self, work: Callable[[], None]) -> float:
        """Of the server, while it is done."""
        before = process_cpu_seconds(self._served.pid)
        work()
        return (process_cpu_seconds(self._served.pid) - before) * 1000

    def _operation(self, type_: str, **fields: object) -> dict[str, Any]:
        self._n += 1
        at = time_text(time.time_ns() // 1_000_000)
        return {"op_id": mint(_clock, _randomness), "n": self._n, "type": type_, "at": at, **fields}


def _batch(pusher: Pusher, settings: Settings) -> Row:
    playlist = pusher.playlist(SHORT)

    def ours() -> float:
        operations = pusher.additions(playlist, BATCH)
        return pusher.cpu_ms(lambda: pusher.push(operations))

    ours_ms, limit_ms = paired_medians(ours, lambda: _bare_ms(settings.folder), repeats=settings.repeats)
    bar = Bar(Of.OURS, at_most=BATCH_CPU_MS_MAX)
    return Row("push of 500 edits", "ms of server CPU", ours_ms, limit_ms, "the same rows inserted, no server", bar)


def _one_edit(pusher: Pusher, settings: Settings) -> Row:
    # Room for what is measured: a playlist holds no more than ten thousand.
    room = EDITS_AT_ONCE * settings.repeats
    length = settings.sized(LONG, small=LONG_OF_A_SMALL_RUN)
    long, short = pusher.playlist(length - room), pusher.playlist(SHORT)

    def cost(playlist: str) -> float:
        edits = [pusher.additions(playlist, 1) for _ in range(EDITS_AT_ONCE)]

        def push_all() -> None:
            for edit in edits:
                pusher.push(edit)

        return pusher.cpu_ms(push_all) / EDITS_AT_ONCE

    ours, limit = paired_medians(lambda: cost(long), lambda: cost(short), repeats=settings.repeats)
    bar = Bar(Of.RATIO, at_most=RATIO_MAX)
    return Row(
        f"an edit pushed to a playlist of {short_count(length)}",
        "ms of server CPU",
        ours,
        limit,
        "the same in one of 10",
        bar,
    )


async def _client(served: Served, settings: Settings) -> list[Row]:
    home = settings.folder / "edits-client"
    edges = Edges(_clock, _randomness, tokens=FileTokens(home))
    async with open_client(ClientConfig(home, keyring=False), edges=edges) as client:
        source = await client.sources.add(served.url, username=served.username, password=served.password)
        (first,) = await client.sync.run()
        assert first.status is SyncStatus.SYNCED, first
        track = (await client.library.tracks(limit=1)).tracks[0].id
        room = EDITS_AT_ONCE * settings.repeats
        length = settings.sized(LONG, small=LONG_OF_A_SMALL_RUN)
        waiting = settings.sized(WAITING, small=WAITING_OF_A_SMALL_RUN)
        long = await client.edits.create_playlist("long", source_id=source.id)
        await client.edits.add_entries(long, [track] * (length - room))
        short = await client.edits.create_playlist("short", source_id=source.id)
        await client.edits.add_entries(short, [track] * SHORT)
        pairs = [
            (await _edit_ms(client, long, track), await _edit_ms(client, short, track)) for _ in range(settings.repeats)
        ]
        await client.sync.run()
        for _ in range(waiting):
            await client.edits.record_play(track)
        (drained,) = await client.sync.run()
        assert (drained.status, drained.pushed) == (SyncStatus.SYNCED, waiting), drained
        (idle,) = await client.sync.run()
    long_ms, short_ms = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
    bar = Bar(Of.RATIO, at_most=RATIO_MAX)
    return [
        Row(
            f"an edit in a playlist of {short_count(length)}",
            "ms of client CPU",
            long_ms,
            short_ms,
            "the same in one of 10",
            bar,
        ),
        Row(
            f"a sync with {waiting:,} waiting edits",
            "requests",
            float(drained.requests),
            float(waiting),
            "a request an edit",
            Bar(Of.OURS, at_most=REQUESTS_MAX),
            f"two that push, one for each feed that they are in; a sync with nothing new takes {idle.requests}",
        ),
    ]


async def _edit_ms(client: Client, playlist: int, track: LocalTrackId) -> float:
    with spent() as cost:
        for _ in range(EDITS_AT_ONCE):
            await client.edits.add_entries(playlist, [track])
    return cost.cpu_seconds * 1000 / EDITS_AT_ONCE


def _bare_ms(folder: Path) -> float:
    """CPU milliseconds that the rows of a batch cost alone: entries, changes, results, one durable transaction."""
    file = folder / "edits-bare.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.executescript(f"DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS changes;"
                            f"DROP TABLE IF EXISTS operations; {BARE_TABLES}")  # fmt: skip
        ids = [os.urandom(16) for _ in range(BATCH)]
        with spent() as cost:
            store.execute("BEGIN IMMEDIATE")
            entries = [(b"u", one, b"p", b"t", b"%06d" % seq, seq) for seq, one in enumerate(ids)]
            store.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", entries)
            store.executemany(
                "INSERT INTO changes VALUES ('user', 'entry', ?, ?)", [(one, seq) for seq, one in enumerate(ids)]
            )
            store.executemany("INSERT INTO operations VALUES (?, ?, ?)", [(b"u", one, one * 2) for one in ids])
            store.execute("COMMIT")
    return cost.cpu_seconds * 1000
