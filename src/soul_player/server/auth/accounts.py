"""Making, changing and removing accounts: the same rules for the API and the command line."""

import base64
import unicodedata
from collections.abc import Callable

from soul_player.database.access import Database, Writer
from soul_player.edges import Clock, Randomness, mint
from soul_player.protocol.ids import UserId
from soul_player.protocol.problem import ProblemCode
from soul_player.server.auth.passwords import Passwords, check_new_password
from soul_player.server.auth.sessions import replace_password
from soul_player.server.errors import RequestRefused
from soul_player.server.store.users import (
    StoredUser,
    add_user,
    count_users,
    find_user,
    find_user_by_name,
    list_users,
    lock_admins,
    remove_user,
)

FIRST_ADMIN = "admin"
USERNAME_CHARS_MAX = 64
# 96 bits, in 20 characters that are hard to mistake for each other.
FIRST_PASSWORD_BYTES = 12


class Accounts:
    """Raises `RequestRefused`, whose text is for people too."""

    def __init__(self, database: Database, passwords: Passwords, *, clock: Clock, randomness: Randomness) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._randomness = randomness

    async def add(self, username: str, password: str, *, is_admin: bool) -> StoredUser:
        """A new account."""
        check_username(username)
        check_new_password(password)
        user = await self._made(username, password, is_admin=is_admin)
        if not await self._database.write(add_user, user):
            raise RequestRefused(ProblemCode.USER_EXISTS, f"there is an account named {username!r} already")
        return user

    async def add_first_admin(self, tell: Callable[[str], None]) -> bool:
        """Make an admin where there is no account yet; whether one was made.

        `tell` has the password before the account is there: killed in between, the next start makes another. The other
        way round there would be an account whose password nobody ever saw.
        """
        if await self._database.read(count_users) > 0:
            return False
        password = base64.b32encode(self._randomness.bytes(FIRST_PASSWORD_BYTES)).decode().rstrip("=").lower()
        user = await self._made(FIRST_ADMIN, password, is_admin=True)
        tell(password)
        return await self._database.write(_add_if_first, user)

    async def find(self, username: str) -> StoredUser:
        """The account of this name."""
        user = await self._database.read(find_user_by_name, username)
        if user is None:
            raise RequestRefused(ProblemCode.USER_NOT_FOUND, f"there is no account named {username!r}")
        return user

    async def list(self) -> list[StoredUser]:
        """Every account, by name."""
        return await self._database.read(list_users)

    async def set_password(self, user_id: UserId, password: str) -> None:
        """Signs every device of the account out."""
        check_new_password(password)
        password_hash = await self._passwords.hash(password)
        if not await self._database.write(replace_password, user_id, password_hash, keep_session=None):
            raise RequestRefused(ProblemCode.USER_NOT_FOUND, "no account has this id")

    async def remove(self, user_id: UserId) -> None:
        """The account, its devices and its tokens. The last admin stays."""
        await self._database.write(_remove_unless_last_admin, user_id)

    async def _made(self, username: str, password: str, *, is_admin: bool) -> StoredUser:
        return StoredUser(
            UserId(mint(self._clock, self._randomness)),
            username.strip(),
            is_admin,
            self._clock.now_ms(),
            await self._passwords.hash(password),
        )


def check_username(username: str) -> None:
    """Raise `RequestRefused` for a name that people could not type or tell apart."""
    name = username.strip()
    if not 0 < len(name) <= USERNAME_CHARS_MAX:
        raise RequestRefused(ProblemCode.INVALID, f"a user name has 1 to {USERNAME_CHARS_MAX} characters")
    # Control, format, surrogate, private and unassigned characters, and line and paragraph separators.
    if any(unicodedata.category(character)[0] == "C" or character in "\u2028\u2029" for character in name):
        raise RequestRefused(ProblemCode.INVALID, "a user name holds visible characters only")


async def _add_if_first(store: Writer, user: StoredUser) -> bool:
    return await count_users(store) == 0 and await add_user(store, user)


async def _remove_unless_last_admin(store: Writer, user_id: UserId) -> None:
    admins = await lock_admins(store)
    user = await find_user(store, user_id)
    if user is None:
        raise RequestRefused(ProblemCode.USER_NOT_FOUND, "no account has this id")
    if user.is_admin and admins == 1:
        raise RequestRefused(ProblemCode.LAST_ADMIN, "the last admin cannot be removed")
    await remove_user(store, user_id)
