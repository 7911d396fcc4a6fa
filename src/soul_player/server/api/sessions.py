"""`/api/auth`: signing in and out, refreshing, the password, the devices."""

from soul_player.database.access import Database
from soul_player.protocol.ids import DeviceId
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.session import (
    Device,
    DeviceList,
    LoginRequest,
    PasswordRequest,
    RefreshRequest,
    SignedIn,
    User,
)
from soul_player.protocol.times import time_text
from soul_player.server.api.answers import NEVER_STORED, Answer, message_answer, no_content
from soul_player.server.api.calls import Call
from soul_player.server.auth.first_password import FirstPassword
from soul_player.server.auth.passwords import PASSWORD_CHARS_MAX
from soul_player.server.auth.sessions import Sessions, Tokens
from soul_player.server.auth.tokens import ACCESS_SECONDS
from soul_player.server.errors import RequestRefused
from soul_player.server.store.devices import Session, list_devices, remove_device
from soul_player.server.store.users import StoredUser

DEVICE_ID_CHARS_MAX = 100
NAME_CHARS_MAX = 200
REFRESH_TOKEN_CHARS_MAX = 200


class SessionRoutes:
    """Parses and answers; `Sessions` decides."""

    def __init__(self, sessions: Sessions, database: Database, first_password: FirstPassword) -> None:
        self._sessions = sessions
        self._database = database
        self._first_password = first_password

    async def login(self, call: Call) -> Answer:
        """`POST /api/auth/login`."""
        asked = await call.message(LoginRequest)
        check_text("username", asked.username, chars_max=NAME_CHARS_MAX)
        check_text("password", asked.password, chars_max=PASSWORD_CHARS_MAX)
        check_text("device_id", asked.device_id, chars_max=DEVICE_ID_CHARS_MAX)
        check_text("device_name", asked.device_name, chars_max=NAME_CHARS_MAX, may_be_empty=True)
        tokens = await self._sessions.sign_in(
            asked.username,
            asked.password,
            device_id=DeviceId(asked.device_id),
            device_name=asked.device_name,
            address=call.address,
        )
        self._first_password.forget()
        return _signed_in(call, tokens)

    async def refresh(self, call: Call) -> Answer:
        """`POST /api/auth/refresh`."""
        asked = await call.message(RefreshRequest)
        check_text("refresh_token", asked.refresh_token, chars_max=REFRESH_TOKEN_CHARS_MAX)
        return _signed_in(call, await self._sessions.refresh(asked.refresh_token))

    async def logout(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`POST /api/auth/logout`."""
        await self._sessions.sign_out(session)
        return no_content()

    async def password(self, call: Call, session: Session) -> Answer:
        """`POST /api/auth/password`."""
        asked = await call.message(PasswordRequest)
        check_text("current_password", asked.current_password, chars_max=PASSWORD_CHARS_MAX)
        await self._sessions.change_password(
            session,
            current_password=asked.current_password,
            new_password=asked.new_password,
            address=call.address,
        )
        return no_content()

    async def devices(self, call: Call, session: Session) -> Answer:
        """`GET /api/auth/devices`."""
        devices = await self._database.read(list_devices, session.user_id)
        message = DeviceList(
            tuple(
                Device(
                    device.device_id,
                    device.device_name,
                    time_text(device.created_at),
                    time_text(device.last_seen_at),
                    current=device.session_id == session.id,
                )
                for device in devices
            )
        )
        return message_answer(message, accept_encoding=call.accept_encoding)

    async def remove_device(self, call: Call, session: Session) -> Answer:
        """`DELETE /api/auth/devices/{device_id}`: at once, also one's own."""
        tail = call.path_tail("/api/auth/devices/", missing=ProblemCode.DEVICE_NOT_FOUND)
        device_id = DeviceId(tail)
        if not await self._database.write(remove_device, session.user_id, device_id):
            raise RequestRefused(ProblemCode.DEVICE_NOT_FOUND, "no device of yours has this id")
        return no_content()


def user_message(user: StoredUser) -> User:
    """An account as it travels."""
    return User(user.id, user.username, user.is_admin, time_text(user.created_at))


def check_text(name: str, text: str, *, chars_max: int, may_be_empty: bool = False) -> None:
    """Raise `RequestRefused` for one that is empty, too long, or holds what no database keeps."""
    if not text and not may_be_empty:
        raise RequestRefused(ProblemCode.INVALID, f"{name} must not be empty")
    if len(text) > chars_max:
        raise RequestRefused(ProblemCode.INVALID, f"{name} has at most {chars_max} characters")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise RequestRefused(ProblemCode.INVALID, f"{name} holds a character that cannot be stored")


def _signed_in(call: Call, tokens: Tokens) -> Answer:
    message = SignedIn(tokens.access, tokens.refresh, ACCESS_SECONDS, user_message(tokens.user))
    return message_answer(message, accept_encoding=call.accept_encoding, headers=NEVER_STORED)
