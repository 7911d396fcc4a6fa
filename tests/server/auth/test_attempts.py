"""How often somebody may try a password."""

import pytest

from soul_player.protocol.problem import ProblemCode
from soul_player.server.auth.attempts import (
    ACCOUNT_BURST,
    ACCOUNT_SECONDS,
    ADDRESS_BURST,
    ADDRESS_SECONDS,
    Attempts,
)
from soul_player.server.errors import RequestRefused
from soul_player.web.allowance import Allowance, address_key
from tests.edges.fake_clock import FakeClock


def refused(attempts: Attempts, address: str, account: str) -> int | None:
    """Seconds to wait, or None when the attempt was let through."""
    try:
        attempts.begin(address, account)
    except RequestRefused as error:
        refusal = error
    else:
        return None
    assert refusal.code is ProblemCode.TOO_MANY_ATTEMPTS
    assert refusal.status == 429
    return int(dict(refusal.headers)[b"retry-after"])


def test_one_address_has_so_many_attempts_and_then_waits_as_long_as_it_is_told() -> None:
    """`Retry-After` must be true: a client that waits so long is let in, one that comes earlier is not."""
    clock = FakeClock()
    attempts = Attempts(clock)
    for number in range(ADDRESS_BURST):
        assert refused(attempts, "10.0.0.1", f"account {number}") is None
    wait_seconds = refused(attempts, "10.0.0.1", "another")
    assert wait_seconds == ADDRESS_SECONDS
    clock.advance(wait_seconds - 1)
    assert refused(attempts, "10.0.0.1", "another") == 1
    clock.advance(1)
    assert refused(attempts, "10.0.0.1", "another") is None
    assert refused(attempts, "10.0.0.1", "another") is not None


def test_one_account_has_so_many_attempts_from_one_address() -> None:
    """The account's limit is the tighter one."""
    attempts = Attempts(FakeClock())
    for _ in range(ACCOUNT_BURST):
        assert refused(attempts, "10.0.0.1", "amber") is None
    assert refused(attempts, "10.0.0.1", "amber") == ACCOUNT_SECONDS
    assert refused(attempts, "10.0.0.1", "another") is None


def test_strangers_cannot_lock_the_owner_out() -> None:
    """An account under attack from one address lets its owner in from another, at once and later."""
    clock = FakeClock()
    attempts = Attempts(clock)
    for _ in range(200):
        refused(attempts, "10.0.0.66", "amber")
    assert refused(attempts, "192.168.1.5", "amber") is None
    attempts.succeeded("192.168.1.5", "amber")
    assert refused(attempts, "192.168.1.5", "amber") is None


def test_many_addresses_together_meet_the_account_limit_after_one_attempt_each() -> None:
    """An attacker with many addresses has one attempt from each, not twenty."""
    attempts = Attempts(FakeClock())
    allowed = 0
    for _ in range(3):
        for number in range(ACCOUNT_BURST * 3):
            allowed += refused(attempts, f"10.0.{number}.1", "amber") is None
    assert allowed == ACCOUNT_BURST * 3


def test_right_passwords_are_not_counted() -> None:
    """A family behind one address signs in as often as it likes."""
    attempts = Attempts(FakeClock())
    for _ in range(ADDRESS_BURST * 5):
        assert refused(attempts, "10.0.0.1", "amber") is None
        attempts.succeeded("10.0.0.1", "amber")


def test_a_right_password_does_not_wash_wrong_ones_away() -> None:
    """Else whoever has one account could guess at all others for ever."""
    attempts = Attempts(FakeClock())
    for number in range(ADDRESS_BURST):
        assert refused(attempts, "10.0.0.1", f"victim {number}") is None
        if refused(attempts, "10.0.0.1", "own") is None:
            attempts.succeeded("10.0.0.1", "own")
    assert refused(attempts, "10.0.0.1", "victim") is not None


def test_what_is_remembered_has_a_bound() -> None:
    """An attacker with a /32 of addresses must not fill the memory."""
    allowance = Allowance(FakeClock(), burst=5, seconds_each=10.0, keys_max=100)
    for number in range(1000):
        allowance.take(str(number))
    assert len(allowance) == 100
    assert allowance.knows("999")
    assert not allowance.knows("0")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("unix", "unix", True),
    ],
)
def test_who_counts_as_one_address(one: str, other: str, is_same: bool) -> None:
    """One IPv6 line has 2^64 addresses; they are one."""
    assert (address_key(one) == address_key(other)) is is_same
