"""Tokens in the system's keyring, where there is one, or in files; and keepers that fail."""

import asyncio
from pathlib import Path

import pytest

from soul_player.client.library.model import SourceId
from soul_player.client.sources.tokens import TOKENS_FOLDER, FileTokens, KeyringTokens, Tokens, TokensUnavailable
from tests.conftest import run


class MemoryKeyring:
    """What the optional library offers, in memory: the tests must not touch a person's own keyring."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str, /) -> str | None:
        """None: there is none."""
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str, /) -> None:
        """In place of an earlier one."""
        self.kept[service, name] = password

    def delete_password(self, service: str, name: str, /) -> None:
        """It must be there."""
        del self.kept[service, name]


def test_homes_and_sources_do_not_share_their_tokens() -> None:
    async def story() -> None:
        keyring = MemoryKeyring()
        one, other = KeyringTokens(keyring, Path("/one")), KeyringTokens(keyring, Path("/other"))
        await one.save(SourceId(1), Tokens("a", 1, "r"))
        await one.save(SourceId(2), Tokens("b", 2, "s"))
        assert await one.load(SourceId(1)) == Tokens("a", 1, "r")
        assert await one.load(SourceId(2)) == Tokens("b", 2, "s")
        assert await other.load(SourceId(1)) is None
        await one.forget(SourceId(1))
        await one.forget(SourceId(1))
        assert await one.load(SourceId(1)) is None
        assert len(keyring.kept) == 1

    run(story())


def test_what_something_else_wrote_there_is_no_token() -> None:
    async def story() -> None:
        keyring = MemoryKeyring()
        tokens = KeyringTokens(keyring, Path("/one"))
        await tokens.save(SourceId(1), Tokens("a", 1, "r"))
        (name,) = keyring.kept
        keyring.kept[name] = "not ours"
        assert await tokens.load(SourceId(1)) is None

    run(story())


def test_a_keyring_that_fails_is_an_error_of_ours() -> None:
    """It is locked, say: a program that keeps a home in sync must not end over it."""

    class Locked(MemoryKeyring):
        def get_password(self, service: str, name: str, /) -> str | None:
            raise RuntimeError("Prompt dismissed..")

    async def story() -> None:
        with pytest.raises(TokensUnavailable, match="Prompt dismissed") as caught:
            await KeyringTokens(Locked(), Path("/one")).load(SourceId(1))
        assert caught.value.hint is not None

    run(story())


def test_a_file_that_cannot_be_used_is_an_error_of_ours(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / TOKENS_FOLDER / "1.json").mkdir(parents=True)
        tokens = FileTokens(tmp_path)
        with pytest.raises(TokensUnavailable, match="directory"):
            await tokens.load(SourceId(1))
        with pytest.raises(TokensUnavailable):
            await tokens.save(SourceId(1), Tokens("a", 1, "r"))
        assert [one.name for one in (tmp_path / TOKENS_FOLDER).iterdir()] == ["1.json"]

    run(story())


def test_two_that_save_at_one_moment_leave_the_whole_of_one(tmp_path: Path) -> None:
    """A command beside the process that keeps the home in sync: each in a file of its own until it is whole."""

    async def story() -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(20):
                tasks.create_task(FileTokens(tmp_path).save(SourceId(1), Tokens("a" * 2_000, number, "r")))
        loaded = await FileTokens(tmp_path).load(SourceId(1))
        assert loaded is not None
        assert len(loaded.access_token) == 2_000
        assert [one.name for one in (tmp_path / TOKENS_FOLDER).iterdir()] == ["1.json"]

    run(story())


def test_what_a_crash_left_is_forgotten_with_the_source(tmp_path: Path) -> None:
    async def story() -> None:
        tokens = FileTokens(tmp_path)
        for number in (1, 11):
            await tokens.save(SourceId(number), Tokens("a", 1, "r"))
            (tmp_path / TOKENS_FOLDER / f"{number}.json.77-5.draft").write_bytes(b"{")
        await tokens.forget(SourceId(1))
        assert sorted(one.name for one in (tmp_path / TOKENS_FOLDER).iterdir()) == ["11.json", "11.json.77-5.draft"]

    run(story())
