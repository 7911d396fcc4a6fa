"""The OpenAPI document, made from the route table and the messages of the protocol."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from soul_player import __version__
from soul_player.protocol.problem import PROBLEM_CONTENT_TYPE, Problem, ProblemCode
from soul_player.server.api.gate import Access
from soul_player.server.api.operations import OPERATIONS, Bytes, Message, Operation
from soul_player.server.errors import STATUS_OF_CODE

_REF = "#/components/schemas/{name}"
_JSON = "application/json"
# Every route may answer these; 400 is for a query string or a head that no server could read.
_ALWAYS = (ProblemCode.BAD_REQUEST, ProblemCode.INTERNAL, ProblemCode.NOT_READY)
_OF_BODIES = (
    ProblemCode.TOO_LARGE,
    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.INVALID,
)
_OF_PARAMETERS = (ProblemCode.INVALID,)
_OF_ADMINS = (
    ProblemCode.AUTH_REQUIRED,
    ProblemCode.TOKEN_EXPIRED,
    ProblemCode.TOKEN_REVOKED,
    ProblemCode.ADMIN_ONLY,
)
_OF_ACCESS = {
    Access.ANONYMOUS: (),
    Access.USER: (ProblemCode.AUTH_REQUIRED, ProblemCode.TOKEN_EXPIRED, ProblemCode.TOKEN_REVOKED),
    Access.ADMIN: _OF_ADMINS,
    Access.MONITOR: _OF_ADMINS,
}


def openapi_document(table: Iterable[tuple[str, str, Access]], *, base_path: str) -> dict[str, Any]:
    """OpenAPI 3.1. Every route of the table must have its operation, and every operation its route."""
    components = _components()
    paths: dict[str, dict[str, Any]] = {}
    for method, path, access in table:
        operation = OPERATIONS[method, path]
        paths.setdefault(path, {})[method.lower()] = _operation(operation, path, access, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Soul Player server",
            "version": __version__,
            "description": "Errors are problem documents (RFC 9457) whose `code` comes from a closed list.",
        },
        "servers": [{"url": base_path or "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"access_token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _components() -> dict[str, Any]:
    _, components = msgspec.json.schema_components(_messages(), ref_template=_REF)
    components["Problem"]["properties"]["code"]["enum"] = [code.value for code in ProblemCode]
    return {name: _described(schema) for name, schema in components.items()}


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """The first paragraph of a class's text says what the message is; the rest is for those who write the server."""
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split("\n\n")[0].split())
    return schema


def _messages() -> list[Message]:
    found: list[Message] = [Problem]
    for operation in OPERATIONS.values():
        for each in (operation.body, *operation.answers.values()):
            if isinstance(each, type) and each not in found:
                found.append(each)
    return found


def _operation(operation: Operation, path: str, access: Access, components: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _names(path)),
            *(
                {
                    "name": each.name,
                    "in": each.place,
                    "required": False,
                    "schema": dict(each.schema),
                    "description": each.description,
                }
                for each in operation.parameters
            ),
        ],
        "responses": _answers(operation) | _problems(operation, access),
        "security": [] if access is Access.ANONYMOUS else [{"access_token": []}],
    }
    if operation.body is not None:
        assert operation.body.__name__ in components, operation.body
        described["requestBody"] = {"required": True, "content": {_JSON: {"schema": _ref(operation.body)}}}
    return described


def _answers(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, each in operation.answers.items():
        answer: dict[str, Any] = {"description": operation.summary}
        if isinstance(each, Bytes):
            answer["content"] = {each.content_type: {}}
        elif isinstance(each, type):
            answer["content"] = {_JSON: {"schema": _ref(each)}}
        elif each is not None:
            answer["content"] = {_JSON: {"schema": dict(each)}}
        answers[str(status)] = answer
    return answers


def _problems(operation: Operation, access: Access) -> dict[str, Any]:
    codes = [*_ALWAYS, *_OF_ACCESS[access], *operation.problems]
    codes += _OF_BODIES if operation.body is not None else ()
    codes += _OF_PARAMETERS if operation.parameters else ()
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(STATUS_OF_CODE[code].value, []).append(code.value)
    return {
        str(status): {
            "description": "One of: " + ", ".join(sorted(names)) + ".",
            "content": {PROBLEM_CONTENT_TYPE: {"schema": _ref(Problem)}},
        }
        for status, names in sorted(by_status.items())
    }


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _ref(message: Message) -> dict[str, str]:
    return {"$ref": _REF.format(name=message.__name__)}
