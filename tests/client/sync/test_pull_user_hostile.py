"""A hostile server tells of its user without an end, or what cannot be: a clear error, and the library as it was."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from soul_player.client import Client, SyncStatus
from soul_player.client.sync.guard import GuardLimits
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_id, make_track

USER_ID = "01890000-0000-7000-8000-0000000000ab"
TIME = "2026-01-31T10:00:00.000Z"
LIMITS = GuardLimits(pages=20)
Pages = Callable[[int], dict[str, Any]]


def header(number: int, *, seq: int | None = None) -> dict[str, Any]:
    """Of a playlist."""
    at = {"created_at": TIME, "updated_at": TIME}
    return {"id": make_id(number), "name": f"Mix {number}", **at, "seq": number if seq is None else seq}


def marks(number: int, **changed: Any) -> dict[str, Any]:
    """Of a track."""
    told = {"play_count": 1, "favourite": True, "favourited_at": TIME, "updated_at": TIME, "seq": number}
    return {"track_id": make_id(number), **told, **changed}


def telling(server: FakeServer, pages: dict[str, Pages]) -> dict[str, int]:
    """The server has a user's feeds, which tell these pages, by how often they were asked; how often that was."""
    asked = dict.fromkeys(("playlists", "user-data"), 0)

    async def misbehave(request: web.Request) -> web.StreamResponse | None:
        feed = request.path.removeprefix("/api/sync/")
        if feed == "heads":
            heads = {"library": server.head, f"user:{USER_ID}": 9}
            return answer({"server_id": server.server_id, "era": server.era, "heads": heads, "server_time": TIME})
        if feed not in asked:
            return None
        asked[feed] += 1
        told = pages[feed](asked[feed]) if feed in pages else {}
        return answer({"next_cursor": "c", "has_more": False, **told})

    server.misbehave = misbehave
    return asked


def always(page: dict[str, Any]) -> Pages:
    """The same, however often it is asked for."""
    return lambda _: page


def answer(message: object) -> web.Response:
    """As JSON."""
    return web.Response(body=msgspec.json.encode(message), content_type="application/json")


ENDLESS: dict[str, tuple[str, Pages]] = {
    "a cursor that stands still": ("playlists", lambda _: {"has_more": True, "removed_entries": [make_id(1)]}),
    "empty pages": ("playlists", lambda n: {"has_more": True, "next_cursor": f"c{n}"}),
    "two cursors in turn": ("user-data", lambda n: {"has_more": True, "next_cursor": f"c{n % 2}"}),
    "the same rows": ("user-data", lambda n: {"has_more": True, "next_cursor": f"c{n}", "user_data": [marks(1)]}),
    "new rows for ever": ("playlists", lambda n: {"has_more": True, "next_cursor": f"c{n}", "playlists": [header(n)]}),
    "deletions for ever": (
        "user-data",
        lambda n: {"has_more": True, "next_cursor": f"c{n}", "deleted_user_data": [make_id(n)]},
    ),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_feed_of_a_user_ends(tmp_path: Path, name: str) -> None:
    feed, pages = ENDLESS[name]

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path, limits=LIMITS) as client:
            await add(client, server)
            asked = telling(server, {feed: pages})
            result = await sync_one(client)
            assert (result.status, result.error and result.error.code) == (SyncStatus.FAILED, "protocol")
            # Once more after the first failure.
            assert asked[feed] <= 2 * (LIMITS.pages + 1)

    run(story())


def test_what_cannot_be_is_refused_and_what_is_at_the_edge_is_kept_and_shown(tmp_path: Path) -> None:
    """One after the other at one library: each refusal leaves it as it was, and the client goes on."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1), make_track(2))
            await add(client, server)
            good = {"user_data": [marks(1, play_count=2**53 - 1, favourited_at="0001-01-01T00:00:00.000Z")]}
            honest: dict[str, Pages] = {"user-data": always(good), "playlists": always({"playlists": [header(1)]})}
            telling(server, honest)
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            (track,) = [one.id for one in (await client.library.tracks(limit=9)).tracks if one.title == "Title 1"]
            await client.edits.record_play(track)
            before = await shown(client, track)
            assert before == (2**53, True, ["Mix 1"])
            cases: tuple[tuple[str, dict[str, Any]], ...] = (
                ("user-data", {"user_data": [marks(1, play_count=2**63 - 1)]}),
                ("user-data", {"total": 10**30, "has_more": True, "user_data": [marks(1)]}),
                ("playlists", {"total": 2**63, "has_more": True, "playlists": [header(2)]}),
                ("playlists", {"playlists": [header(2, seq=10**30)]}),
                ("playlists", {"playlists": [header(2) | {"name": "a\0b"}]}),
            )
            for feed, bad in cases:
                telling(server, {**honest, feed: always(bad)})
                result = await sync_one(client, full=True)
                assert result.status is SyncStatus.FAILED, bad
                assert await shown(client, track) == before, bad

    run(story())


async def shown(client: Client, track: Any) -> tuple[int, bool, list[str]]:
    """What a person sees of it."""
    told = await client.playlists.marks(track)
    return told.play_count, told.favourite, [one.name for one in await client.playlists.list()]
