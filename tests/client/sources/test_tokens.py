"""Tokens in the system's keyring, where there is one."""

from pathlib import Path

from soul_player.client.library.model import SourceId
from soul_player.client.sources.tokens import KeyringTokens, Tokens
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
