"""The OpenAPI document of the local API, and the API held against it by schemathesis."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from soul_player.ui import LocalApi
from tests.conftest import run
from tests.ui.local import running_ui

EXAMPLES_PER_OPERATION = 12
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@contextmanager
def api_in_a_thread(home: Path) -> Generator[LocalApi, None, None]:
    """schemathesis calls from this thread, so the API's loop needs another."""
    found: list[LocalApi] = []
    is_up = threading.Event()
    stop = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        async with running_ui(home, connect_seconds=0.2) as it:
            loops.append(asyncio.get_running_loop())
            found.append(it.local)
            is_up.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert is_up.wait(60)
    try:
        yield found[0]
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(60)
        assert not thread.is_alive()


@pytest.mark.slow
def test_every_operation_answers_as_it_is_described(tmp_path: Path) -> None:
    """Generated requests, good and bad: never a 500, never a status, type or shape that the document does not name."""
    with api_in_a_thread(tmp_path) as local:
        schema = schemathesis.openapi.from_url(f"{local.url}/api/openapi.json")
        headers = {"Authorization": f"Bearer {local.token}"}
        tried: set[tuple[str, str]] = set()
        seen: set[int] = set()
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            tried.add((operation.method.upper(), operation.path))

            @given(case=operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE))
            @settings(
                max_examples=EXAMPLES_PER_OPERATION,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def hold(case: "schemathesis.Case[Any]") -> None:
                answer = case.call_and_validate(headers=headers, checks=CHECKS)
                # 503 says that a source is not there, which is no fault of this program.
                assert answer.status_code == 503 or answer.status_code < 500, answer.text
                seen.add(answer.status_code)

            hold()
        # The document itself is what was just read.
        assert tried | {("GET", "/api/openapi.json")} == {(route.method, route.path) for route in local.routes}
    assert {200, 201, 202, 204, 404, 422} <= seen


def test_the_document_names_every_route_with_what_it_does(tmp_path: Path) -> None:
    """And no reference in it leads nowhere."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            document = (await it.ask_bare("GET", "/api/openapi.json")).json()
            for route in it.local.routes:
                described = document["paths"][route.path][route.method.lower()]
                assert described["summary"].endswith("."), route
                assert str(route.status) in described["responses"]
            schemas = document["components"]["schemas"]
            found = set(references(document))
            assert len(found) > 3
            assert {reference.rpartition("/")[2] for reference in found} <= set(schemas)

    run(story())


def references(node: object) -> Generator[str, None, None]:
    """Every `$ref` in it."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)
