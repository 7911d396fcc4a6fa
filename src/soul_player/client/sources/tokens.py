"""Where tokens are kept: the system's keyring where there is one, else files that only their owner can read."""

import asyncio
import errno
import importlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from soul_player.client.errors import DiskFull, SyncError
from soul_player.client.library.model import SourceId
from soul_player.private_files import DRAFT_SUFFIX, write_private
from soul_player.protocol.codec import NotJson, WrongShape, decode, encode

TOKENS_FOLDER = "tokens"
_SERVICE = "Soul Player"


class TokensUnavailable(SyncError):
    """What keeps the tokens cannot be read or written now. Nothing is lost: the server gives the same ones again."""

    code = "tokens_unavailable"


class Tokens(msgspec.Struct, frozen=True):
    """The sign-in of one source. `expires_at_ms` is this device's clock; a wrong one costs a refresh, no more."""

    access_token: str
    expires_at_ms: int
    refresh_token: str

    def __repr__(self) -> str:
        """No token in a log or a traceback."""
        return f"Tokens(expires_at_ms={self.expires_at_ms})"


class TokenStore(Protocol):
    """What `save` was told is there after a crash: a refresh token that was used once must not be lost.

    Each of them raises `TokensUnavailable`, `DiskFull`.
    """

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
        await asyncio.to_thread(self._forget, source_id)

    def _path(self, source_id: SourceId) -> Path:
        return self._folder / f"{source_id:d}.json"

    def _load(self, source_id: SourceId) -> Tokens | None:
        path = self._path(source_id)
        with _file_errors(path):
            try:
                return decode(path.read_bytes(), Tokens)
            except (FileNotFoundError, NotJson, WrongShape):
                return None

    def _save(self, source_id: SourceId, tokens: Tokens) -> None:
        path = self._path(source_id)
        with _file_errors(path):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, encode(tokens))

    def _forget(self, source_id: SourceId) -> None:
        path = self._path(source_id)
        with _file_errors(path):
            # Also what a crash in the middle of saving has left.
            for one in (path, *self._folder.glob(f"{path.name}.*{DRAFT_SUFFIX}")):
                one.unlink(missing_ok=True)


@contextmanager
def _file_errors(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull("no room is left to keep a sign-in", hint="make room on the disk") from error
        raise TokensUnavailable(
            f"the sign-in in {path} cannot be used: {(error.strerror or str(error)).lower()}",
            hint="let the user who runs Soul Player own that file and its folder",
        ) from error


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
        with _keyring_errors():
            text = await asyncio.to_thread(self._keyring.get_password, _SERVICE, self._name(source_id))
        try:
            return None if text is None else decode(text.encode(), Tokens)
        except (NotJson, WrongShape):
            return None

    async def save(self, source_id: SourceId, tokens: Tokens) -> None:
        """In place of earlier ones."""
        text = encode(tokens).decode()
        with _keyring_errors():
            await asyncio.to_thread(self._keyring.set_password, _SERVICE, self._name(source_id), text)

    async def forget(self, source_id: SourceId) -> None:
        """They may not be there."""
        if await self.load(source_id) is not None:
            with _keyring_errors():
                await asyncio.to_thread(self._keyring.delete_password, _SERVICE, self._name(source_id))

    def _name(self, source_id: SourceId) -> str:
        return f"{self._home}#{source_id:d}"


@contextmanager
def _keyring_errors() -> Generator[None, None, None]:
    try:
        yield
    except Exception as error:  # its backends are plug-ins of others, and raise what they like
        raise TokensUnavailable(
            f"the system's keyring cannot be used: {str(error) or type(error).__name__}",
            hint="unlock it, or set `keyring = false` in the settings and sign in again: soul source login",
        ) from error


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
