"""`/api/session`: a one-time code, or the page's password, is exchanged for the cookie; and signing out."""

from http import HTTPStatus
from math import ceil
from typing import Annotated

import msgspec

from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import Call
from soul_player.ui.gate import Gate
from soul_player.ui.passwords import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, UiPassword
from soul_player.ui.problems import Refused, invalid
from soul_player.ui.sessions import LINK_SECONDS, SESSION_SECONDS, Sessions


class SignInRequest(msgspec.Struct, frozen=True):
    """`code`: of a one-time link. `password`: of the page, if one is set. One of the two."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=PASSWORD_CHARS_MAX)] | None = None


class SessionState(msgspec.Struct, frozen=True):
    """`takes_password`: one is set; else only a link lets a browser in."""

    is_signed_in: bool
    takes_password: bool


class NewUiPassword(msgspec.Struct, frozen=True):
    """null: none, so that only links let anybody in."""

    password: Annotated[str, msgspec.Meta(min_length=PASSWORD_CHARS_MIN, max_length=PASSWORD_CHARS_MAX)] | None


class NewLink(msgspec.Struct, frozen=True):
    """A page for one browser, once, within `seconds`."""

    url: str
    seconds: float


class SessionRoutes:
    """Parses and answers; `Sessions` decides."""

    def __init__(self, sessions: Sessions, gate: Gate, password: UiPassword, *, url: str) -> None:
        self._sessions = sessions
        self._gate = gate
        self._password = password
        self._url = url

    async def state(self, call: Call) -> Answer:
        """Whether this browser is signed in, and how it may."""
        is_signed_in = self._gate.has_session(call.headers.items())
        return message_answer(SessionState(is_signed_in, self._password.is_set))

    async def begin(self, call: Call) -> Answer:
        """Exchange the code of a one-time link, or the page's password, for the session's cookie."""
        asked = await call.message(SignInRequest)
        if asked.code is not None and asked.password is None:
            session = self._sessions.exchange(asked.code)
            if session is None:
                raise _link_used()
        elif asked.password is not None and asked.code is None:
            await self._check_password(asked.password, call.address)
            session = self._sessions.begin()
        else:
            raise invalid("a code or a password, one of the two")
        return no_content((self._cookie(call, session, max_age_seconds=SESSION_SECONDS),))

    async def set_password(self, call: Call) -> Answer:
        """Set the page's password, or take it away; whoever was signed in elsewhere is signed out."""
        asked = await call.message(NewUiPassword)
        if asked.password is None:
            self._password.remove()
        else:
            await self._password.set(asked.password)
        self._sessions.end_others(self._gate.session_of(call.headers.items()))
        return no_content()

    async def _check_password(self, password: str, address: str) -> None:
        wait_seconds = self._password.wait_seconds(address)
        if wait_seconds > 0:
            raise Refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_attempts",
                "too many attempts: wait and try again",
                headers=((b"retry-after", str(ceil(wait_seconds)).encode()),),
            )
        if not self._password.is_set:
            raise Refused(HTTPStatus.UNAUTHORIZED, "no_password", "no password is set", hint="soul ui --set-password")
        if not await self._password.is_right(password, address=address):
            raise Refused(HTTPStatus.UNAUTHORIZED, "wrong_password", "this is not the password")

    async def end(self, call: Call) -> Answer:
        """Sign this browser out."""
        self._sessions.end(self._gate.session_of(call.headers.items()))
        return no_content((self._cookie(call, "", max_age_seconds=0),))

    async def end_all(self, call: Call) -> Answer:
        """Sign every browser out, this one too."""
        self._sessions.end_others()
        return no_content((self._cookie(call, "", max_age_seconds=0),))

    async def end_others(self, call: Call) -> Answer:
        """Sign every other browser out. Another program has no session: by its token, all of them."""
        self._sessions.end_others(self._gate.session_of(call.headers.items()))
        return no_content()

    async def link(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Make a one-time link, for a browser."""
        return message_answer(make_link(self._sessions, self._url), status=201)

    def _cookie(self, call: Call, session: str, *, max_age_seconds: float) -> tuple[bytes, bytes]:
        secure = "; Secure" if call.is_tls else ""
        text = f"{self._gate.cookie}={session}; Path=/; Max-Age={max_age_seconds:.0f}; HttpOnly; SameSite=Strict"
        return b"set-cookie", (text + secure).encode()


def make_link(sessions: Sessions, url: str) -> NewLink:
    """The code stands behind `#`: no browser sends that part, so it is in no log, and reading a link uses nothing."""
    return NewLink(f"{url}/#code={sessions.make_link_code()}", LINK_SECONDS)


def _link_used() -> Refused:
    return Refused(
        HTTPStatus.UNAUTHORIZED,
        "link_used",
        "this link was used already, or is older than a minute",
        hint="soul ui opens a new one",
    )
