"""Several server processes behind one port, on a real PostgreSQL: whichever of them dies, nothing is lost."""

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from soul_player.protocol.ids import mint_id
from soul_player.server.auth.attempts import ACCOUNT_BURST
from tests.cli.programs import soul
from tests.conftest import make_postgres_database, run
from tests.makers_audio import make_audio
from tests.server.many import Many, fresh, kill, many, scraped, sign_in, wait_for


@pytest.fixture(name="url")
def fresh_database(postgres_url: str) -> str:
    """An empty one."""
    return make_postgres_database(postgres_url)


def operation(number: int) -> dict[str, object]:
    """That makes a playlist of its own."""
    now = 1_750_000_000_000 + number
    ids = [mint_id(now, bytes([kind, *divmod(number, 256)]) + b"1234567") for kind in (1, 2)]
    return {
        "op_id": ids[0], "n": number, "type": "playlist.create", "at": "2026-01-31T10:00:00.000Z",
        "playlist_id": ids[1], "name": f"List {number}",
    }  # fmt: skip


async def push(http: aiohttp.ClientSession, it: Many, headers: dict[str, str], number: int) -> None:
    """Until it is acknowledged; whoever was asked may die of it."""
    body = {"device_id": "test", "operations": [operation(number)]}
    for _ in range(50):
        try:
            async with http.post(it.url + "/api/sync/push", json=body, headers=headers) as answer:
                if answer.status == 200:
                    (result,) = (await answer.json())["results"]
                    assert result["status"] in {"applied", "duplicate"}, result
                    return
        except aiohttp.ClientError:
            await asyncio.sleep(0.02)
    raise AssertionError(f"{number} was never taken")


def test_nothing_acknowledged_is_lost_when_workers_are_killed(tmp_path: Path, url: str) -> None:
    """Each in turn, the leader too, while edits come in; they are started again, and no new history begins."""

    async def story(it: Many) -> None:
        chooser = random.Random(5)
        async with fresh() as http:
            headers = await sign_in(http, it.url, it.serving.password)
            eras = await count_eras(url)
            number = 0
            for _ in range(4):
                since = len(it.said())
                killed = chooser.choice(it.workers())
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(12):
                        number += 1
                        tasks.create_task(push(http, it, headers, number))
                    await asyncio.sleep(chooser.uniform(0.0, 0.02))
                    kill(killed)
                await asyncio.to_thread(it.wait_until_all_serve, since=since, count=1)
                assert killed not in it.workers()
            async with http.get(f"{it.url}/api/sync/playlists?limit=1000", headers=headers) as answer:
                names = {one["name"] for one in (await answer.json())["playlists"]}
            assert names == {f"List {each}" for each in range(1, number + 1)}
            assert await count_eras(url) == eras
            assert len(it.workers()) == 3

    with many(tmp_path, url) as it:
        run(story(it))
    killed = [line for line in it.said() if "was ended by SIGKILL" in line["message"]]
    assert len(killed) == 4


async def count_eras(url: str) -> int:
    """How many histories there were."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT COUNT(*) FROM sync_era"))
    finally:
        await connection.close()


def test_one_leads_and_when_it_dies_another_does(tmp_path: Path, url: str) -> None:
    """A scan is asked for through any of them, and done once; the watching goes on with the next leader."""
    music = tmp_path / "music"
    make_audio(music / "one", "wav")

    async def story(it: Many) -> None:
        async with fresh() as http:
            headers = await sign_in(http, it.url, it.serving.password)
            for _ in range(4):
                async with http.post(f"{it.url}/api/admin/scan?wait=true", headers=headers) as answer:
                    assert answer.status == 200
                    assert (await answer.json())["last"]["unreadable"] == []
            leader = it.leader()
            (pid,) = [pid for pid in it.workers() if number_of(pid, it) == leader]
            kill(pid)
            make_audio(music / "two", "wav")
            began = time.monotonic()
            await asyncio.to_thread(wait_for, lambda: it.leader() != leader)
            assert time.monotonic() - began < 4.0
            while True:
                told = await scraped(http, it.url)
                if told.get(("soul_library_tracks",)) == 2:
                    break
                async with http.post(f"{it.url}/api/admin/scan?wait=true", headers=headers) as answer:
                    assert answer.status == 200
                assert time.monotonic() - began < 90.0
                await asyncio.sleep(1.0)

    with many(tmp_path / "home", url, "--music", music) as it:
        run(story(it))


def number_of(pid: int, it: Many) -> int:
    """Which worker it is: the order that they were started in, as long as none was started again."""
    return sorted(it.workers()).index(pid) + 1


def test_the_counts_of_all_processes_are_told_by_each(tmp_path: Path, url: str) -> None:
    """And what a dead one counted stays, while what it was doing goes."""

    async def story(it: Many) -> None:
        async with fresh() as http:
            for _ in range(30):
                async with http.get(it.url + "/api/health") as answer:
                    assert answer.status == 200
            for _ in range(5):
                told = await scraped(http, it.url)
                assert told["soul_http_requests_total", "GET", "/api/health", "200"] == 30
                assert told["soul_server_processes",] == 3
                assert told["soul_server_leaders",] == 1
                assert told["soul_http_requests_in_flight",] == 1
            since = len(it.said())
            kill(it.workers()[1])
            await asyncio.to_thread(it.wait_until_all_serve, since=since, count=1)
            told = await scraped(http, it.url)
            assert told["soul_http_requests_total", "GET", "/api/health", "200"] == 30
            assert told["soul_server_processes",] == 3

    with many(tmp_path, url) as it:
        run(story(it))
    served_by = {line["worker"] for line in it.said() if line["logger"] == "soul_player.requests"}
    assert len(served_by) > 1, "one process got every connection: the others stand by for nothing"


def test_attempts_at_a_password_are_counted_over_all_processes(tmp_path: Path, url: str) -> None:
    async def story(it: Many) -> None:
        statuses = []
        async with fresh() as http:
            for _ in range(3 * ACCOUNT_BURST):
                login = {"username": "admin", "password": "wrong", "device_id": "d"}
                async with http.post(it.url + "/api/auth/login", json=login) as answer:
                    statuses.append(answer.status)
        assert statuses.count(401) == ACCOUNT_BURST
        assert statuses.count(429) == 2 * ACCOUNT_BURST

    with many(tmp_path, url) as it:
        run(story(it))


def test_sigterm_ends_all_of_them_within_two_seconds(tmp_path: Path, url: str) -> None:
    """With somebody listening at each."""

    async def story(it: Many) -> list[int]:
        async with fresh() as http:
            headers = await sign_in(http, it.url, it.serving.password)
            sockets = [await http.ws_connect(it.url + "/api/live", headers=headers) for _ in range(12)]
            for socket in sockets:
                assert (await socket.receive_json())["type"] == "hello"
            it.serving.process.send_signal(signal.SIGTERM)
            codes = []
            for socket in sockets:
                assert (await socket.receive_json())["code"] == 1001
                await socket.receive()
                codes.append(socket.close_code or 0)
            return codes

    with many(tmp_path, url) as it:
        workers = it.workers()
        began = time.monotonic()
        assert set(run(story(it))) == {1001}
        assert it.serving.process.wait(10) == 0
        assert time.monotonic() - began < 2.5, "half a second is for the sockets"
        assert alive(workers) == []


def test_workers_do_not_outlive_their_supervisor(tmp_path: Path, url: str) -> None:
    """However it ends. `serving` is not content with such an end, which is no matter here."""
    outlived: list[list[int]] = []

    def end_it() -> None:
        with many(tmp_path, url) as it:
            workers = it.workers()
            os.kill(it.serving.process.pid, signal.SIGKILL)
            deadline = time.monotonic() + 10
            while alive(workers) and time.monotonic() < deadline:
                time.sleep(0.05)
            outlived.append(alive(workers))
            assert len(workers) == 3

    with pytest.raises(AssertionError, match="listening on"):
        end_it()
    assert outlived == [[]]


def alive(workers: list[int]) -> list[int]:
    """Those that are still there."""
    return [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_what_cannot_be_served_is_told_and_nothing_is_started(tmp_path: Path) -> None:
    """SQLite, and a database that is away: the words and the exit code of one process."""
    ran = soul("serve", "--port", "0", "--workers", "2", "--json", home=tmp_path)
    assert (ran.code, ran.json()["error"]["code"]) == (2, "config_invalid")
    assert "PostgreSQL" in ran.json()["error"]["message"]
    away = "postgresql://nobody@127.0.0.1:1/none"
    ran = soul("serve", "--port", "0", "--workers", "2", "--database", away, "--json", home=tmp_path)
    assert (ran.code, ran.json()["error"]["code"]) == (5, "database_unavailable")
