"""Where attempts to sign in are counted: in memory, or, where several processes serve, in their database."""

from typing import Protocol

from soul_player.database.access import Database, Writer
from soul_player.edges import Clock
from soul_player.server.auth.attempts import (
    ACCOUNT_BURST,
    ACCOUNT_SECONDS,
    ADDRESS_BURST,
    ADDRESS_SECONDS,
    Attempts,
    too_many,
)
from soul_player.web.allowance import address_key

# Expired rows go at most so often.
FORGET_SECONDS = 60.0
_ADDRESS_MS, _ACCOUNT_MS = int(ADDRESS_SECONDS * 1000), int(ACCOUNT_SECONDS * 1000)

# Locks the row, so that attempts through several processes take turns.
LOCK = """
    INSERT INTO sign_in_attempts (key, full_at)
    VALUES (:key, 0)
    ON CONFLICT (key) DO UPDATE
       SET full_at = sign_in_attempts.full_at
    RETURNING full_at
"""

SPEND = """
    UPDATE sign_in_attempts
       SET full_at = :full_at
     WHERE key = :key
"""

GIVE_BACK = """
    UPDATE sign_in_attempts
       SET full_at = full_at - :cost_ms
     WHERE key = :key
"""

FORGET = """
    DELETE FROM sign_in_attempts
     WHERE full_at <= :now_ms
"""


class Limits(Protocol):
    """How often somebody may try."""

    async def begin(self, address: str, account: str) -> None:
        """Count an attempt before it is checked. Raises `RequestRefused`."""
        ...

    async def succeeded(self, address: str, account: str) -> None:
        """That one does not count."""
        ...


class OwnLimits:
    """Of the one process that serves."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    async def begin(self, address: str, account: str) -> None:
        """Count an attempt before it is checked. Raises `RequestRefused`."""
        self._attempts.begin(address, account)

    async def succeeded(self, address: str, account: str) -> None:
        """That one does not count."""
        self._attempts.succeeded(address, account)


class SharedLimits:
    """The same rule, on rows that all processes share."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._forgot_at = float("-inf")

    async def begin(self, address: str, account: str) -> None:
        """Count an attempt before it is checked. Raises `RequestRefused`."""
        await self._database.write(self._begin, _keys(address, account), self._clock.now_ms())
        if self._clock.monotonic() - self._forgot_at >= FORGET_SECONDS:
            self._forgot_at = self._clock.monotonic()
            await self._database.write(_forget, self._clock.now_ms())

    async def succeeded(self, address: str, account: str) -> None:
        """That one does not count."""
        await self._database.write(_give_back, _keys(address, account))

    async def _begin(self, store: Writer, keys: tuple[str, str], now_ms: int) -> None:
        by_account, by_address = keys
        # Always in this order: two attempts never wait for each other.
        account_at = await _lock(store, by_account, now_ms, 2 * _ACCOUNT_MS * ACCOUNT_BURST)
        address_at = await _lock(store, by_address, now_ms, 2 * _ADDRESS_MS * ADDRESS_BURST)
        wait_ms = _wait_ms(address_at, now_ms, _ADDRESS_MS, ADDRESS_BURST)
        # The first attempt of an address that has none on record is spared, as in `Attempts`.
        if address_at > now_ms:
            wait_ms = max(wait_ms, _wait_ms(account_at, now_ms, _ACCOUNT_MS, ACCOUNT_BURST))
        if wait_ms > 0:
            raise too_many(wait_ms / 1000)
        await store.run(SPEND, key=by_account, full_at=max(account_at, now_ms) + _ACCOUNT_MS)
        await store.run(SPEND, key=by_address, full_at=max(address_at, now_ms) + _ADDRESS_MS)


async def _lock(store: Writer, key: str, now_ms: int, most_ms: int) -> int:
    """When the allowance is full again. A clock that was set back must not lock anybody out for long; attempts that
    were spared may have overdrawn it."""
    row = await store.one(LOCK, key=key)
    assert row is not None, "an upsert returns its row"
    return min(int(row[0]), now_ms + most_ms)


async def _give_back(store: Writer, keys: tuple[str, str]) -> None:
    by_account, by_address = keys
    await store.run(GIVE_BACK, key=by_account, cost_ms=_ACCOUNT_MS)
    await store.run(GIVE_BACK, key=by_address, cost_ms=_ADDRESS_MS)


async def _forget(store: Writer, now_ms: int) -> None:
    await store.run(FORGET, now_ms=now_ms)


def _keys(address: str, account: str) -> tuple[str, str]:
    return f"account {account}", f"address {address_key(address)}"


def _wait_ms(full_at: int, now_ms: int, each_ms: int, burst: int) -> int:
    return max(0, max(full_at, now_ms) + each_ms - now_ms - burst * each_ms)
