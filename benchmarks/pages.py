"""What a page of tracks costs the server, beside reading, joining and compressing the same rows without one."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import zstandard

from benchmarks.cpu import paired_medians, process_cpu_seconds, spent
from benchmarks.server_process import Connection, Served, connected, serving
from benchmarks.store import library_file
from benchmarks.table import Bar, Of, Row, Settings

PAGES_PER_RUN = 40
ROWS_PER_PAGE = 1_000
ROWS_PER_SMALL_PAGE = 100
# The bar for a server that keeps its rows encoded, as ours does.
TRACKS_PER_CPU_SECOND_MIN = 150_000
SMALL_PAGE_MS_MAX = 1.5

READ_BODIES = """
    SELECT tracks.body
      FROM sync_change
      JOIN tracks ON tracks.id = sync_change.entity_id
     WHERE sync_change.scope = 'library'
       AND sync_change.feed = 'tracks'
       AND sync_change.seq > ?
     ORDER BY sync_change.seq
     LIMIT ?
"""


def measure(settings: Settings) -> Sequence[Row]:
    """Pages of 1000, compressed and not, and a page of 100 as a client on a slow line asks for it."""
    database = library_file(settings.folder, settings.tracks, seed=settings.seed)
    with (
        serving(settings.folder / "pages-home", database_url=f"sqlite:///{database}") as served,
        connected(served) as connection,
        closing(sqlite3.connect(database)) as bare,
    ):
        large = Pages(served, connection, bare, rows=min(ROWS_PER_PAGE, settings.tracks // 2))
        small = Pages(served, connection, bare, rows=min(ROWS_PER_SMALL_PAGE, settings.tracks // 2))
        return [
            _rate("pages of 1000, zstd", large, settings, encoding="zstd"),
            _rate("pages of 1000, uncompressed", large, settings, encoding="identity"),
            _cost("page of 100, zstd", small, settings, encoding="zstd"),
        ]


class Pages:
    """The later pages of an initial run: the first one also counts the library, once."""

    def __init__(self, served: Served, connection: Connection, bare: sqlite3.Connection, *, rows: int) -> None:
        self.rows = rows
        self._served = served
        self._connection = connection
        self._bare = bare
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._cursors: list[str] = []
        self._afters: list[int] = []
        self._learn()

    def ours(self, *, encoding: str) -> float:
        """Server CPU seconds a page."""
        before = process_cpu_seconds(self._served.pid)
        for cursor in self._cursors:
            self._get(cursor, encoding)
        return (process_cpu_seconds(self._served.pid) - before) / len(self._cursors)

    def bare(self, *, encoding: str) -> float:
        """CPU seconds that the rows alone cost: read from the same file, joined, compressed."""
        with spent() as limit:
            for after in self._afters:
                rows = self._bare.execute(READ_BODIES, (after, self.rows)).fetchall()
                body = b'{"tracks":[%b]}' % b",".join([row[0] for row in rows])
                if encoding == "zstd":
                    self._compressor.compress(body)
        return limit.cpu_seconds / len(self._afters)

    def _learn(self) -> None:
        answer = json.loads(self._get("", "identity"))
        while answer["has_more"] and len(self._cursors) < PAGES_PER_RUN:
            self._cursors.append(answer["next_cursor"])
            self._afters.append(answer["tracks"][-1]["seq"])
            answer = json.loads(self._get(self._cursors[-1], "identity"))
        assert self._cursors, "a library of one page has no later pages"

    def _get(self, cursor: str, encoding: str) -> bytes:
        path = f"/api/sync/tracks?limit={self.rows}" + (f"&cursor={cursor}" if cursor else "")
        return self._connection.get(path, Accept_Encoding=encoding)


def _rate(name: str, pages: Pages, settings: Settings, *, encoding: str) -> Row:
    ours, limit = paired_medians(
        lambda: pages.rows / pages.ours(encoding=encoding),
        lambda: pages.rows / pages.bare(encoding=encoding),
        repeats=settings.repeats,
    )
    bar = Bar(Of.OURS, at_least=TRACKS_PER_CPU_SECOND_MIN)
    return Row(name, "tracks per server CPU-s", ours, limit, _limit_name(encoding), bar)


def _cost(name: str, pages: Pages, settings: Settings, *, encoding: str) -> Row:
    ours, limit = paired_medians(
        lambda: pages.ours(encoding=encoding) * 1000,
        lambda: pages.bare(encoding=encoding) * 1000,
        repeats=settings.repeats,
    )
    return Row(name, "ms of server CPU", ours, limit, _limit_name(encoding), Bar(Of.OURS, at_most=SMALL_PAGE_MS_MAX))


def _limit_name(encoding: str) -> str:
    return f"rows read and joined{', compressed' if encoding == 'zstd' else ''}, no server"
