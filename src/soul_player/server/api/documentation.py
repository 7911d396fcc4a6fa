"""`/api/openapi.json` and `/api/docs`: the API described, for programs and for people."""

import html
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec

from soul_player.server.api.answers import Answer, json_answer
from soul_player.server.api.calls import Call
from soul_player.server.api.gate import Access
from soul_player.server.api.openapi import openapi_document

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1rem; margin: 2rem 0 0; border-top: 1px solid #8886; padding-top: 1rem; }
code, pre, h2 { font-family: ui-monospace, monospace; }
pre { overflow-x: auto; background: #8881; padding: .75rem; border-radius: .5rem; }
table { border-collapse: collapse; } td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
small { opacity: .75; }
"""
# The page is text: nothing of it may run, nothing may be loaded from anywhere.
_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PUBLIC = ((b"cache-control", b"no-cache"),)


class Documentation:
    """Made from the route table, once, when somebody asks for it."""

    def __init__(self, table: Sequence[tuple[str, str, Access]], *, base_path: str) -> None:
        self._table = table
        self._base_path = base_path

    async def json(self, call: Call) -> Answer:
        """`GET /api/openapi.json`."""
        return json_answer(self._json, accept_encoding=call.accept_encoding, headers=_PUBLIC)

    async def page(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """`GET /api/docs`."""
        headers = (
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", _POLICY),
            (b"x-content-type-options", b"nosniff"),
            *_PUBLIC,
        )
        return Answer(200, headers, self._page)

    @cached_property
    def _document(self) -> dict[str, Any]:
        return openapi_document(self._table, base_path=self._base_path)

    @cached_property
    def _json(self) -> bytes:
        return msgspec.json.encode(self._document)

    @cached_property
    def _page(self) -> bytes:
        document = self._document
        routes = "".join(
            _route(method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        )
        schemas = "".join(
            f'<h2 id="{_text(name)}">{_text(name)}</h2><p>{_text(schema.get("description", ""))}</p>{_pretty(schema)}'
            for name, schema in document["components"]["schemas"].items()
        )
        title = f"{document['info']['title']} {document['info']['version']}"
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{_text(title)}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><body>'
            f"<h1>{_text(title)}</h1><p>{_text(document['info']['description'])} For programs: "
            f'<a href="openapi.json">openapi.json</a>.</p>{routes}<h1>Messages</h1>{schemas}</body></html>'
        ).encode()


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    who = "needs an access token" if operation["security"] else "open to anyone"
    parameters = "".join(
        f"<tr><td><code>{_text(each['name'])}</code></td><td>in {_text(each['in'])}</td>"
        f"<td>{_text(each.get('description', ''))}</td></tr>"
        for each in operation["parameters"]
    )
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = "".join(
        f"<tr><td>{_text(status)}</td><td>{_content(answer)}</td><td>{_text(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<h2>{_text(method)} {_text(path)}</h2><p>{_text(operation['summary'])} <small>{who}</small></p>"
        f"{f'<table>{parameters}</table>' if parameters else ''}"
        f"{f'<p>Body: {_link(body)}</p>' if body else ''}<details><summary>Answers</summary>"
        f"<table>{answers}</table></details>"
    )


def _content(answer: dict[str, Any]) -> str:
    return " ".join(
        _link(each["schema"]) if "$ref" in each.get("schema", {}) else f"<code>{_text(content_type)}</code>"
        for content_type, each in answer.get("content", {}).items()
    )


def _link(schema: dict[str, str]) -> str:
    name = _text(schema["$ref"].rpartition("/")[2])
    return f'<a href="#{name}">{name}</a>'


def _pretty(schema: dict[str, Any]) -> str:
    return f"<pre>{_text(msgspec.json.format(msgspec.json.encode(schema), indent=2).decode())}</pre>"


def _text(text: str) -> str:
    return html.escape(text)
