"""`/api/session`: a one-time code is exchanged for the cookie, and signing out."""

from http import HTTPStatus

import msgspec

from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import Call
from soul_player.ui.gate import Gate
from soul_player.ui.problems import Refused
from soul_player.ui.sessions import LINK_SECONDS, SESSION_SECONDS, Sessions


class SignInRequest(msgspec.Struct, frozen=True):
    """`code`: of a one-time link."""

    code: str


class NewLink(msgspec.Struct, frozen=True):
    """A page for one browser, once, within `seconds`."""

    url: str
    seconds: float


class SessionRoutes:
    """Parses and answers; `Sessions` decides."""

    def __init__(self, sessions: Sessions, gate: Gate, *, url: str, is_tls: bool = False) -> None:
        self._sessions = sessions
        self._gate = gate
        self._url = url
        self._is_tls = is_tls

    async def begin(self, call: Call) -> Answer:
        """Exchange the code of a one-time link for the session's cookie."""
        asked = await call.message(SignInRequest)
        session = self._sessions.exchange(asked.code)
        if session is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "link_used",
                "this link was used already, or is older than a minute",
                hint="soul ui opens a new one",
            )
        return no_content((self._cookie(session, max_age_seconds=SESSION_SECONDS),))

    async def end(self, call: Call) -> Answer:
        """Sign this browser out."""
        self._sessions.end(self._gate.session_of(list(call.headers.items())))
        return no_content((self._cookie("", max_age_seconds=0),))

    async def link(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Make a one-time link, for a browser."""
        return message_answer(make_link(self._sessions, self._url), status=201)

    def _cookie(self, session: str, *, max_age_seconds: float) -> tuple[bytes, bytes]:
        secure = "; Secure" if self._is_tls else ""
        text = f"{self._gate.cookie}={session}; Path=/; Max-Age={max_age_seconds:.0f}; HttpOnly; SameSite=Strict"
        return b"set-cookie", (text + secure).encode()


def make_link(sessions: Sessions, url: str) -> NewLink:
    """The code stands behind `#`: no browser sends that part, so it is in no log, and reading a link uses nothing."""
    return NewLink(f"{url}/#code={sessions.make_link_code()}", LINK_SECONDS)
