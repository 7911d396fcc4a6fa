"""The route table as a Litestar application: routing is Litestar's, answers and errors are ours."""

import logging
from collections.abc import Callable, Sequence
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
from soul_player.server.observing.seen import NO_ROUTE, SEEN, note_problem, note_route

log = logging.getLogger("soul_player.server")

_RETRY_SOON = ((b"retry-after", b"5"),)


def make_asgi(routes: Sequence[Route], gate: Gate, *, on_trouble: Callable[[DatabaseError], None]) -> Litestar:
    """An application without state of its own. `on_trouble` hears what the database failed of."""

    def answer_error(request: Request[Any, Any, Any], error: Exception) -> Any:  # noqa: ANN401  # an ASGI app where Litestar wants its Response
        if isinstance(error, DatabaseError):
            on_trouble(error)
        return _Wrapped(_problem_of(request, error))

    return Litestar(
        [_handler(route, gate) for route in routes],
        openapi_config=None,
        logging_config=None,
        exception_handlers={Exception: answer_error},
    )


def _handler(route: Route, gate: Gate) -> HTTPRouteHandler:
    async def answer(request: Request[Any, Any, Any]) -> ASGIApp:
        note_route(route.path)
        try:
            call = Call(request.scope, request.receive)
            call.check_length()
            return await gate.pass_on(call, route.access, route.work)
        except RequestRefused as refused:
            note_problem(refused.code.value)
            return problem_answer(refused)

    methods = [HttpMethod(route.method), *([HttpMethod.HEAD] if route.method == "GET" else [])]
    # A device names itself, perhaps with a slash: that one is all the rest of the path.
    path = route.path.replace("{device_id}", "{device_id:path}").replace("_id}", "_id:str}")
    # The status is the answer's own: Litestar's is only there because it would guess one from the method.
    return HTTPRouteHandler(path, http_method=methods, status_code=200, name=f"{route.method} {route.path}")(answer)


def _problem_of(request: Request[Any, Any, Any], error: Exception) -> Answer:
    if isinstance(error, RequestRefused):
        note_problem(error.code.value)
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
        note_problem(ProblemCode.NOT_READY.value, str(error))
        return problem_answer(
            RequestRefused(ProblemCode.NOT_READY, "the database is not available now", headers=_RETRY_SOON)
        )
    if isinstance(error, HTTPException) and error.status_code < 500:
        return problem_answer(RequestRefused(ProblemCode.BAD_REQUEST, error.detail))
    note_problem(ProblemCode.INTERNAL.value)
    # The route, not the path: what a stranger puts there is not for the log.
    seen = SEEN.get()
    log.error("%s %s failed", request.method, NO_ROUTE if seen is None else seen.route, exc_info=error)
    return problem_answer(RequestRefused(ProblemCode.INTERNAL, "a fault of the server: its log says more"))


class _Wrapped:
    """What Litestar's error path expects of a response, around an answer of ours."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def to_asgi_response(self, **_: Any) -> Answer:  # noqa: ANN401  # whatever Litestar hands over
        """The answer itself."""
        return self._answer
