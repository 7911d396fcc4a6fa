"""The route table as a Litestar application: routing is Litestar's, answers and errors are ours."""

import logging
from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from soul_player.database.errors import DatabaseError
from soul_player.protocol.problem import ProblemCode
from soul_player.server.api.answers import Answer, problem_answer
from soul_player.server.api.calls import Call
from soul_player.server.api.gate import Gate
from soul_player.server.api.routes import Route
from soul_player.server.errors import RequestRefused

log = logging.getLogger("soul_player.server")

_RETRY_SOON = ((b"retry-after", b"5"),)


def make_asgi(routes: Sequence[Route], gate: Gate) -> Litestar:
    """An application without state of its own."""
    return Litestar(
        [_handler(route, gate) for route in routes],
        openapi_config=None,
        logging_config=None,
        exception_handlers={Exception: _answer_error},
    )


def _handler(route: Route, gate: Gate) -> HTTPRouteHandler:
    async def answer(request: Request[Any, Any, Any]) -> ASGIApp:
        try:
            call = Call(request.scope, request.receive)
            call.check_length()
            return await gate.pass_on(call, route.access, route.work)
        except RequestRefused as refused:
            return problem_answer(refused)

    methods = [HttpMethod(route.method), *([HttpMethod.HEAD] if route.method == "GET" else [])]
    # A device names itself, perhaps with a slash: that one is all the rest of the path.
    path = route.path.replace("{device_id}", "{device_id:path}").replace("_id}", "_id:str}")
    # The status is the answer's own: Litestar's is only there because it would guess one from the method.
    return HTTPRouteHandler(path, http_method=methods, status_code=200, name=f"{route.method} {route.path}")(answer)


def _answer_error(request: Request[Any, Any, Any], error: Exception) -> Any:  # noqa: ANN401  # an ASGI app where Litestar wants its Response
    return _Wrapped(_problem_of(request, error))


def _problem_of(request: Request[Any, Any, Any], error: Exception) -> Answer:
    if isinstance(error, RequestRefused):
        return problem_answer(error)
    if isinstance(error, NotFoundException):
        return problem_answer(RequestRefused(ProblemCode.NOT_FOUND, "there is no such route"))
    if isinstance(error, MethodNotAllowedException):
        allow = (error.headers or {}).get("allow", "")
        return problem_answer(
            RequestRefused(
                ProblemCode.METHOD_NOT_ALLOWED,
                f"this route answers {allow}",
                headers=((b"allow", allow.encode()),),
            )
        )
    if isinstance(error, DatabaseError):
        log.error("%s %s: %s", request.method, request.scope["path"], error)
        return problem_answer(
            RequestRefused(ProblemCode.NOT_READY, "the database is not available now", headers=_RETRY_SOON)
        )
    if isinstance(error, HTTPException) and error.status_code < 500:
        return problem_answer(RequestRefused(ProblemCode.BAD_REQUEST, error.detail))
    log.error("%s %s", request.method, request.scope["path"], exc_info=error)
    return problem_answer(RequestRefused(ProblemCode.INTERNAL, "a fault of the server: its log says more"))


class _Wrapped:
    """What Litestar's error path expects of a response, around an answer of ours."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def to_asgi_response(self, **_: Any) -> Answer:  # noqa: ANN401  # whatever Litestar hands over
        """The answer itself."""
        return self._answer
