"""The password of the page, for browsers that no link can be opened in: a phone. Only its hash is kept."""

import asyncio
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from soul_player.edges import Clock
from soul_player.private_files import write_private
from soul_player.web.allowance import Allowance, address_key

PASSWORD_FILE = "ui-password"  # noqa: S105  # a file's name
PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 1_024
# RFC 9106, second recommended option: 64 MiB and three passes.
MEMORY_KIB = 65_536
PASSES = 3
LANES = 4
# So many at once from one address, and then one each so many seconds.
BURST = 5
SECONDS_EACH = 30.0


class UiPassword:
    """Of a home. Another process may set it at any time: the file is what counts."""

    def __init__(self, home: Path, clock: Clock, *, memory_kib: int = MEMORY_KIB) -> None:
        self._path = home / PASSWORD_FILE
        self._hasher = PasswordHasher(PASSES, memory_kib, LANES)
        self._attempts = Allowance(clock, burst=BURST, seconds_each=SECONDS_EACH)
        # One at a time: each takes its memory, and strangers must not take all of it.
        self._turn = asyncio.Lock()

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return self._path.exists()

    async def set(self, password: str) -> None:
        """Raises `ValueError` for one that is too short or too long."""
        if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
            raise ValueError(f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters")
        async with self._turn:
            await asyncio.to_thread(self._write, password)

    def remove(self) -> None:
        """Only links let anybody in then."""
        self._path.unlink(missing_ok=True)

    def wait_seconds(self, address: str) -> float:
        """How long this address must wait before it may try again; 0.0: not at all."""
        return self._attempts.wait_seconds(address_key(address))

    async def is_right(self, password: str, *, address: str) -> bool:
        """Counted before it is checked, so that many at once do not slip through."""
        key = address_key(address)
        self._attempts.take(key)
        async with self._turn:
            is_right = await asyncio.to_thread(self._verify, password)
        if is_right:
            self._attempts.give_back(key)
        return is_right

    def _verify(self, password: str) -> bool:
        try:
            return self._hasher.verify(self._path.read_text("ascii").strip(), password)
        except (VerificationError, InvalidHashError, OSError, UnicodeDecodeError):
            return False

    def _write(self, password: str) -> None:
        write_private(self._path, self._hasher.hash(password).encode())
