"""The OpenAPI document, made from the route table and its messages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from soul_player import __version__
from soul_player.protocol.problem import PROBLEM_CONTENT_TYPE
from soul_player.ui.api.answers import JSON_CONTENT_TYPE, Answer
from soul_player.ui.api.calls import ID_MAX, Call
from soul_player.ui.api.table import Bytes, Message, Route
from soul_player.ui.gate import Access
from soul_player.ui.problems import LocalProblem

_REF = "#/components/schemas/{name}"
_JSON = JSON_CONTENT_TYPE.decode()
# A document that describes the program, and nothing of anybody.
_PUBLIC = ((b"content-type", JSON_CONTENT_TYPE), (b"cache-control", b"no-cache"))


class Documentation:
    """Made once, when somebody asks for it."""

    def __init__(self) -> None:
        self._routes: Sequence[Route] = ()

    def describe(self, routes: Sequence[Route]) -> None:
        """What is there, this one among them."""
        self._routes = routes

    async def json(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """This API, described for programs."""
        return Answer(200, _PUBLIC, self._json)

    @cached_property
    def _json(self) -> bytes:
        return msgspec.json.encode(openapi_document(self._routes))


def openapi_document(routes: Sequence[Route]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    messages = [LocalProblem, *_messages(routes)]
    _, components = msgspec.json.schema_components(dict.fromkeys(messages), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, components)
    queries = {route.query.__name__ for route in routes if route.query is not None}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Soul Player, local API",
            "version": __version__,
            "description": "Errors are problem documents (RFC 9457). The token is in run.json in the home.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: _described(schema) for name, schema in components.items() if name not in queries},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _messages(routes: Iterable[Route]) -> Iterable[Message]:
    for route in routes:
        for each in (route.body, route.query, route.answer):
            if isinstance(each, type):
                yield each


def _operation(route: Route, components: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": summary_of(route),
        "parameters": [*_path_parameters(route.path), *_query_parameters(route.query, components)],
        "responses": {str(route.status): _answer(route), "default": _problem()},
        "security": [] if route.access is Access.OPEN else [{"token": []}],
    }
    if route.body is not None:
        described["requestBody"] = {"required": True, "content": {_JSON: {"schema": _ref(route.body)}}}
    return described


def summary_of(route: Route) -> str:
    """What its work says of itself."""
    return (route.work.__doc__ or "").partition("\n")[0]


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": ID_MAX}
    for name in re.findall(r"{(\w+)}", path):
        schema = number if name.endswith("_id") else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(query: Message | None, components: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    if query is None:
        return
    schema = components[query.__name__]
    for name, each in schema["properties"].items():
        is_required = name in schema.get("required", ())
        yield {"name": name, "in": "query", "required": is_required, "schema": _without_null(each)}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What is null is left out of a query string."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    return choices[0] if len(choices) == 1 else schema


def _answer(route: Route) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": summary_of(route)}
    if isinstance(route.answer, Bytes):
        answer["content"] = {route.answer.content_type: {}}
    elif route.answer is not None:
        answer["content"] = {_JSON: {"schema": _ref(route.answer)}}
    return answer


def _problem() -> dict[str, Any]:
    content = {PROBLEM_CONTENT_TYPE: {"schema": _ref(LocalProblem)}}
    return {"description": "Why not: a problem document, whose code stays.", "content": content}


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """The first paragraph of a class's text says what the message is."""
    if "description" in schema:
        return {**schema, "description": " ".join(schema["description"].split("\n\n")[0].split())}
    return schema


def _ref(message: Message) -> dict[str, str]:
    return {"$ref": _REF.format(name=message.__name__)}
