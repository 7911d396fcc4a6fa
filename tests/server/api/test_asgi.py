"""What is answered when the server itself is in trouble."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from soul_player.database.access import Writer
from tests.conftest import run
from tests.server.in_process import house
from tests.server.running import PASSWORD, USERNAME


def test_a_database_that_is_busy_for_too_long_is_no_fault_of_the_client(tmp_path: Path) -> None:
    """503 with `Retry-After`: the client backs off and comes back."""

    async def story() -> None:
        async with house(tmp_path) as it:
            with closing(sqlite3.connect(tmp_path / "server.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                login = {"username": USERNAME, "password": PASSWORD, "device_id": "phone"}
                reply = await it.ask("POST", "/api/auth/login", json_body=login)
                assert (reply.status, reply.code) == (503, "not_ready")
                assert int(reply.headers["retry-after"]) > 0
                assert (await it.ask("GET", "/api/health")).status == 200
                other.execute("ROLLBACK")
            assert (await it.ask("POST", "/api/auth/login", json_body=login)).status == 200

    run(story())


def test_a_fault_of_the_program_is_a_problem_document_that_tells_no_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What went wrong is for the log; a stranger must not read it."""

    async def lose_eras(store: Writer) -> None:
        await store.run("DELETE FROM sync_era_start")
        await store.run("DELETE FROM sync_era")

    async def story() -> None:
        async with house(tmp_path) as it:
            token = (await it.sign_in()).access_token
            await it.server.store.database.write(lose_eras)
            reply = await it.ask("GET", "/api/sync/heads", token=token)
            assert (reply.status, reply.code) == (500, "internal")
            assert "era" not in reply.body.decode()
            assert token not in caplog.text
            assert "AssertionError" in caplog.text

    run(story())
