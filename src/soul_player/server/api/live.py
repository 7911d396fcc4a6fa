"""`WS /api/live`: who listens is checked, greeted, and then only told that something has moved."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from soul_player.database.access import Database, Reader
from soul_player.database.errors import DatabaseError
from soul_player.protocol.codec import NotJson, WrongShape, decode, encode
from soul_player.protocol.ids import EraId
from soul_player.protocol.live import AUTH_SECONDS, CloseCode, Hello, Said
from soul_player.protocol.problem import ProblemCode
from soul_player.server.announce.announcing import Announcing
from soul_player.server.announce.hub import Listener, Written
from soul_player.server.api.answers import Answer, problem_answer
from soul_player.server.auth.sessions import Sessions, check_session
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.listening.sockets import Socket
from soul_player.server.observing.seen import note_problem, note_route, note_user
from soul_player.server.store.changes import read_heads
from soul_player.server.store.devices import Session
from soul_player.server.store.eras import read_newest_era
from soul_player.server.store.scopes import LIBRARY, user_scope
from soul_player.server.store.secrets import Secrets

PATH = "/api/live"
_WRITES = frozenset({"POST", "DELETE"})
_MAY_END_SESSIONS = ("/api/auth/", "/api/admin/users/")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,300}")


@dataclass(frozen=True)
class SocketLine:
    """The hub's way to one socket."""

    socket: Socket

    def write(self, message: bytes) -> Written:
        """Nothing is written to one that has not taken the last."""
        if self.socket.is_gone():
            return Written.GONE
        if self.socket.is_full():
            return Written.FULL
        self.socket.write_text(message)
        return Written.SENT

    def close(self, code: int) -> None:
        """After what was written."""
        self.socket.say_close(code)


class Live:
    """An ASGI application for WebSockets; what is none is the other's."""

    def __init__(
        self,
        app: Any,  # noqa: ANN401  # ASGI's
        announcing: Announcing,
        sessions: Sessions,
        database: Database,
        secrets: Secrets,
        *,
        allowed_origins: tuple[str, ...],
    ) -> None:
        self._app = app
        self._hub = announcing.hub
        self._news = announcing.news
        self._sessions = sessions
        self._database = database
        self._server_id = secrets.server_id
        self._allowed = frozenset(origin.lower().rstrip("/") for origin in allowed_origins)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI's
        """One comparison a request."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            if scope["method"] in _WRITES and scope["path"].startswith(_MAY_END_SESSIONS):
                # Signing out, another password, a token presented twice: whatever it was, who listens is looked at.
                self._news.sessions_changed()
            return
        headers = dict(scope["headers"])
        refused: ProblemCode | None = None
        if scope["path"] != PATH:
            refused = ProblemCode.NOT_FOUND
        else:
            note_route(PATH)
        if refused is None and not is_own_origin(headers, allowed=self._allowed):
            refused = ProblemCode.FOREIGN_ORIGIN
        await receive()
        if refused is not None:
            note_problem(refused.value)
            await _deny(problem_answer(RequestRefused(refused)), send)
            return
        await send({"type": "websocket.accept"})
        await self._serve(SocketLine(scope["extensions"]["soul_player"]["socket"]), headers, receive)

    async def _serve(self, line: SocketLine, headers: dict[bytes, bytes], receive: Any) -> None:  # noqa: ANN401  # ASGI's
        listener: Listener | None = None
        try:
            session = await self._sign_in(headers, receive)
            listener = self._hub.join(session.id, (LIBRARY, user_scope(session.user_id)), line)
            hello = await self._database.read(self._hello, session)
            self._hub.greet(listener, encode(hello), hello.heads)
            while await _next(receive) is not None:
                self._hub.hear(listener)
        except (RequestRefused, TimeoutError) as error:
            note_problem(error.code.value if isinstance(error, RequestRefused) else ProblemCode.AUTH_REQUIRED.value)
            line.close(CloseCode.SIGNED_OUT)
        except (NotJson, WrongShape):
            line.close(CloseCode.INVALID)
        except DatabaseError:
            line.close(CloseCode.GOING_AWAY)
        finally:
            if listener is not None:
                self._hub.leave(listener)

    async def _sign_in(self, headers: dict[bytes, bytes], receive: Any) -> Session:  # noqa: ANN401  # ASGI's
        """By the header, else by the first message."""
        scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            async with asyncio.timeout(AUTH_SECONDS):
                said = await _next(receive)
            token = said.token if said is not None and said.type == "auth" else ""
        if not token:
            raise RequestRefused(ProblemCode.AUTH_REQUIRED, "sign in first")
        presented: Presented = self._sessions.read_token(token.strip())
        note_user(presented.user_id)
        return await self._database.read(check_session, presented)

    async def _hello(self, store: Reader, session: Session) -> Hello:
        """The session once more: it may have ended before anybody knew that it listens."""
        await check_session(store, Presented(session.id))
        era = await read_newest_era(store)
        assert era is not None, "a store is served only after its first era began"
        heads = await read_heads(store, own_scope=user_scope(session.user_id), library=LIBRARY)
        return Hello(self._server_id, EraId(era), heads)


async def _next(receive: Any) -> Said | None:  # noqa: ANN401  # ASGI's
    """None: it went away. Raises `NotJson`, `WrongShape`."""
    event = await receive()
    if event["type"] == "websocket.disconnect":
        return None
    text = event.get("text")
    if text is None:
        raise NotJson("a message is text")
    return decode(text.encode(), Said)


async def _deny(answer: Answer, send: Any) -> None:  # noqa: ANN401  # ASGI's
    """A plain answer in place of the upgrade."""
    length = (b"content-length", b"%d" % len(answer.body))
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": [*answer.headers, length]})
    await send({"type": "websocket.http.response.body", "body": answer.body})


def is_own_origin(headers: dict[bytes, bytes], *, allowed: frozenset[str]) -> bool:
    """None is sent by programs; a page's must be this server's own, or one of the settings."""
    origin = headers.get(b"origin")
    if origin is None:
        return True
    text = origin.decode("latin-1").lower().rstrip("/")
    if text in allowed:
        return True
    try:
        parts = urlsplit(text)
        place = parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
        host = headers.get(b"host", b"").decode("latin-1")
        own = urlsplit(f"{parts.scheme}://{host}")
        own_place = own.hostname, own.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    is_page = parts.scheme in {"http", "https"} and not parts.path and not parts.query
    return is_page and _HOST.fullmatch(host) is not None and place[0] is not None and place == own_place
