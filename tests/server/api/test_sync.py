"""The feed of tracks and the heads, over HTTP."""

import gzip
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
import zstandard

from soul_player.database.access import Writer
from soul_player.protocol.codec import decode
from soul_player.protocol.cursor import Cursor, Feed
from soul_player.protocol.ids import EraId, id_bytes
from soul_player.protocol.page import Heads, TracksPage
from soul_player.server.api.sync import tracks_envelope
from soul_player.server.store.changes import TOMBSTONE_DAYS, Fact, claim, purge_tombstones, record
from soul_player.server.store.feed import TracksSlice
from soul_player.server.store.scopes import LIBRARY, Kind
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.server.in_process import House, Reply, house
from tests.server.track_rows import add_root, put_track

# An older state of the database, put back by other means than ours.
LOWER_HEAD = "UPDATE sync_head SET seq = :seq WHERE scope = 'library'"
FORGET_CHANGES = "DELETE FROM sync_change WHERE scope = 'library' AND seq > :seq"


class Library:
    """Tracks in the feed, written as a scanner writes them, and a device that reads it."""

    def __init__(self, it: House, token: str) -> None:
        self.it = it
        self.token = token

    async def put(self, *numbers: int, deleted: bool = False) -> None:
        """One transaction: these tracks are new, changed, or deleted."""

        async def write(store: Writer) -> None:
            positions = await claim(store, LIBRARY, len(numbers))
            facts = []
            for number, seq in zip(numbers, positions, strict=True):
                await put_track(store, id_bytes(track_id(number)), body(number, seq))
                facts.append(Fact(Kind.TRACK, id_bytes(track_id(number)), seq, deleted=deleted))
            await record(store, LIBRARY, facts, now_ms=1_750_000_000_000)

        await self.it.server.store.database.write(write)

    async def page(self, cursor: str = "", *, limit: int | None = None, **headers: str) -> Reply:
        """As the server answers it."""
        query = f"?cursor={cursor}" + (f"&limit={limit}" if limit is not None else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.it.ask("GET", f"/api/sync/tracks{query}", token=self.token, headers=named)

    async def pull(self, cursor: str = "", *, limit: int = 3) -> tuple[list[TracksPage], str]:
        """Every page from the cursor on, and the cursor at the end."""
        pages = []
        for _ in range(100):
            pages.append(decode((await self.page(cursor, limit=limit)).body, TracksPage))
            cursor = pages[-1].next_cursor
            if not pages[-1].has_more:
                return pages, cursor
        raise AssertionError("the feed has no end")


def track_id(number: int) -> str:
    """The number can be seen in it."""
    return str(uuid.UUID(int=0x01900000_0000_7000_8000_000000000000 + number))


def body(number: int, seq: int) -> bytes:
    """An encoded track."""
    return (
        b'{"id":"%b","title":"Track %d","content_type":"audio/flac","file_size":1,"duration_seconds":1.5,'
        b'"added_at":"2026-01-31T10:00:00.000Z","updated_at":"2026-01-31T10:00:00.000Z","seq":%d}'
        % (track_id(number).encode(), number, seq)
    )


def in_library(
    home: Path, story: Callable[[Library], Awaitable[None]], *, database: str = "", clock: FakeClock | None = None
) -> None:
    """Run the story in a library of its own."""

    async def told() -> None:
        async with house(home, database=database, clock=clock or FakeClock()) as it:
            await it.server.store.database.write(add_root)
            await story(Library(it, (await it.sign_in()).access_token))

    run(told())


def test_a_first_run_and_the_next_one(tmp_path: Path, store_url: str) -> None:
    """Everything in order, then what changed: new, updated and deleted, each where it belongs."""

    async def story(it: Library) -> None:
        await it.put(*range(10))
        pages, cursor = await it.pull()
        tracks = [track for page in pages for track in page.tracks]
        assert [track.title for track in tracks] == [f"Track {number}" for number in range(10)]
        assert [page.total for page in pages] == [10] * 4
        assert [track.seq for track in tracks] == list(range(1, 11))
        await it.put(3)
        await it.put(10, 11)
        await it.put(5, deleted=True)
        pages, cursor = await it.pull(cursor, limit=2)
        assert [track.title for page in pages for track in page.new_tracks] == ["Track 10", "Track 11"]
        assert [track.title for page in pages for track in page.updated_tracks] == ["Track 3"]
        assert [gone for page in pages for gone in page.deleted_tracks] == [track_id(5)]
        raw = (await it.page(cursor)).json
        assert set(raw) == {"new_tracks", "updated_tracks", "deleted_tracks", "next_cursor", "has_more"}
        assert raw["has_more"] is False

    in_library(tmp_path / "home", story, database=store_url)


def test_an_empty_library_answers_in_the_shape_of_a_first_page(tmp_path: Path) -> None:
    """And an empty cursor counts as none."""

    async def story(it: Library) -> None:
        first = (await it.page("")).json
        assert set(first) == {"tracks", "next_cursor", "has_more", "total"}
        assert (first["tracks"], first["has_more"], first["total"]) == ([], False, 0)

    in_library(tmp_path, story)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "1.5", "ten", "", "%D9%A3", "99999999999999999999"])
def test_a_limit_has_bounds(tmp_path: Path, limit: str) -> None:
    """One page must not be the whole library."""

    async def story(it: Library) -> None:
        reply = await it.it.ask("GET", f"/api/sync/tracks?limit={limit}", token=it.token)
        assert (reply.status, reply.code) == (422, "invalid_limit")

    in_library(tmp_path, story)


def test_the_idle_answer_of_a_feed(tmp_path: Path) -> None:
    """304 only to an incremental cursor that stands at the head; the cursor is checked before it is said."""

    async def story(it: Library) -> None:
        await it.put(1, 2, 3, 4)
        middle = await it.page(limit=2)
        tag = middle.headers["etag"]
        assert (await it.page(middle.json["next_cursor"], limit=2, If_None_Match=tag)).status == 200
        _, cursor = await it.pull(limit=2)
        assert (await it.page(cursor, If_None_Match=tag)).status == 304
        assert (await it.page(cursor)).status == 200
        assert (await it.page(If_None_Match=tag)).status == 200
        empty = await it.it.ask("GET", "/api/sync/tracks?cursor=&ack=", token=it.token)
        assert (empty.status, empty.json["total"]) == (200, 4), "an empty cursor counts as none"
        assert (await it.page(cursor, If_None_Match='"other"')).status == 200
        broken = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
        assert (await it.page(broken, If_None_Match=tag)).code == "cursor_invalid"
        await it.put(5)
        moved = await it.page(cursor, If_None_Match=tag)
        assert (moved.status, len(moved.json["new_tracks"])) == (200, 1)
        assert moved.headers["etag"] != tag
        assert moved.headers["cache-control"] == "private, no-cache"

    in_library(tmp_path, story)


def test_a_cursor_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    """Changed, too long, of another user: 410, and the client starts anew."""

    async def story(it: Library) -> None:
        await it.put(1)
        _, cursor = await it.pull()
        await it.it.server.accounts.add("listener", "a listener's password", is_admin=False)
        other = await it.it.sign_in("listener", "a listener's password", device="other")
        foreign = await it.it.ask("GET", f"/api/sync/tracks?cursor={cursor}", token=other.access_token)
        assert (foreign.status, foreign.code) == (410, "cursor_invalid")
        for bad in ("x", "x" * 600, cursor + "A", cursor[1:], "%00", "%C3%A4"):
            reply = await it.page(bad)
            assert (reply.status, reply.code) == (410, "cursor_invalid"), bad

    in_library(tmp_path, story)


def test_a_cursor_behind_purged_deletions_is_refused(tmp_path: Path, store_url: str) -> None:
    """Else a deleted track would stay on that device for ever."""
    clock = FakeClock()

    async def story(it: Library) -> None:
        await it.put(1, 2)
        _, cursor = await it.pull()
        await it.put(1, deleted=True)
        clock.advance((TOMBSTONE_DAYS + 1) * 86_400)
        database = it.it.server.store.database
        assert await database.write(purge_tombstones, LIBRARY, now_ms=clock.now_ms()) == 1
        it.token = (await it.it.sign_in()).access_token
        reply = await it.page(cursor)
        assert (reply.status, reply.code) == (410, "cursor_expired")
        pages, _ = await it.pull()
        assert [track.title for page in pages for track in page.tracks] == ["Track 2"]

    in_library(tmp_path / "home", story, database=store_url, clock=clock)


def test_a_store_that_went_back_under_a_running_server_is_noticed(tmp_path: Path, store_url: str) -> None:
    """By the heads as well as by the feed: a new era begins, and who had seen more is told."""

    async def story(it: Library) -> None:
        await it.put(1, 2, 3)
        _, ahead = await it.pull()
        heads = await it.it.ask("GET", "/api/sync/heads", token=it.token)
        era = decode(heads.body, Heads).era

        async def lower(store: Writer) -> None:
            await store.run(LOWER_HEAD, seq=2)
            await store.run(FORGET_CHANGES, seq=2)

        await it.it.server.store.database.write(lower)
        again = decode((await it.it.ask("GET", "/api/sync/heads", token=it.token)).body, Heads)
        assert again.era != era
        assert again.heads[LIBRARY] == 2
        assert (await it.page(ahead)).code == "cursor_diverged"
        # It has grown past what the client saw: still noticed.
        await it.put(7, 8, 9)
        assert (await it.page(ahead)).code == "cursor_diverged"
        settled = decode((await it.it.ask("GET", "/api/sync/heads", token=it.token)).body, Heads)
        assert settled.era == again.era

    in_library(tmp_path / "home", story, database=store_url)


def test_the_heads_are_the_idle_sync(tmp_path: Path, store_url: str) -> None:
    """One small answer, 304 while nothing moved, and only what the user may see."""

    async def story(it: Library) -> None:
        await it.put(1, 2)
        first = await it.it.ask("GET", "/api/sync/heads", token=it.token)
        heads = decode(first.body, Heads)
        assert set(heads.heads) == {LIBRARY, f"user:{(await it.it.sign_in(device='x')).user_id}"}
        assert heads.heads[LIBRARY] == 2
        known = {"If-None-Match": first.headers["etag"]}
        same = await it.it.ask("GET", "/api/sync/heads", token=it.token, headers=known)
        assert (same.status, same.body) == (304, b"")
        await it.put(3)
        moved = await it.it.ask("GET", "/api/sync/heads", token=it.token, headers=known)
        assert (moved.status, moved.json["heads"][LIBRARY]) == (200, 3)

    in_library(tmp_path / "home", story, database=store_url)


def test_pages_are_compressed_as_the_client_offers(tmp_path: Path) -> None:
    """zstd before gzip; never what was not offered; small bodies as they are."""

    async def story(it: Library) -> None:
        await it.put(*range(50))
        plain = await it.page()
        assert "content-encoding" not in plain.headers
        zstd = await it.page(Accept_Encoding="gzip, deflate, zstd")
        assert zstd.headers["content-encoding"] == "zstd"
        assert json.loads(zstandard.ZstdDecompressor().decompress(zstd.body))["tracks"] == plain.json["tracks"]
        gzipped = await it.page(Accept_Encoding="gzip, zstd;q=0")
        assert gzipped.headers["content-encoding"] == "gzip"
        assert json.loads(gzip.decompress(gzipped.body))["tracks"] == plain.json["tracks"]
        assert len(zstd.body) < len(plain.body) / 3
        assert "content-encoding" not in (await it.page(limit=1, Accept_Encoding="zstd")).headers
        assert plain.headers["vary"] == zstd.headers["vary"] == "accept-encoding"

    in_library(tmp_path, story)


def test_the_envelope_is_what_an_encoder_would_have_made() -> None:
    """It is put together by hand: no row can break out of its place."""
    cursor = Cursor(Feed.TRACKS, LIBRARY, EraId("era"), 1, 1, 1)
    for rows in ([], [body(1, 1)], [body(1, 1), body(2, 2)]):
        first = TracksSlice(rows, (), (), (), cursor, has_more=True, is_initial=True, head=2, total=len(rows))
        deleted = [id_bytes(track_id(9))] * len(rows)
        later = TracksSlice((), rows, rows, deleted, cursor, has_more=False, is_initial=False, head=2)
        decoded = [json.loads(row) for row in rows]
        assert msgspec.json.decode(tracks_envelope(first, "c")) == {
            "tracks": decoded, "next_cursor": "c", "has_more": True, "total": len(rows),
        }  # fmt: skip
        assert msgspec.json.decode(tracks_envelope(later, "c")) == {
            "new_tracks": decoded, "updated_tracks": decoded, "deleted_tracks": [track_id(9)] * len(rows),
            "next_cursor": "c", "has_more": False,
        }  # fmt: skip
