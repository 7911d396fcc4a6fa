"""Where tokens are kept: the system's keyring where there is one, else files that only their owner can read."""

import asyncio
import importlib
import os
from pathlib import Path
from typing import Protocol

import msgspec

from soul_player.client.library.model import SourceId
from soul_player.protocol.codec import NotJson, WrongShape, decode, encode

TOKENS_FOLDER = "tokens"
_SERVICE = "Soul Player"


class Tokens(msgspec.Struct, frozen=True):
    """The sign-in of one source. `expires_at_ms` is this device's clock; a wrong one costs a refresh, no more."""

    access_token: str
    expires_at_ms: int
    refresh_token: str

    def __repr__(self) -> str:
        """No token in a log or a traceback."""
        return f"Tokens(expires_at_ms={self.expires_at_ms})"


class TokenStore(Protocol):
    """What `save` was told is there after a crash: a refresh token that was used once must not be lost."""

    async def load(self, source_id: SourceId) -> Tokens | None:
        """None: there are none, or they cannot be read."""
        ...

    async def save(self, source_id: SourceId, tokens: Tokens) -> None:
        """In place of earlier ones; durable when it returns."""
        ...

    async def forget(self, source_id: SourceId) -> None:
        """They may not be there."""
        ...


class FileTokens:
    """A file a source, mode 0600, in a folder of mode 0700."""

    def __init__(self, home: Path) -> None:
        self._folder = home / TOKENS_FOLDER

    async def load(self, source_id: SourceId) -> Tokens | None:
        """None: there are none, or the file is no longer what was written."""
        return await asyncio.to_thread(self._load, source_id)

    async def save(self, source_id: SourceId, tokens: Tokens) -> None:
        """In place of earlier ones; durable when it returns."""
        await asyncio.to_thread(self._save, source_id, tokens)

    async def forget(self, source_id: SourceId) -> None:
        """They may not be there."""
        await asyncio.to_thread(self._path(source_id).unlink, missing_ok=True)

    def _path(self, source_id: SourceId) -> Path:
        return self._folder / f"{source_id:d}.json"

    def _load(self, source_id: SourceId) -> Tokens | None:
        try:
            return decode(self._path(source_id).read_bytes(), Tokens)
        except (FileNotFoundError, NotJson, WrongShape):
            return None

    def _save(self, source_id: SourceId, tokens: Tokens) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(source_id)
        partial = path.with_suffix(".part")
        file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, encode(tokens))
            os.fsync(file)
        finally:
            os.close(file)
        partial.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Keyring(Protocol):
    """What is used of the optional library `keyring`."""

    def get_password(self, service: str, name: str, /) -> str | None:
        """None: there is none."""
        ...

    def set_password(self, service: str, name: str, password: str, /) -> None:
        """In place of an earlier one."""
        ...

    def delete_password(self, service: str, name: str, /) -> None:
        """It must be there."""
        ...


class KeyringTokens:
    """The system's keyring."""

    def __init__(self, keyring: Keyring, home: Path) -> None:
        self._keyring = keyring
        self._home = home

    async def load(self, source_id: SourceId) -> Tokens | None:
        """None: there are none, or they are no longer what was written."""
        text = await asyncio.to_thread(self._keyring.get_password, _SERVICE, self._name(source_id))
        try:
            return None if text is None else decode(text.encode(), Tokens)
        except (NotJson, WrongShape):
            return None

    async def save(self, source_id: SourceId, tokens: Tokens) -> None:
        """In place of earlier ones."""
        await asyncio.to_thread(self._keyring.set_password, _SERVICE, self._name(source_id), encode(tokens).decode())

    async def forget(self, source_id: SourceId) -> None:
        """They may not be there."""
        if await self.load(source_id) is not None:
            await asyncio.to_thread(self._keyring.delete_password, _SERVICE, self._name(source_id))

    def _name(self, source_id: SourceId) -> str:
        return f"{self._home}#{source_id:d}"


def find_keyring() -> Keyring | None:
    """The optional library with a usable backend, or None."""
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        return None
    # The library's own stand-in when the system offers nothing has no positive priority.
    found: Keyring | None = keyring if keyring.get_keyring().priority > 0 else None
    return found


def open_tokens(home: Path, *, use_keyring: bool) -> TokenStore:
    """The better of the two that is there."""
    keyring = find_keyring() if use_keyring else None
    return FileTokens(home) if keyring is None else KeyringTokens(keyring, home)
