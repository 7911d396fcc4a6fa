"""Signing in, and the chain of refresh tokens (protocol, section 3, *Sign-in*)."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from soul_player.database.access import Database, Reader
from soul_player.protocol.ids import DeviceId, UserId
from soul_player.protocol.problem import ProblemCode
from soul_player.server.auth.accounts import Accounts
from soul_player.server.auth.attempts import ACCOUNT_BURST, Attempts
from soul_player.server.auth.limits import OwnLimits
from soul_player.server.auth.passwords import Passwords
from soul_player.server.auth.sessions import Sessions, Tokens, check_session, is_good
from soul_player.server.auth.tokens import REFRESH_DAYS, REPEAT_SECONDS_MIN
from soul_player.server.errors import RequestRefused
from soul_player.server.store.devices import Session, list_devices
from tests.conftest import opened, run
from tests.edges.fake_clock import FakeClock
from tests.edges.seeded_randomness import SeededRandomness

PASSWORD = "night drive 1974"
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class House:
    """A store with one account, and a clock that stands."""

    sessions: Sessions
    database: Database
    clock: FakeClock
    passwords: Passwords
    accounts: Accounts
    user_id: UserId

    async def sign_in(self, device: str = "phone", *, password: str = PASSWORD, username: str = "Amber") -> Tokens:
        """From one address."""
        return await self.sessions.sign_in(
            username, password, device_id=DeviceId(device), device_name="", address="10.0.0.1"
        )

    async def session(self, tokens: Tokens) -> Session:
        """Who an access token speaks for, now."""
        presented = self.sessions.read_token(tokens.access)

        async def check(store: Reader) -> Session:
            return await check_session(store, presented)

        return await self.database.read(check)


@asynccontextmanager
async def house(url: str) -> AsyncGenerator[House, None]:
    """Everything real but the clock and the randomness."""
    clock, randomness = FakeClock(), SeededRandomness()
    passwords = Passwords(memory_kib=1024)
    try:
        async with opened(url, clock=clock, randomness=randomness) as store:
            accounts = Accounts(store.database, passwords, clock=clock, randomness=randomness)
            user = await accounts.add("Amber", PASSWORD, is_admin=False)
            sessions = Sessions(
                store.database,
                passwords,
                OwnLimits(Attempts(clock)),
                key=store.secrets.token_key,
                clock=clock,
                randomness=randomness,
            )
            yield House(sessions, store.database, clock, passwords, accounts, user.id)
    finally:
        passwords.close()


async def refusal(work: Coroutine[Any, Any, object]) -> ProblemCode:
    """Why it is not done."""
    with pytest.raises(RequestRefused) as caught:
        await work
    return caught.value.code


def in_house(url: str, story: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    """Run the story in a house of its own."""

    async def told() -> None:
        async with house(url) as found:
            await story(found)

    run(told())


def test_a_repeat_gets_the_same_successor(store_url: str) -> None:
    """A lost answer must not sign a device out."""

    async def story(it: House) -> None:
        first = await it.sign_in()
        second = await it.sessions.refresh(first.refresh)
        again = await it.sessions.refresh(first.refresh)
        it.clock.advance(30 * DAY_SECONDS)
        much_later = await it.sessions.refresh(first.refresh)
        assert second.refresh == again.refresh == much_later.refresh != first.refresh
        assert (await it.session(much_later)).device_id == "phone"

    in_house(store_url, story)


def test_an_old_token_is_good_for_a_minute_after_it_was_first_presented(store_url: str) -> None:
    """Two tasks of one device refresh at once, and one of them goes on before the other has its answer."""

    async def story(it: House) -> None:
        first = await it.sign_in()
        second = await it.sessions.refresh(first.refresh)
        await it.sessions.refresh(second.refresh)
        it.clock.advance(REPEAT_SECONDS_MIN - 1)
        assert (await it.sessions.refresh(first.refresh)).refresh == second.refresh

    in_house(store_url, story)


def test_an_old_token_that_comes_back_revokes_the_device(store_url: str) -> None:
    """Either the device or a thief holds it: nobody can tell which, so both are out, at once."""

    async def story(it: House) -> None:
        first = await it.sign_in()
        other_device = await it.sign_in("laptop")
        second = await it.sessions.refresh(first.refresh)
        third = await it.sessions.refresh(second.refresh)
        it.clock.advance(REPEAT_SECONDS_MIN)
        assert await refusal(it.sessions.refresh(first.refresh)) is ProblemCode.TOKEN_REVOKED
        assert await refusal(it.session(third)) is ProblemCode.TOKEN_REVOKED
        for token in (first, second, third):
            assert await refusal(it.sessions.refresh(token.refresh)) is ProblemCode.TOKEN_REVOKED
        assert (await it.session(other_device)).device_id == "laptop"

    in_house(store_url, story)


def test_a_chain_goes_on_for_years_and_ends_after_half_a_year_of_silence(store_url: str) -> None:
    """180 days since its last use."""

    async def story(it: House) -> None:
        tokens = await it.sign_in()
        for _ in range(6):
            it.clock.advance((REFRESH_DAYS - 1) * DAY_SECONDS)
            tokens = await it.sessions.refresh(tokens.refresh)
        it.clock.advance(REFRESH_DAYS * DAY_SECONDS)
        assert await refusal(it.sessions.refresh(tokens.refresh)) is ProblemCode.TOKEN_REVOKED

    in_house(store_url, story)


@pytest.mark.parametrize(
    ("presented_at", "successor_used", "now_ms", "good"),
    [
        (None, False, 0, True),
        (None, False, REFRESH_DAYS * DAY_SECONDS * 1000 - 1, True),
        (None, False, REFRESH_DAYS * DAY_SECONDS * 1000, False),
        (5_000, False, 1_000_000, True),
        (5_000, True, 64_999, True),
        (5_000, True, 65_000, False),
    ],
)
def test_when_a_refresh_token_is_good(presented_at: int | None, successor_used: bool, now_ms: int, good: bool) -> None:
    """The rule by itself."""
    assert is_good(0, presented_at, successor_used=successor_used, now_ms=now_ms) is good


def test_signing_in_again_on_a_device_ends_its_former_session(store_url: str) -> None:
    """One device, one session; it stays the same device in the list."""

    async def story(it: House) -> None:
        first = await it.sign_in()
        it.clock.advance(60)
        second = await it.sign_in()
        assert await refusal(it.session(first)) is ProblemCode.TOKEN_REVOKED
        assert await refusal(it.sessions.refresh(first.refresh)) is ProblemCode.TOKEN_REVOKED
        (device,) = await it.database.read(list_devices, it.user_id)
        assert device.session_id == (await it.session(second)).id
        assert device.last_seen_at - device.created_at == 60_000

    in_house(store_url, story)


def test_signing_out_is_at_once(store_url: str) -> None:
    """The access token has minutes left, and is worth nothing."""

    async def story(it: House) -> None:
        tokens = await it.sign_in()
        await it.sessions.sign_out(await it.session(tokens))
        assert await refusal(it.session(tokens)) is ProblemCode.TOKEN_REVOKED
        assert await refusal(it.sessions.refresh(tokens.refresh)) is ProblemCode.TOKEN_REVOKED

    in_house(store_url, story)


def test_a_new_password_signs_the_other_devices_out_and_keeps_this_one(store_url: str) -> None:
    """Whoever changes it because somebody else knows it wants just that."""

    async def story(it: House) -> None:
        phone, laptop = await it.sign_in("phone"), await it.sign_in("laptop")
        session = await it.session(phone)

        async def change(current: str, new: str) -> None:
            await it.sessions.change_password(session, current_password=current, new_password=new, address="10.0.0.1")

        assert await refusal(change("wrong password", "a new password")) is ProblemCode.INVALID_CREDENTIALS
        assert await refusal(change(PASSWORD, "short")) is ProblemCode.INVALID
        assert (await it.session(laptop)).device_id == "laptop"
        await change(PASSWORD, "a new password")
        assert (await it.session(phone)).device_id == "phone"
        assert await refusal(it.session(laptop)) is ProblemCode.TOKEN_REVOKED
        assert await refusal(it.sign_in(password=PASSWORD)) is ProblemCode.INVALID_CREDENTIALS
        await it.sign_in(password="a new password")

    in_house(store_url, story)


def test_an_unknown_name_costs_what_a_wrong_password_costs(store_url: str) -> None:
    """Else the time of the answer would tell who has an account here."""

    async def story(it: House) -> None:
        before = it.passwords.verifications
        assert await refusal(it.sign_in(password="wrong password")) is ProblemCode.INVALID_CREDENTIALS
        known = it.passwords.verifications - before
        assert await refusal(it.sign_in(username="nobody")) is ProblemCode.INVALID_CREDENTIALS
        assert it.passwords.verifications - before - known == known == 1

    in_house(store_url, story)


def test_names_are_the_same_in_any_case(store_url: str) -> None:
    """People do not remember how they wrote it."""

    async def story(it: House) -> None:
        assert (await it.sign_in(username=" aMBER ")).user.username == "Amber"

    in_house(store_url, story)


def test_attempts_are_counted_before_they_are_checked(store_url: str) -> None:
    """And a refused attempt does no work at all."""

    async def story(it: House) -> None:
        for _ in range(ACCOUNT_BURST):
            assert await refusal(it.sign_in(password="wrong password")) is ProblemCode.INVALID_CREDENTIALS
        work = it.passwords.verifications
        assert await refusal(it.sign_in()) is ProblemCode.TOO_MANY_ATTEMPTS
        assert it.passwords.verifications == work

    in_house(store_url, story)


def test_nothing_that_opens_a_door_is_stored_or_shown(store_url: str) -> None:
    """A stolen backup must not sign anybody in, and neither must a log."""

    async def story(it: House) -> None:
        tokens = await it.sign_in()

        async def dump(store: Reader) -> str:
            rows = []
            for table in ("users", "devices", "refresh_tokens"):
                rows += await store.all(f"SELECT * FROM {table}")
            return repr(rows)

        stored = await it.database.read(dump)
        for secret in (PASSWORD, tokens.access, tokens.refresh):
            assert secret not in stored
            assert secret not in repr(tokens)

    in_house(store_url, story)
