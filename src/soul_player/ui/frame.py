"""What stands before every answer: the guard, the page's files, the socket, and headers that hold a browser back."""

import asyncio
from http import HTTPStatus

from soul_player.ui.api.answers import Receive, Reply, Scope, Send, problem_answer
from soul_player.ui.api.events import EventSockets
from soul_player.ui.gate import Gate
from soul_player.ui.guard import Address, RawHeaders, check_request, only
from soul_player.ui.problems import Refused
from soul_player.ui.static_files import file_answer

API = "/api/"
EVENTS = "/api/events"
# Nothing is loaded from anywhere else, nothing runs that is not a file of the page, nobody may frame it.
POLICY = (
    b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_ONLY_READ = Refused(
    HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "a file is only read", headers=((b"allow", b"GET, HEAD"),)
)
_GOING = Refused(HTTPStatus.SERVICE_UNAVAILABLE, "going_away", "Soul Player ends")
_TOO_MANY = Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_listeners", "as many listen already as may")
_NO_SOCKET = Refused(HTTPStatus.NOT_FOUND, "not_found", "there is no such socket")


class Frame:
    """An ASGI application around the API."""

    def __init__(self, api: Reply, events: EventSockets, gate: Gate, address: Address) -> None:
        self._api = api
        self._events = events
        self._gate = gate
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one socket."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return

        has_begun = False

        async def send_guarded(event: dict[str, object]) -> None:
            nonlocal has_begun
            if event["type"] == "http.response.start":
                has_begun = True
                headers = event["headers"]
                assert isinstance(headers, list | tuple)
                event = {**event, "headers": [*headers, *SECURITY_HEADERS]}
            await send(event)

        try:
            await (await self._answer(scope))(scope, receive, send_guarded)
        except asyncio.CancelledError:
            # The process ends: whoever still waits is told so.
            if not has_begun:
                await problem_answer(_GOING)(scope, receive, send_guarded)
            raise

    async def _answer(self, scope: Scope) -> Reply:
        method, path, headers = scope["method"], scope["path"], scope["headers"]
        is_api = path.startswith(API)
        try:
            check_request(method, headers, self._address, is_page=not is_api)
            if is_api:
                return self._api
            if method not in {"GET", "HEAD"}:
                return problem_answer(_ONLY_READ)
            is_signed_in = self._gate.has_session(headers)
            return await file_answer(path, only(headers, b"if-none-match"), is_signed_in=is_signed_in)
        except Refused as refused:
            return problem_answer(refused)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers"]
        try:
            check_request("GET", headers, self._address, is_page=False)
            self._gate.check("GET", headers, is_websocket=True)
        except Refused as refused:
            await receive()
            await _deny(refused, send)
            return
        if scope["path"] == EVENTS and self._events.has_room:
            await self._events.serve(receive, send, is_let_in=lambda: self._is_let_in(headers))
            return
        await receive()
        await _deny(_TOO_MANY if scope["path"] == EVENTS else _NO_SOCKET, send)

    def _is_let_in(self, headers: RawHeaders) -> bool:
        try:
            self._gate.check("GET", headers, is_websocket=True)
        except Refused:
            return False
        return True


async def _deny(refused: Refused, send: Send) -> None:
    """A plain answer in place of the upgrade."""
    answer = problem_answer(refused)
    length = (b"content-length", b"%d" % len(answer.body))
    headers = [*answer.headers, *SECURITY_HEADERS, length]
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.body})
