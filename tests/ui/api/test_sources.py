"""Sources through the local API: adding, trusting, choosing, removing; against a server that can misbehave."""

from pathlib import Path
from typing import Any

from tests.conftest import run
from tests.edges.certificates import fingerprint, server_context
from tests.edges.fake_server import PASSWORD, USERNAME, FakeServer, fake_server, make_track
from tests.ui.local import Running, running_ui


async def add(it: Running, server: FakeServer, **changed: Any) -> Any:
    """The answer, which must be good."""
    asked = {"url": server.url, "username": USERNAME, "password": PASSWORD, **changed}
    answer = await it.ask("POST", "/api/sources", json=asked)
    assert answer.status == 201, answer.body
    return answer.json()


def test_a_server_is_added_synced_chosen_and_forgotten(tmp_path: Path) -> None:
    """As the page does it, step by step."""

    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            server.put(*(make_track(number) for number in range(3)))
            added = await add(it, server, name="Home")
            assert (added["name"], added["username"], added["connectivity"]) == ("Home", USERNAME, "online")
            assert [one["is_used"] for one in added["addresses"]] == [True]
            begun = await it.ask("POST", "/api/sync", json={"source_ids": [added["id"]]})
            assert begun.status == 202
            path = f"/api/sync/runs/{begun.json()['run_id']}?wait_seconds=20"
            done = (await it.ask("GET", path)).json()
            assert done["is_done"]
            assert (done["results"][0]["status"], done["results"][0]["tracks_synced"]) == ("synced", 3)
            tree = (await it.ask("GET", "/api/sync")).json()
            assert tree["sources"][0]["counted"][0]["percent"] == 100
            assert tree["sources"][0]["last"]["tracks_synced"] == 3
            status = (await it.ask("GET", "/api/status")).json()
            assert (status["badge"]["state"], status["tracks"]) == ("synced", 3)
            chosen = await it.ask("POST", f"/api/sources/{added['id']}/activate")
            assert chosen.json()["is_active"]
            stake = (await it.ask("GET", f"/api/sources/{added['id']}/stake")).json()
            assert stake == {"tracks": 3, "waiting_edits": 0, "failed_edits": 0, "playlists": 0}
            gone = await it.ask("DELETE", f"/api/sources/{added['id']}")
            assert (gone.status, gone.json()) == (200, {"was_told": True})
            assert (await it.ask("GET", "/api/sources")).json() == {"sources": []}
            assert (await it.ask("GET", f"/api/sources/{added['id']}")).json()["code"] == "source_not_found"

    run(story())


def test_a_certificate_that_nobody_vouches_for_is_compared_by_a_person(tmp_path: Path) -> None:
    """Its fingerprint comes with the refusal; what was sent until then is nothing secret."""

    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server(tls=server_context("first")) as server:
            asked = {"url": server.url, "username": USERNAME, "password": PASSWORD}
            refused = await it.ask("POST", "/api/sources", json=asked)
            assert (refused.status, refused.json()["code"]) == (409, "certificate_unknown")
            shown = refused.json()["fingerprint"]
            assert shown.replace(":", "").lower() == fingerprint("first")
            assert all(PASSWORD.encode() not in one.body for one in server.seen)
            added = await add(it, server, fingerprint=shown)
            found = (await it.ask("GET", f"/api/sources/{added['id']}/certificate")).json()
            assert found["fingerprint"].replace(":", "").lower() == fingerprint("first")
            trusted = await it.ask(
                "PUT", f"/api/sources/{added['id']}/certificate", json={"fingerprint": found["fingerprint"]}
            )
            assert trusted.status == 200

    run(story())


def test_what_stands_in_the_way_is_told_with_its_code(tmp_path: Path) -> None:
    """And changes nothing. 401 is never about a source."""

    async def story() -> None:
        async with running_ui(tmp_path, connect_seconds=0.5) as it, fake_server() as server:
            asked = {"url": server.url, "username": USERNAME, "password": PASSWORD}
            cases: list[tuple[dict[str, Any], int, str]] = [
                ({**asked, "password": "wrong"}, 409, "invalid_credentials"),
                ({**asked, "url": "ftp://x"}, 422, "address_invalid"),
                ({**asked, "url": "http://127.0.0.1:1"}, 503, "offline"),
                ({**asked, "url": ""}, 422, "invalid"),
                ({"url": server.url}, 422, "invalid"),
            ]
            for body, status, code in cases:
                answer = await it.ask("POST", "/api/sources", json=body)
                assert (answer.status, answer.json()["code"]) == (status, code), body
            for folder, code in (("music", "folder_invalid"), (str(tmp_path / "none"), "folder_invalid")):
                answer = await it.ask("POST", "/api/sources/folders", json={"folder": folder})
                assert (answer.status, answer.json()["code"]) == (422, code)
            assert (await it.ask("GET", "/api/sources")).json() == {"sources": []}
            await add(it, server)
            again = await it.ask("POST", "/api/sources", json=asked)
            assert (again.status, again.json()["code"]) == (409, "source_exists")

    run(story())


def test_a_folder_is_a_source_too(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "Music").mkdir()
        async with running_ui(tmp_path / "home") as it:
            added = await it.ask("POST", "/api/sources/folders", json={"folder": str(tmp_path / "Music")})
            assert added.status == 201
            assert (added.json()["type"], added.json()["name"]) == ("folder", "Music")
            assert added.json()["url"] == str(tmp_path / "Music")
            chosen = await it.ask("POST", f"/api/sources/{added.json()['id']}/activate")
            assert (chosen.status, chosen.json()["code"]) == (422, "folder_invalid")

    run(story())


def test_working_offline_is_a_switch_that_only_a_person_turns(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await add(it, server)
            assert (await it.ask("PUT", "/api/offline", json={"on": True})).json() == {"on": True}
            badge = (await it.ask("GET", "/api/status")).json()["badge"]
            assert (badge["state"], badge["action"]) == ("offline", "turn_online")
            seen = len(server.seen)
            begun = (await it.ask("POST", "/api/sync", json={})).json()
            done = (await it.ask("GET", f"/api/sync/runs/{begun['run_id']}?wait_seconds=20")).json()
            assert done["results"][0]["status"] == "offline"
            assert len(server.seen) == seen
            await it.ask("PUT", "/api/offline", json={"on": False})
            assert (await it.ask("GET", "/api/offline")).json() == {"on": False}

    run(story())


def test_a_signed_out_source_asks_for_its_password(tmp_path: Path) -> None:
    """By its badge, and takes it."""

    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            added = await add(it, server)
            server.access_tokens = set()
            server.refresh_token = "another"
            begun = (await it.ask("POST", "/api/sync", json={})).json()
            await it.ask("GET", f"/api/sync/runs/{begun['run_id']}?wait_seconds=20")
            status = (await it.ask("GET", "/api/status")).json()
            assert (status["badge"]["state"], status["badge"]["action"]) == ("failed", "sign_in")
            assert status["sources"][0]["needs_sign_in"]
            wrong = await it.ask("POST", f"/api/sources/{added['id']}/login", json={"password": "wrong"})
            assert (wrong.status, wrong.json()["code"]) == (409, "invalid_credentials")
            right = await it.ask("POST", f"/api/sources/{added['id']}/login", json={"password": PASSWORD})
            assert (right.status, right.json()["needs_sign_in"]) == (200, False)

    run(story())


def test_who_announces_itself_nearby_is_told(tmp_path: Path) -> None:
    """A hint where to ask, for whoever has no source yet."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            told = (await it.ask("GET", "/api/discovered")).json()
            server = {"name": "Home", "url": "http://192.168.1.5:8420", "is_known": False}
            assert told == {"can_look": True, "servers": [server]}

    run(story())
