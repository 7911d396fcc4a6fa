"""Passwords: the same work for everyone, and never more of it than the machine can bear."""

import asyncio
from collections.abc import Iterator

import pytest
from argon2 import extract_parameters

from soul_player.edges import SystemRandomness
from soul_player.protocol.problem import ProblemCode
from soul_player.server.auth.passwords import MEMORY_KIB, PASSES, Passwords, check_new_password
from soul_player.server.errors import RequestRefused
from tests.conftest import run


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """With little memory, but for the test that is about it."""
    found = Passwords(memory_kib=1024)
    yield found
    found.close()


def test_the_right_password_is_right_and_no_other() -> None:
    """At full cost, as a server does it."""
    passwords = Passwords()
    try:
        hashed = run(passwords.hash("night drive"))
        assert "night drive" not in hashed
        parameters = extract_parameters(hashed)
        assert (parameters.type.name, parameters.memory_cost, parameters.time_cost) == ("ID", MEMORY_KIB, PASSES)
        assert run(passwords.verify("night drive", hashed, randomness=SystemRandomness()))
        assert not run(passwords.verify("Night drive", hashed, randomness=SystemRandomness()))
    finally:
        passwords.close()


def test_nobody_has_a_password(passwords: Passwords) -> None:
    """An unknown account is checked against a hash that nothing fits, at the parameters of a real one."""
    assert not run(passwords.verify("night drive", None, randomness=SystemRandomness()))
    assert passwords.verifications == 1
    of_nobody = passwords._of_nobody(SystemRandomness())
    real = run(passwords.hash("night drive"))
    assert extract_parameters(of_nobody) == extract_parameters(real)
    assert len(of_nobody) == len(real)


def test_a_hash_that_cannot_be_read_is_a_fault_of_the_server_not_a_wrong_password(passwords: Passwords) -> None:
    """Telling somebody that the password is wrong would send them looking for another."""
    with pytest.raises(RequestRefused) as caught:
        run(passwords.verify("night drive", "$argon2id$v=19$nonsense", randomness=SystemRandomness()))
    assert caught.value.code is ProblemCode.INTERNAL


def test_too_many_at_once_are_told_to_come_back() -> None:
    """Each costs 64 MiB: a burst of sign-ins must not take the machine."""
    passwords = Passwords(memory_kib=1024, waiting_max=3)

    async def burst() -> list[ProblemCode]:
        codes = []

        async def one() -> None:
            try:
                await passwords.hash("night drive")
            except RequestRefused as refused:
                codes.append(refused.code)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(10):
                tasks.create_task(one())
        await passwords.hash("and afterwards it works again")
        return codes

    try:
        codes = run(burst())
    finally:
        passwords.close()
    assert codes == [ProblemCode.NOT_READY] * 7


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1025])
def test_a_new_password_has_a_length(password: str) -> None:
    """Long ones are fine, up to what a hash should be asked to read."""
    with pytest.raises(RequestRefused) as caught:
        check_new_password(password)
    assert caught.value.code is ProblemCode.INVALID
    check_new_password("eight888")
    check_new_password("x" * 1024)
