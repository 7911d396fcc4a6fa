"""Whose data it is: a sync never mixes two accounts, whenever and by whichever process somebody else signs in."""

from pathlib import Path

import pytest

from soul_player.client import SyncStatus
from soul_player.client.errors import SignInNeeded
from tests.client.sync.devices import a_device, put_library
from tests.conftest import run
from tests.server.running import add_user, running_server

STRANGER = {"username": "stranger", "password": "a stranger's password"}


def test_an_account_that_another_process_signed_in_is_read_with_its_own_token(tmp_path: Path) -> None:
    """The process that goes on running still knows a token of the former account, which is good for a while."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running, 2)
            await add_user(running.server, STRANGER["username"], STRANGER["password"])
            await phone.sync()
            await phone.new_playlist("Of the first")
            track = (await phone.tracks())[0]
            await phone.client.edits.record_play(track)
            await phone.sync()
            async with a_device(tmp_path / "phone", running) as beside:
                await beside.client.sources.login(await beside.source_id(), **STRANGER)
            await phone.sync()
            assert await phone.shown() == {}
            assert (await phone.marks(track)).play_count == 0
            await phone.new_playlist("Of the stranger")
            assert (await phone.sync()).pushed == 1
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "tablet", running) as tablet:
            await tablet.sync()
            assert set(await tablet.shown()) == {"Of the first"}
            assert (await tablet.marks((await tablet.tracks())[0])).play_count == 1

    run(story())


def test_nothing_is_fetched_or_sent_for_one_account_with_the_sign_in_of_another(tmp_path: Path) -> None:
    """A sync that is under way, or tries again, ends when somebody else signs in; the next one is theirs."""

    async def story() -> None:
        async with running_server(tmp_path / "server") as running, a_device(tmp_path / "phone", running) as phone:
            await put_library(running, 1)
            await add_user(running.server, STRANGER["username"], STRANGER["password"])
            await phone.sync()
            (source,) = await phone.client.sources.list()
            former = phone.client.sources._connections.to(source)  # what a sync under way holds
            await phone.client.sources.login(source.id, **STRANGER)
            (source,) = await phone.client.sources.list()
            assert source.account_id is not None
            with pytest.raises(SignInNeeded, match="somebody else has signed in"):
                former.require_account(source.account_id)
            result = await phone.sync()
            assert result.status is SyncStatus.SYNCED

    run(story())
