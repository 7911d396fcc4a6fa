"""The route table as a Litestar application: routing is Litestar's, answers and errors are ours."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Request
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from soul_player.client import ClientError
from soul_player.database.errors import DatabaseError
from soul_player.ui.api.answers import Answer, problem_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.api.table import Route
from soul_player.ui.gate import Access, Gate
from soul_player.ui.problems import Refused, refused_by_client

log = logging.getLogger("soul_player.ui")


def make_api(routes: Sequence[Route], gate: Gate) -> Litestar:
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
            if route.access is not Access.OPEN:
                gate.check(route.method, request.scope["headers"])
            call = Call(request.scope, request.receive, query_type=route.query, body_type=route.body)
            return await route.work(call)
        except Refused as refused:
            return problem_answer(refused)
        except ClientError as error:
            return problem_answer(refused_by_client(error))

    methods = [HttpMethod(route.method), *([HttpMethod.HEAD] if route.method == "GET" else [])]
    path = route.path.replace("}", ":str}")
    # The status is the answer's own: Litestar's is only there because it would guess one from the method.
    return HTTPRouteHandler(path, http_method=methods, status_code=200, name=f"{route.method} {route.path}")(answer)


def _answer_error(request: Request[Any, Any, Any], error: Exception) -> Any:  # noqa: ANN401  # an ASGI app where Litestar wants its Response
    return _Wrapped(problem_answer(_refused(request, error)))


def _refused(request: Request[Any, Any, Any], error: Exception) -> Refused:
    if isinstance(error, NotFoundException):
        return Refused(HTTPStatus.NOT_FOUND, "not_found", "there is no such route")
    if isinstance(error, MethodNotAllowedException):
        allow = (error.headers or {}).get("allow", "")
        return Refused(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "method_not_allowed",
            f"this route answers {allow}",
            headers=((b"allow", allow.encode()),),
        )
    if isinstance(error, DatabaseError):
        log.error("%s %s: %s", request.method, request.scope["path"], error)
        return Refused(HTTPStatus.SERVICE_UNAVAILABLE, "library_unavailable", f"the library: {error}")
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Refused(HTTPStatus.BAD_REQUEST, "bad_request", error.detail)
    log.error("%s %s", request.method, request.scope["path"], exc_info=error)
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "a fault of Soul Player: its log says more")


class _Wrapped:
    """What Litestar's error path expects of a response, around an answer of ours."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def to_asgi_response(self, **_: Any) -> Answer:  # noqa: ANN401  # whatever Litestar hands over
        """The answer itself."""
        return self._answer
