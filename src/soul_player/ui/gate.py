"""Who may use a route, and by what they prove it: the cookie of the page, or the token of `run.json`."""

from enum import StrEnum
from http import HTTPStatus

from soul_player.ui.guard import RawHeaders, check_cookie, only
from soul_player.ui.problems import Refused
from soul_player.ui.sessions import Sessions


class Access(StrEnum):
    """What a route needs. The page can do nothing that another program could not: there is no third kind."""

    OPEN = "open"
    SIGNED_IN = "signed in"


class Gate:
    """Lets requests through, or refuses them."""

    def __init__(self, sessions: Sessions, *, cookie: str) -> None:
        self._sessions = sessions
        self.cookie = cookie

    def check(self, method: str, headers: RawHeaders, *, is_websocket: bool = False) -> None:
        """Raises `Refused`: 401 for who is not signed in. The token counts alone when both are sent."""
        authorization = only(headers, b"authorization")
        if authorization:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer" or not self._sessions.is_token(token.strip()):
                raise _not_signed_in("this is not the token of run.json")
            return
        if not self.has_session(headers):
            raise _not_signed_in("open the player anew")
        check_cookie(method, headers, is_websocket=is_websocket)

    def has_session(self, headers: RawHeaders) -> bool:
        """Whether the cookie is that of a session."""
        session = self.session_of(headers)
        return bool(session) and self._sessions.is_session(session)

    def session_of(self, headers: RawHeaders) -> str:
        """The cookie's value, or nothing."""
        for part in only(headers, b"cookie").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.cookie:
                return value
        return ""


def _not_signed_in(detail: str) -> Refused:
    return Refused(
        HTTPStatus.UNAUTHORIZED,
        "not_signed_in",
        detail,
        hint="soul ui opens the page; other programs send the token of run.json",
        headers=((b"www-authenticate", b'Bearer realm="soul"'),),
    )
