"""What holds both OpenAPI documents: generated requests to a running program, references that lead somewhere."""

import asyncio
import threading
from collections.abc import Callable, Collection, Generator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

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

EXAMPLES_PER_OPERATION = 12
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
Program = TypeVar("Program")


@contextmanager
def in_a_thread(program: AbstractAsyncContextManager[Program]) -> Generator[Program, None, None]:
    """schemathesis calls from this thread, so the program's loop needs another."""
    found: list[tuple[Program, asyncio.AbstractEventLoop]] = []
    is_up = threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        async with program as running:
            found.append((running, asyncio.get_running_loop()))
            is_up.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert is_up.wait(60)
    running, loop = found[0]
    try:
        yield running
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        assert not thread.is_alive()


def answers_to_generated_requests(
    url: str, token_for: Callable[["schemathesis.Case[Any]"], str], *, may_fail_with: Collection[int] = ()
) -> set[tuple[str, str, int]]:
    """Method, path and status of the answers to requests, good and bad, to every operation of the document at `url`.

    Never a 5xx but those of `may_fail_with`, never a status, type or shape that the document does not name.
    `token_for` may change the request too.
    """
    seen: set[tuple[str, str, int]] = set()
    for result in schemathesis.openapi.from_url(f"{url}/api/openapi.json").get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()

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
            headers = {"Authorization": f"Bearer {token_for(case)}"}
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            assert answer.status_code < 500 or answer.status_code in may_fail_with, answer.text
            seen.add((case.operation.method.upper(), case.operation.path, answer.status_code))

        hold()
    return seen


def named_schemas(document: Any) -> set[str]:
    """The schemas that its references name. A dangling one breaks every generator of clients."""
    return {reference.rpartition("/")[2] for reference in _references(document)}


def _references(node: object) -> Generator[str, None, None]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)
