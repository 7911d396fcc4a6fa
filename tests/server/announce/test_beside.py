"""`soul scan` and `soul user` beside running servers: what they commit is heard within a second, in the same era."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from soul_player.server.announce.beside import telling_servers
from soul_player.server.errors import ScanError
from tests.cli.programs import soul
from tests.conftest import opened, run
from tests.makers_audio import make_audio
from tests.server.api.sockets import listening, signed_in
from tests.server.running import running_server


async def era_of(device: Any) -> str:
    """The server's."""
    headers = {"Authorization": f"Bearer {device.token}"}
    async with device.http.get(device.url + "/api/sync/heads", headers=headers) as answer:
        return str((await answer.json())["era"])


def test_a_scan_beside_is_heard_within_a_second(tmp_path: Path, store_url: str) -> None:
    """The real command, in a process of its own; nothing of it begins a new history."""
    music, home = tmp_path / "music", tmp_path / "home"
    make_audio(music / "song", "wav")

    async def story() -> None:
        async with running_server(home, database=store_url) as running, signed_in(running) as phone:
            era = await era_of(phone)
            async with listening(phone) as ear:
                await ear.next()
                ran = asyncio.to_thread(soul, "scan", "--music", music, "--database", store_url, home=home)
                async with asyncio.TaskGroup() as tasks:
                    command = tasks.create_task(ran)
                    heard = await ear.next(seconds=30)
                ended = time.monotonic()
                assert command.result().code == 0, command.result().err
                assert heard["scope"] == "library"
                # Its last commit is heard as soon.
                headers = {"Authorization": f"Bearer {phone.token}"}
                async with phone.http.get(phone.url + "/api/sync/heads", headers=headers) as answer:
                    head = (await answer.json())["heads"]["library"]
                while heard["head"] < head:
                    heard = await ear.next(seconds=2)
                assert time.monotonic() - ended < 1.0
            assert await era_of(phone) == era

    run(story())


def test_an_account_removed_beside_is_gone_within_a_second(tmp_path: Path, store_url: str) -> None:
    """Its sockets are closed, and it is told why."""
    home = tmp_path / "home"

    async def story() -> None:
        async with running_server(home, database=store_url) as running:
            made = await asyncio.to_thread(
                soul, "user", "add", "bob", "--password-stdin", home=home, stdin="a long password 7\n",
                SOUL_SERVER_DATABASE=store_url,
            )  # fmt: skip
            assert made.code == 0, made.err
            async with (
                signed_in(running, username="bob", password="a long password 7") as bob,
                listening(bob) as ear,
            ):
                await ear.next()
                era = await era_of(bob)
                gone = await asyncio.to_thread(
                    soul, "user", "remove", "bob", "--yes", home=home, SOUL_SERVER_DATABASE=store_url
                )
                ended = time.monotonic()
                assert gone.code == 0, gone.err
                assert (await ear.next(seconds=5))["type"] == "bye"
                assert (await ear.next())["code"] == 4401
                assert time.monotonic() - ended < 1.0
            async with signed_in(running) as admin:
                assert await era_of(admin) == era

    run(story())


def test_what_fails_in_between_stays_what_it_is(tmp_path: Path, store_url: str) -> None:
    """The command line tells people by the kind of the error."""

    async def story() -> None:
        async with opened(store_url) as store, telling_servers(store.database) as announce:
            announce("library")
            raise ScanError("no folder of music")

    with pytest.raises(ScanError, match="no folder"):
        run(story())
