"""A rule through the local API: what its query says part by part, and changing it."""

from pathlib import Path

from tests.conftest import run
from tests.edges.fake_server import fake_server
from tests.ui.api.test_downloads import library_of
from tests.ui.local import running_ui


def test_a_preview_counts_and_explains(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await library_of(it, server, 3)
            path = "/api/rules/preview?query=title:Title%20%5Egenre:folk&budget_bytes=250&quality=low"
            plan = (await it.ask("GET", path)).json()
            assert plan == {
                "tracks": 3, "bytes": 300, "here": 0, "here_bytes": 0, "fetched": 2, "fetched_bytes": 200,
                "beyond_budget": 1, "left_bytes": 50,
                "conditions": [
                    {"group": 0, "start": 0, "end": 11, "is_not": False, "field": "title", "value": "Title",
                     "is_whole": False},
                    {"group": 0, "start": 12, "end": 23, "is_not": True, "field": "genre", "value": "folk",
                     "is_whole": False},
                ],
            }  # fmt: skip
            assert (await it.ask("GET", "/api/rules/preview?query=title:x&quality=best")).status == 422

    run(story())


def test_a_rule_is_changed_and_switched_off(tmp_path: Path) -> None:
    """What is not said is as in a new one; a built-in rule keeps its name and its query; what was asked for is none."""

    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await library_of(it, server, 3)
            body = {"name": "Some", "query": "title:Title", "budget_bytes": 250, "weight": 70, "quality": "high"}
            made = (await it.ask("POST", "/api/rules", json=body)).json()
            assert {key: made[key] for key in body} == body
            path = f"/api/rules/{made['id']}"
            off = await it.ask("PUT", path, json={"name": "None", "query": "title:Title", "is_on": False})
            assert off.status == 200
            shown = next(one for one in (await it.ask("GET", "/api/rules")).json()["rules"] if one["id"] == made["id"])
            assert shown == {
                "id": made["id"], "kind": "own", "name": "None", "query": "title:Title", "is_live": False,
                "weight": 50, "budget_bytes": None, "quality": "original", "tracks": 0, "bytes": 0,
            }  # fmt: skip
            bad = (await it.ask("PUT", path, json={"name": "None", "query": "rating:x"})).json()
            assert (bad["code"], bad["position"]) == ("query_syntax", 7)
            built_in = next(one for one in (await it.ask("GET", "/api/rules")).json()["rules"] if one["weight"] == 100)
            same = {"name": built_in["name"], "query": built_in["query"], "is_on": False}
            assert (await it.ask("PUT", f"/api/rules/{built_in['id']}", json=same)).json()["kind"] == "built_in"
            other = await it.ask("PUT", f"/api/rules/{built_in['id']}", json={**same, "query": "plays:>1"})
            assert (other.status, other.json()["code"]) == (422, "rule_invalid")
            await it.ask("POST", "/api/downloads", json={"query": "title:1"})
            asked = next(one for one in (await it.ask("GET", "/api/rules")).json()["rules"] if one["kind"] == "asked")
            for number in (asked["id"], 99):
                gone = await it.ask("PUT", f"/api/rules/{number}", json=same)
                assert (gone.status, gone.json()["code"]) == (404, "rule_not_found")

    run(story())
