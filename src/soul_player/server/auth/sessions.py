"""Signing in, refreshing, and whether a session still stands (protocol, section 3, *Sign-in*)."""

from dataclasses import dataclass

from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import Clock, Randomness, mint
from soul_player.protocol.ids import DeviceId, UserId, id_bytes
from soul_player.protocol.problem import ProblemCode
from soul_player.server.auth import tokens
from soul_player.server.auth.limits import Limits
from soul_player.server.auth.passwords import Passwords, check_new_password
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.store.devices import (
    Session,
    begin_session,
    end_other_sessions,
    end_session,
    find_session,
    note_seen,
)
from soul_player.server.store.refresh_tokens import add_token, find_token, note_presented
from soul_player.server.store.users import (
    StoredUser,
    find_user,
    find_user_by_name,
    set_password_hash,
    username_key,
)

_DAY_MS = 86_400_000
_SIGN_IN_AGAIN = "this device is signed out: sign in again"


@dataclass(frozen=True)
class Tokens:
    """What a device holds after it signed in or refreshed."""

    access: str
    refresh: str
    user: StoredUser

    def __repr__(self) -> str:
        return f"Tokens(user={self.user!r})"


async def check_session(store: Reader, presented: Presented) -> Session:
    """Who asks. Part of the transaction that answers, so revoking a device is at once. Raises `RequestRefused`."""
    session = await find_session(store, presented.session_id)
    if session is None:
        raise RequestRefused(ProblemCode.TOKEN_REVOKED, _SIGN_IN_AGAIN)
    presented.session = session
    return session


class Sessions:
    """Everything about signing in that needs a key, a clock or a password."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        limits: Limits,
        *,
        key: bytes,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._limits = limits
        self._key = key
        self._clock = clock
        self._randomness = randomness

    def read_token(self, access_token: str) -> Presented:
        """Raises `RequestRefused` unless it is ours and has not expired."""
        return tokens.read_access_token(self._key, access_token, now_ms=self._clock.now_ms())

    async def sign_in(
        self, username: str, password: str, *, device_id: DeviceId, device_name: str, address: str
    ) -> Tokens:
        """Raises `RequestRefused`. An unknown account costs the same time as a wrong password."""
        account = username_key(username)
        await self._limits.begin(address, account)
        user = await self._database.read(find_user_by_name, username)
        right = await self._passwords.verify(
            password, None if user is None else user.password_hash, randomness=self._randomness
        )
        if user is None or not right:
            raise RequestRefused(ProblemCode.INVALID_CREDENTIALS, "the user name or the password is wrong")
        await self._limits.succeeded(address, account)
        refresh = tokens.first_refresh_token(self._randomness.bytes(tokens.REFRESH_BYTES))
        session_id = id_bytes(mint(self._clock, self._randomness))
        now_ms = self._clock.now_ms()

        async def begin(store: Writer) -> None:
            current = await find_user(store, user.id)
            if current is None or current.password_hash != user.password_hash:
                raise RequestRefused(ProblemCode.INVALID_CREDENTIALS, "the user name or the password is wrong")
            await begin_session(
                store, user.id, device_id, session_id=session_id, device_name=device_name, now_ms=now_ms
            )
            await add_token(store, tokens.hash_of(refresh), session_id=session_id, now_ms=now_ms)

        await self._database.write(begin)
        return Tokens(tokens.make_access_token(self._key, session_id, now_ms=now_ms), refresh, user)

    async def refresh(self, refresh_token: str) -> Tokens:
        """The successor, the same one for every repeat. Raises `RequestRefused`, having revoked the device when a token
        comes back whose successor is in use: one of the two holders stole it."""
        successor = tokens.successor_of(self._key, refresh_token)
        now_ms = self._clock.now_ms()
        found = await self._database.write(_advance, refresh_token, successor, now_ms)
        if found is None:
            raise RequestRefused(ProblemCode.TOKEN_REVOKED, _SIGN_IN_AGAIN)
        session_id, user = found
        return Tokens(tokens.make_access_token(self._key, session_id, now_ms=now_ms), successor, user)

    async def change_password(
        self, session: Session, *, current_password: str, new_password: str, address: str
    ) -> None:
        """Set a new one and sign the user's other devices out. Raises `RequestRefused`."""
        check_new_password(new_password)
        user = await self._database.read(find_user, session.user_id)
        if user is None:
            raise RequestRefused(ProblemCode.TOKEN_REVOKED, _SIGN_IN_AGAIN)
        account = username_key(user.username)
        await self._limits.begin(address, account)
        if not await self._passwords.verify(current_password, user.password_hash, randomness=self._randomness):
            raise RequestRefused(ProblemCode.INVALID_CREDENTIALS, "the current password is wrong")
        await self._limits.succeeded(address, account)
        password_hash = await self._passwords.hash(new_password)
        await self._database.write(replace_password, user.id, password_hash, keep_session=session.id)

    async def sign_out(self, session: Session) -> None:
        """At once, and its refresh tokens with it."""
        await self._database.write(end_session, session.id)


async def replace_password(store: Writer, user_id: UserId, password_hash: str, *, keep_session: bytes | None) -> bool:
    """The new password and the end of the other sessions, together. False when there is no such account."""
    if not await set_password_hash(store, user_id, password_hash):
        return False
    await end_other_sessions(store, user_id, but=keep_session)
    return True


async def _advance(store: Writer, presented: str, successor: str, now_ms: int) -> tuple[bytes, StoredUser] | None:
    """The session and its user, or None when the device is not (or no longer) signed in."""
    token = await find_token(store, tokens.hash_of(presented))
    # Taking the device's row first makes two refreshes of one device take turns.
    if token is None or not await note_seen(store, token.session_id, now_ms):
        return None
    token = await find_token(store, tokens.hash_of(presented))
    following = await find_token(store, tokens.hash_of(successor))
    session = None if token is None else await find_session(store, token.session_id)
    if token is None or session is None:
        return None
    successor_used = following is not None and following.presented_at is not None
    if not is_good(token.issued_at, token.presented_at, successor_used=successor_used, now_ms=now_ms):
        await end_session(store, token.session_id)
        return None
    await note_presented(store, tokens.hash_of(presented), now_ms)
    await add_token(store, tokens.hash_of(successor), session_id=token.session_id, now_ms=now_ms)
    user = await find_user(store, session.user_id)
    return None if user is None else (token.session_id, user)


def is_good(issued_at: int, presented_at: int | None, *, successor_used: bool, now_ms: int) -> bool:
    """Until the successor was used once, and for a minute at least; unused, for 180 days."""
    if presented_at is not None and successor_used:
        return now_ms < presented_at + tokens.REPEAT_SECONDS_MIN * 1000
    return now_ms < issued_at + tokens.REFRESH_DAYS * _DAY_MS
