"""What Prometheus reads: who may, what is counted, and that no label grows with what strangers send."""

from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from soul_player.database.errors import DatabaseUnavailable
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.server.api.sockets import listening, signed_in
from tests.server.in_process import House, house
from tests.server.running import running_server

TOKEN = "a scraper's own token"


def samples(text: str) -> dict[tuple[str, ...], float]:
    """By name and the values of the labels, in the order of their names."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def scraped(it: House, token: str = TOKEN) -> dict[tuple[str, ...], float]:
    """As a scraper would."""
    reply = await it.ask("GET", "/metrics", token=token)
    assert reply.status == 200, reply
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    return samples(reply.body.decode())


def test_a_scraper_and_an_admin_may_read_it_and_nobody_else(tmp_path: Path) -> None:
    """Not this machine as such either: behind a reverse proxy everybody comes from there."""

    async def story() -> None:
        async with house(tmp_path, metrics_token=TOKEN) as it:
            assert (await it.ask("GET", "/metrics")).code == "auth_required"
            assert (await it.ask("GET", "/metrics", token=TOKEN + "x")).code == "auth_required"
            assert (await it.ask("GET", "/metrics", headers={"Authorization": TOKEN})).code == "auth_required"
            assert (await it.ask("GET", "/metrics", token=TOKEN)).status == 200
            assert (await it.ask("GET", "/metrics", token=(await it.sign_in()).access_token)).status == 200
            # It opens nothing else.
            assert (await it.ask("GET", "/api/admin/users", token=TOKEN)).code == "auth_required"
        async with house(tmp_path / "other") as it:
            for token in ("", " ", TOKEN):
                assert (await it.ask("GET", "/metrics", token=token)).code == "auth_required"

    run(story())


def test_requests_pages_and_edits_are_counted(tmp_path: Path, store_url: str) -> None:
    async def story() -> None:
        async with house(tmp_path, database=store_url, metrics_token=TOKEN) as it:
            device = await it.sign_in()
            page = await it.ask("GET", "/api/sync/tracks", token=device.access_token)
            cursor = page.json["next_cursor"]
            again = await it.ask("GET", f"/api/sync/tracks?cursor={cursor}", token=device.access_token)
            tag = {"If-None-Match": again.headers["etag"]}
            idle = await it.ask("GET", f"/api/sync/tracks?cursor={cursor}", token=device.access_token, headers=tag)
            assert idle.status == 304
            pushed = {"device_id": "test", "operations": [operation(1), {**operation(2), "type": "fly"}]}
            await it.ask("POST", "/api/sync/push", token=device.access_token, json_body=pushed)
            await it.ask("GET", "/api/sync/heads")
            told = await scraped(it)
            assert told["soul_sync_pages_total", "tracks", "initial"] == 1
            assert told["soul_sync_pages_total", "tracks", "changes"] == 1
            assert told["soul_sync_pages_total", "tracks", "nothing"] == 1
            assert told["soul_pushed_operations_total", "applied"] == 1
            assert told["soul_pushed_operations_total", "rejected"] == 1
            assert told["soul_http_requests_total", "GET", "/api/sync/tracks", "200"] == 2
            assert told["soul_http_requests_total", "GET", "/api/sync/tracks", "304"] == 1
            assert told["soul_http_requests_total", "GET", "/api/sync/heads", "401"] == 1
            assert told["soul_http_request_seconds_count", "/api/sync/tracks"] == 3
            assert told["soul_http_sent_bytes_total", "/api/sync/tracks"] > 100
            assert told["soul_http_requests_in_flight",] == 1
            assert (told["soul_users",], told["soul_devices",], told["soul_playlists",]) == (1, 1, 1)
            assert told["soul_ready",] == 1

    run(story())


def operation(number: int) -> dict[str, Any]:
    """That makes a playlist."""
    return {
        "op_id": f"01976d3f-0000-7000-8000-00000000000{number}", "n": number, "type": "playlist.create",
        "at": "2026-01-31T10:00:00.000Z", "playlist_id": f"01976d3f-0000-7000-8000-00000000001{number}", "name": "x",
    }  # fmt: skip


def test_what_strangers_send_makes_no_label(tmp_path: Path) -> None:
    """Paths, methods and ids that are made up by the hundred leave as many series as one of them."""

    async def story() -> None:
        async with house(tmp_path, metrics_token=TOKEN) as it:
            for number in range(20):
                await it.ask("GET", f"/api/made-up-{number}")
                await it.ask(f"MADEUP{number}", "/api/health")
                await it.ask("GET", f"/api/tracks/{number}/stream", token="x")
            told = await scraped(it)
            requests = [key for key in told if key[0] == "soul_http_requests_total"]
            assert not [key for key in told if "made" in "".join(key).lower()]
            assert len(requests) <= 4
            assert told["soul_http_requests_total", "GET", "none", "404"] == 20
            assert told["soul_http_requests_total", "GET", "/api/tracks/{track_id}/stream", "401"] == 20

    run(story())


def test_the_library_and_its_scan_are_told(tmp_path: Path) -> None:
    file = make_audio(tmp_path / "music" / "song", "wav")

    async def story() -> None:
        async with house(tmp_path / "home", music=(tmp_path / "music",), metrics_token=TOKEN) as it:
            await it.server.scanner.scan()
            told = await scraped(it)
            assert told["soul_library_tracks",] == told["soul_library_tracks_unhashed",] == 1
            assert told["soul_library_bytes",] == file.stat().st_size
            assert told["soul_scan_last_tracks", "added"] == 1
            assert told["soul_scan_last_finished_timestamp_seconds",] > 1_700_000_000
            assert (told["soul_scan_state", "idle"], told["soul_scan_state", "scanning"]) == (1, 0)

    run(story())


def test_live_sockets_are_counted_and_why_they_ended(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path, metrics_token=TOKEN) as running, signed_in(running) as phone:

            async def told() -> dict[tuple[str, ...], float]:
                headers = {"Authorization": f"Bearer {TOKEN}"}
                async with phone.http.get(running.url + "/metrics", headers=headers) as answer:
                    return samples(await answer.text())

            async with (
                signed_in(running, device_id="desk") as desk,
                listening(phone) as ear,
                listening(desk) as other,
            ):
                await ear.next()
                await other.next()
                assert (await told())["soul_live_connections",] == 2
                await desk.post("/api/auth/logout")
                assert (await other.next())["type"] == "bye"
                assert (await other.next())["code"] == 4401
            now = await told()
            assert now["soul_live_connections",] == 0
            assert now["soul_live_closed_total", "signed_out"] == 1
            assert now["soul_live_closed_total", "left"] == 1
            assert now["soul_http_requests_total", "GET", "/api/live", "101"] == 2

    run(story())


def test_it_answers_while_the_database_is_away(tmp_path: Path) -> None:
    """That is when somebody looks."""

    async def story() -> None:
        async with house(tmp_path, metrics_token=TOKEN) as it:
            database: Any = it.server.store.database

            async def away(*_: Any, **__: Any) -> Any:
                raise DatabaseUnavailable("it is away")

            database.read = away
            told = await scraped(it)
            assert told["soul_ready",] == 0
            assert ("soul_library_tracks",) not in told
            assert told["soul_http_requests_in_flight",] == 1

    run(story())
