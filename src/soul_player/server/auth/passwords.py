"""Passwords, hashed with argon2id on threads of their own, and never more than a few at once."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from soul_player.edges import Randomness
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused

T = TypeVar("T")

# RFC 9106, second recommended option: 64 MiB and three passes.
MEMORY_KIB = 65_536
PASSES = 3
LANES = 4
SALT_BYTES = 16
HASH_BYTES = 32
AT_ONCE = 2
# More than this waiting would wait for seconds: better to say so.
WAITING_MAX = 32
PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 1024


class Passwords:
    """Hashes and checks passwords. `verifications` counts the work done, so that a test can compare it."""

    def __init__(
        self, executor: Executor | None = None, *, memory_kib: int = MEMORY_KIB, waiting_max: int = WAITING_MAX
    ) -> None:
        self._hasher = PasswordHasher(PASSES, memory_kib, LANES, HASH_BYTES, SALT_BYTES)
        self._executor = executor or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._memory_kib = memory_kib
        self._waiting = 0
        self._waiting_max = waiting_max
        self.verifications = 0

    async def hash(self, password: str) -> str:
        """The text to keep."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, password: str, password_hash: str | None, *, randomness: Randomness) -> bool:
        """Whether it is the password. Without a hash (an unknown account) the same work is done for nothing."""
        against = password_hash or self._of_nobody(randomness)
        self.verifications += 1

        def check() -> bool:
            try:
                return self._hasher.verify(against, password)
            except VerifyMismatchError:
                return False
            except (VerificationError, InvalidHashError) as error:
                raise RequestRefused(ProblemCode.INTERNAL, "the stored password hash cannot be read") from error

        return await self._run(check) and password_hash is not None

    def close(self) -> None:
        """Wait for what runs."""
        self._executor.shutdown()

    def _of_nobody(self, randomness: Randomness) -> str:
        """A hash that no password has: random bytes in place of a digest, checked at the same cost."""
        salt, digest = (_base64(randomness.bytes(count)) for count in (SALT_BYTES, HASH_BYTES))
        return f"$argon2id$v=19$m={self._memory_kib},t={PASSES},p={LANES}${salt}${digest}"

    async def _run(self, job: Callable[[], T]) -> T:
        async with self._turn():
            return await asyncio.get_running_loop().run_in_executor(self._executor, job)

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None, None]:
        if self._waiting >= self._waiting_max:
            raise RequestRefused(ProblemCode.NOT_READY, "too many sign-ins at once", headers=((b"retry-after", b"2"),))
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


def check_new_password(password: str) -> None:
    """Raise `RequestRefused` for one that must not be set."""
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise RequestRefused(
            ProblemCode.INVALID, f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters"
        )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()
