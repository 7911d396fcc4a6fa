"""Making the first account, and the others."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from soul_player.edges import SystemRandomness
from soul_player.protocol.problem import ProblemCode
from soul_player.server.auth.accounts import FIRST_ADMIN, Accounts
from soul_player.server.auth.passwords import Passwords
from soul_player.server.errors import RequestRefused
from tests.conftest import opened, run
from tests.edges.fake_clock import FakeClock


@asynccontextmanager
async def accounts(url: str) -> AsyncGenerator[Accounts, None]:
    """Of an empty store."""
    passwords = Passwords(memory_kib=1024)
    try:
        async with opened(url) as store:
            yield Accounts(store.database, passwords, clock=FakeClock(), randomness=SystemRandomness())
    finally:
        passwords.close()


class Killed(Exception):
    """The process ends here."""


def test_a_start_that_is_killed_leaves_no_account_whose_password_nobody_knows(store_url: str) -> None:
    """The next start makes another."""
    told: list[str] = []

    def killed(password: str) -> None:
        raise Killed(password)

    async def story() -> None:
        async with accounts(store_url) as it:
            with pytest.raises(Killed):
                await it.add_first_admin(killed)
            assert await it.list() == []
            assert await it.add_first_admin(told.append)
            (admin,) = await it.list()
            assert (admin.username, admin.is_admin) == (FIRST_ADMIN, True)
            assert not await it.add_first_admin(told.append)

    run(story())
    assert len(told) == 1
    assert len(told[0]) == 20


def test_two_that_start_together_make_one_admin(store_url: str) -> None:
    """Two server processes on one PostgreSQL database."""

    async def story() -> None:
        async with accounts(store_url) as it:
            made = []

            async def start() -> None:
                made.append(await it.add_first_admin(lambda _password: None))

            async with asyncio.TaskGroup() as tasks:
                for _ in range(3):
                    tasks.create_task(start())
            assert sorted(made) == [False, False, True]
            assert len(await it.list()) == 1

    run(story())


@pytest.mark.parametrize("other", ["amber", "AMBER", " Amber "])
def test_two_accounts_do_not_differ_in_case_alone(store_url: str, other: str) -> None:
    """People would sign in as the wrong one."""

    async def story() -> None:
        async with accounts(store_url) as it:
            await it.add("Amber", "a good password", is_admin=False)
            with pytest.raises(RequestRefused) as caught:
                await it.add(other, "a good password", is_admin=False)
            assert caught.value.code is ProblemCode.USER_EXISTS

    run(story())
