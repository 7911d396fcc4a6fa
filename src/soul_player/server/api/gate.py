"""Who may use a route: decided here, once, from the route table."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from soul_player.database.access import Database
from soul_player.protocol.problem import ProblemCode
from soul_player.server.api.answers import Receive, Scope, Send
from soul_player.server.api.calls import Call
from soul_player.server.auth.sessions import Sessions, check_session
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.observing.seen import note_user
from soul_player.server.store.devices import Session

Reply = Callable[[Scope, Receive, Send], Awaitable[None]]


class Access(StrEnum):
    """Who may use a route."""

    ANONYMOUS = "anonymous"
    USER = "user"
    ADMIN = "admin"
    MONITOR = "monitor"


@dataclass(frozen=True)
class Open:
    """A route's work that needs nobody to be signed in."""

    work: Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True)
class SignedIn:
    """A route's work for somebody whose session was checked before."""

    work: Callable[[Call, Session], Awaitable[Reply]]


@dataclass(frozen=True)
class InOneRead:
    """A route's work that checks the session in the very transaction that answers.

    It is handed a `Presented` only, and nothing in the store is found without the `Session` that `check_session` makes
    of it there. One read per request instead of two is a third of an idle sync's cost.
    """

    work: Callable[[Call, Presented], Awaitable[Reply]]


@dataclass(frozen=True)
class OpenOrSignedIn:
    """A route's work that tells more to somebody who is signed in."""

    work: Callable[[Call, Session | None], Awaitable[Reply]]


@dataclass(frozen=True)
class Scraped:
    """A route's work for a monitoring system, which has a token of its own, and for admins."""

    work: Callable[[Call], Awaitable[Reply]]


Work = Open | SignedIn | InOneRead | OpenOrSignedIn | Scraped


class Gate:
    """Lets calls through to the work of their route, or refuses them."""

    def __init__(self, sessions: Sessions, database: Database, *, metrics_token: str = "") -> None:
        self._sessions = sessions
        self._database = database
        self._metrics_token = metrics_token.encode()

    async def pass_on(self, call: Call, access: Access, work: Work) -> Reply:
        """The route's answer. Raises `RequestRefused`."""
        match work:
            case Open():
                assert access is Access.ANONYMOUS, access
                return await work.work(call)
            case OpenOrSignedIn():
                assert access is Access.ANONYMOUS, access
                session = await self._session(call) if b"authorization" in call.headers else None
                return await work.work(call, session)
            case InOneRead():
                assert access is Access.USER, access
                return await work.work(call, self._presented(call))
            case Scraped():
                assert access is Access.MONITOR, access
                # Asked for first: it needs no database, and who monitors must be answered when that is away.
                if not self._is_monitor(call):
                    self._check_admin(await self._session(call))
                return await work.work(call)
            case SignedIn():
                assert access in {Access.USER, Access.ADMIN}, access
                session = await self._session(call)
                if access is Access.ADMIN:
                    self._check_admin(session)
                return await work.work(call, session)
            case _:
                assert_never(work)

    def _check_admin(self, session: Session) -> None:
        if not session.is_admin:
            raise RequestRefused(ProblemCode.ADMIN_ONLY, "only admins may do this")

    def _is_monitor(self, call: Call) -> bool:
        scheme, _, token = call.header(b"authorization").partition(" ")
        is_right = hmac.compare_digest(token.strip().encode(), self._metrics_token)
        return bool(self._metrics_token) and scheme.lower() == "bearer" and is_right

    async def _session(self, call: Call) -> Session:
        return await self._database.read(check_session, self._presented(call))

    def _presented(self, call: Call) -> Presented:
        scheme, _, token = call.header(b"authorization").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise RequestRefused(ProblemCode.AUTH_REQUIRED, "sign in first")
        presented = self._sessions.read_token(token.strip())
        note_user(presented.user_id)
        return presented
