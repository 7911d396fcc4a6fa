"""The page's password: only its hash, one check at a time, and a file that somebody spoiled lets nobody in."""

import asyncio
from pathlib import Path

import pytest

from soul_player.ui.passwords import BURST, PASSWORD_CHARS_MAX, PASSWORD_FILE, SECONDS_EACH, UiPassword
from tests.conftest import run
from tests.edges.fake_clock import FakeClock

PASSWORD = "sólarlag í þoku"


def make(home: Path) -> tuple[UiPassword, FakeClock]:
    clock = FakeClock()
    return UiPassword(home, clock, memory_kib=64), clock


def test_a_password_is_right_for_every_process_of_the_home(tmp_path: Path) -> None:
    async def story() -> None:
        password, _ = make(tmp_path)
        assert not password.is_set
        assert not await password.is_right(PASSWORD, address="::1")
        await password.set(PASSWORD)
        again, _ = make(tmp_path)
        assert again.is_set
        assert await again.is_right(PASSWORD, address="::1")
        await again.set("another one")
        assert not await password.is_right(PASSWORD, address="::1")
        assert await password.is_right("another one", address="::1")
        password.remove()
        assert not again.is_set
        assert not await again.is_right("another one", address="::1")

    run(story())


@pytest.mark.parametrize("text", ["", "1234567", "x" * (PASSWORD_CHARS_MAX + 1)])
def test_what_is_too_short_or_too_long_is_refused_and_the_old_one_stays(tmp_path: Path, text: str) -> None:
    async def story() -> None:
        password, _ = make(tmp_path)
        await password.set(PASSWORD)
        with pytest.raises(ValueError, match="8 to 1024"):
            await password.set(text)
        assert await password.is_right(PASSWORD, address="127.0.0.1")

    run(story())


@pytest.mark.parametrize("kept", [b"", b"\xff\xfe", b"$argon2id$v=19$m=1", PASSWORD.encode(), b"x" * 100_000])
def test_a_spoiled_file_lets_nobody_in(tmp_path: Path, kept: bytes) -> None:
    async def story() -> None:
        (tmp_path / PASSWORD_FILE).write_bytes(kept)
        password, _ = make(tmp_path)
        for text in (PASSWORD, "", kept.decode("latin-1")):
            assert not await password.is_right(text, address="127.0.0.1")

    run(story())


def test_many_guesses_at_once_do_not_slip_through(tmp_path: Path) -> None:
    """Each counts before it is checked; another address has its own count, and a /64 is one."""

    async def story() -> None:
        password, clock = make(tmp_path)
        await password.set(PASSWORD)
        async with asyncio.TaskGroup() as tasks:
            for number in range(BURST):
                tasks.create_task(password.is_right(f"guess number {number}", address="fd00::1"))
        assert password.wait_seconds("fd00::1") > 0
        assert password.wait_seconds("fd00::2:3") > 0
        assert password.wait_seconds("fd01::1") == 0
        clock.advance(SECONDS_EACH)
        assert password.wait_seconds("fd00::1") == 0

    run(story())
