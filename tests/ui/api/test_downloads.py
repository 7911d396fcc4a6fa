"""Downloads, rules and storage through the local API."""

from pathlib import Path

import pytest

from tests.conftest import run
from tests.edges.fake_server import fake_server, make_id, make_track
from tests.ui.api.test_sources import add
from tests.ui.local import Running, running_ui


async def library_of(it: Running, server: object, count: int) -> None:
    """So many tracks in it, of one server."""
    for number in range(count):
        server.put(make_track(number, file_size=100))  # type: ignore[attr-defined]  # a FakeServer
        server.files[make_id(number)] = bytes([number]) * 100  # type: ignore[attr-defined]  # the same
    await add(it, server)  # type: ignore[arg-type]  # the same
    begun = (await it.ask("POST", "/api/sync", json={})).json()
    done = (await it.ask("GET", f"/api/sync/runs/{begun['run_id']}?wait_seconds=20")).json()
    assert done["results"][0]["tracks_synced"] == count


def test_what_is_asked_for_is_counted_first_and_can_be_steered(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await library_of(it, server, 4)
            plan = (await it.ask("GET", "/api/downloads/preview?query=title:Title")).json()
            assert plan == {"tracks": 4, "bytes": 400, "here": 0, "queued": 4, "queued_bytes": 400}
            assert (await it.ask("GET", "/api/downloads")).json()["pending"] == 0
            asked = await it.ask("POST", "/api/downloads", json={"query": "title:Title"})
            assert (asked.status, asked.json()["queued"]) == (202, 4)
            queue = (await it.ask("GET", "/api/downloads?limit=3")).json()
            assert (queue["pending"], len(queue["downloads"])) == (4, 3)
            ids = [one["id"] for one in (await it.ask("GET", "/api/downloads")).json()["downloads"]]
            moved = await it.ask("POST", f"/api/downloads/{ids[3]}/move", json={"after": None})
            assert moved.status == 204
            now = [one["id"] for one in (await it.ask("GET", "/api/downloads")).json()["downloads"]]
            assert now == [ids[3], *ids[:3]]
            assert (await it.ask("POST", "/api/downloads/pause", json={"ids": ids[:2]})).json() == {"downloads": 2}
            states = {one["id"]: one["state"] for one in (await it.ask("GET", "/api/downloads")).json()["downloads"]}
            assert [states[one] for one in ids] == ["paused", "paused", "waiting", "waiting"]
            assert (await it.ask("POST", "/api/downloads/resume", json={})).json() == {"downloads": 2}
            assert (await it.ask("POST", "/api/downloads/cancel", json={"ids": ids[:1]})).json() == {"downloads": 1}
            assert (await it.ask("GET", "/api/downloads")).json()["pending"] == 3
            gone = (await it.ask("POST", "/api/downloads/let-go", json={"query": "title:Title"})).json()
            assert (gone["cancelled"], gone["removed"], gone["tracks"]) == (3, 0, 4)

    run(story())


def test_what_was_fetched_shows_in_the_meter(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await library_of(it, server, 2)
            await it.ask("POST", "/api/downloads", json={"query": "title:Title"})
            await it.client.downloads.run(until_idle=True)
            assert (await it.ask("GET", "/api/storage")).json()["kept_bytes"] == 200
            rows = (await it.ask("GET", "/api/tracks")).json()["tracks"]
            assert {row["status"] for row in rows} == {"cached"}

    run(story())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/downloads", {"query": "no_such_field:x"}),
        ("POST", "/api/downloads/let-go", {"query": 'title:"open'}),
        ("GET", "/api/downloads/preview?query=year:abc", None),
        ("GET", "/api/rules/preview?query=added:never", None),
        ("POST", "/api/rules", {"name": "x", "query": "rating:99999x"}),
        ("GET", "/api/tracks?query=^", None),
    ],
)
def test_a_fault_in_a_query_is_told_with_its_place(tmp_path: Path, method: str, path: str, body: object) -> None:
    """So that the page can show where."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            answer = await it.ask(method, path, **({} if body is None else {"json": body}))
            assert (answer.status, answer.json()["code"]) == (422, "query_syntax"), answer.body
            assert isinstance(answer.json()["position"], int)

    run(story())


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it:
            moved = await it.ask("POST", "/api/downloads/9/move", json={"after": None})
            assert (moved.status, moved.json()["code"]) == (404, "download_not_found")
            for number in ("0", "-1", "x", "9" * 30, "1e3", "9223372036854775808"):
                assert (await it.ask("POST", f"/api/downloads/{number}/move", json={})).status == 404, number
            assert (await it.ask("DELETE", "/api/rules/999")).json()["code"] == "rule_not_found"
            run_of = await it.ask("GET", "/api/sync/runs/7")
            assert (run_of.status, run_of.json()["code"]) == (404, "run_not_found")

    run(story())


def test_a_rule_is_seen_before_it_is_made(tmp_path: Path) -> None:
    """And can be removed, unlike what was asked for by hand."""

    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await library_of(it, server, 3)
            plan = (await it.ask("GET", "/api/rules/preview?query=title:Title&budget_bytes=250")).json()
            assert (plan["tracks"], plan["bytes"], plan["fetched"], plan["beyond_budget"]) == (3, 300, 2, 1)
            made = await it.ask(
                "POST", "/api/rules", json={"name": "Some", "query": "title:Title", "budget_bytes": 250}
            )
            assert made.status == 201
            again = await it.ask("POST", "/api/rules", json={"name": "some", "query": "title:x"})
            assert (again.status, again.json()["code"]) == (422, "rule_invalid")
            rules = (await it.ask("GET", "/api/rules")).json()["rules"]
            assert [one["name"] for one in rules if one["kind"] == "own"] == ["Some"]
            await it.ask("POST", "/api/downloads", json={"query": "title:1"})
            asked = next(one for one in (await it.ask("GET", "/api/rules")).json()["rules"] if one["kind"] == "asked")
            assert (await it.ask("DELETE", f"/api/rules/{asked['id']}")).status == 404
            assert (await it.ask("DELETE", f"/api/rules/{made.json()['id']}")).status == 204

    run(story())
