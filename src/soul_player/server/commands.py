"""What the command line does to a store, beside a running server or without one."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from soul_player.edges import SystemClock, SystemRandomness
from soul_player.protocol.session import User
from soul_player.protocol.times import time_text
from soul_player.server.announce.beside import tell_servers
from soul_player.server.auth.accounts import Accounts
from soul_player.server.auth.passwords import Passwords
from soul_player.server.config import ServerConfig
from soul_player.server.errors import AccountError, RequestRefused
from soul_player.server.store.open import open_store
from soul_player.server.store.users import StoredUser

T = TypeVar("T")


def add_account(config: ServerConfig, username: str, password: str, *, is_admin: bool) -> User:
    """Raises `AccountError`."""
    return _run(config, lambda accounts: _add(accounts, username, password, is_admin=is_admin))


def list_accounts(config: ServerConfig) -> tuple[User, ...]:
    """Every account, by name."""
    return _run(config, _list)


def remove_account(config: ServerConfig, username: str) -> None:
    """The account, its devices and its tokens. Raises `AccountError`: `user_not_found`, `last_admin`."""
    _run(config, lambda accounts: _remove(accounts, username))


def set_account_password(config: ServerConfig, username: str, password: str) -> None:
    """Signs every device of the account out. Raises `AccountError`."""
    _run(config, lambda accounts: _set_password(accounts, username, password))


def _run(config: ServerConfig, work: Callable[[Accounts], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with _accounts(config) as accounts:
            return await work(accounts)

    try:
        return asyncio.run(opened())
    except RequestRefused as refused:
        raise AccountError(refused.code, str(refused)) from refused


@asynccontextmanager
async def _accounts(config: ServerConfig) -> AsyncGenerator[Accounts, None]:
    clock, randomness = SystemClock(), SystemRandomness()
    config.home.mkdir(parents=True, exist_ok=True)
    passwords = Passwords()
    try:
        async with open_store(config.database_url, clock=clock, randomness=randomness) as store:
            yield Accounts(store.database, passwords, clock=clock, randomness=randomness)
            # Whoever was signed out by this is listening perhaps.
            await tell_servers(store.database)
    finally:
        passwords.close()


async def _add(accounts: Accounts, username: str, password: str, *, is_admin: bool) -> User:
    return _message(await accounts.add(username, password, is_admin=is_admin))


async def _list(accounts: Accounts) -> tuple[User, ...]:
    return tuple(_message(user) for user in await accounts.list())


async def _remove(accounts: Accounts, username: str) -> None:
    await accounts.remove((await accounts.find(username)).id)


async def _set_password(accounts: Accounts, username: str, password: str) -> None:
    await accounts.set_password((await accounts.find(username)).id, password)


def _message(user: StoredUser) -> User:
    return User(user.id, user.username, user.is_admin, time_text(user.created_at))
