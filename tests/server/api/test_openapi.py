"""The OpenAPI document, and the server held against it by schemathesis."""

import asyncio
import itertools
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from soul_player.server.api.documentation import Documentation
from soul_player.server.api.gate import Access
from soul_player.server.api.openapi import openapi_document
from soul_player.server.api.operations import OPERATIONS
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.server.in_process import house
from tests.server.running import PASSWORD, USERNAME, RunningServer, running_server

EXAMPLES_PER_OPERATION = 12
TABLE = [(method, path, Access.USER) for method, path in OPERATIONS]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@contextmanager
def server_in_a_thread(home: Path, music: Path) -> Generator[RunningServer, None, None]:
    """schemathesis calls from this thread, so the server's loop needs another."""
    found: list[RunningServer] = []
    is_up = threading.Event()

    async def serve(stop: asyncio.Event, loops: list[asyncio.AbstractEventLoop]) -> None:
        async with running_server(home, music=(music,)) as running:
            loops.append(asyncio.get_running_loop())
            found.append(running)
            is_up.set()
            await stop.wait()

    stop = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    thread = threading.Thread(target=lambda: asyncio.run(serve(stop, loops)), daemon=True)
    thread.start()
    assert is_up.wait(60)
    try:
        yield found[0]
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(60)
        assert not thread.is_alive()


def access_token(url: str, device: str) -> str:
    """Signed in anew: the routes under test sign devices out."""
    login = {"username": USERNAME, "password": PASSWORD, "device_id": device}
    answer = requests.post(f"{url}/api/auth/login", json=login, timeout=30)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def one_track(url: str) -> str:
    """The id of the song, once it was scanned."""
    headers = {"Authorization": f"Bearer {access_token(url, 'looking')}"}
    requests.post(f"{url}/api/admin/scan?wait=true", headers=headers, timeout=60)
    (track,) = requests.get(f"{url}/api/sync/tracks", headers=headers, timeout=30).json()["tracks"]
    return str(track["id"])


@pytest.mark.slow
def test_every_operation_answers_as_it_is_described(tmp_path: Path) -> None:
    """Generated requests, good and bad: never a 5xx, never a status, type or shape that the document does not name."""
    music = tmp_path / "music"
    make_audio(music / "song", "flac")
    with server_in_a_thread(tmp_path / "home", music) as running:
        schema = schemathesis.openapi.from_url(f"{running.url}/api/openapi.json")
        tried = 0
        turns = itertools.count()
        track_id = one_track(running.url)
        seen: set[tuple[str, str, int]] = set()
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            tried += 1

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
                token = access_token(running.url, "schemathesis")
                if "track_id" in case.path_parameters and next(turns) % 2:
                    # Nobody would guess the id of a track that is there.
                    case.path_parameters["track_id"] = track_id
                answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
                seen.add((case.operation.method.upper(), case.operation.path, answer.status_code))

            hold()
        assert tried == len(OPERATIONS)
    # The good answers were tried too, not only refusals.
    assert {("GET", f"/api/tracks/{{track_id}}{what}", 200) for what in ("", "/stream", "/download")} <= seen
    assert ("GET", "/api/sync/tracks", 200) in seen


def test_every_answer_of_the_table_is_in_the_document() -> None:
    """Also its problems: a client's author reads there which codes to expect."""
    document = openapi_document(TABLE, base_path="/soul")
    assert document["servers"] == [{"url": "/soul"}]
    for (method, path), operation in OPERATIONS.items():
        described = document["paths"][path][method.lower()]
        assert set(map(str, operation.answers)) <= set(described["responses"])
        assert described["security"] == [{"access_token": []}]
        assert "401" in described["responses"]
        if operation.body is not None:
            reference = described["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            assert reference.rpartition("/")[2] in document["components"]["schemas"]
    assert "password" in document["components"]["schemas"]["LoginRequest"]["properties"]


def test_every_reference_leads_somewhere() -> None:
    """A dangling one breaks every generator of clients."""
    document = openapi_document(TABLE, base_path="")
    schemas = document["components"]["schemas"]

    def references(node: object) -> Generator[str, None, None]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for each in node.values():
                yield from references(each)
        elif isinstance(node, list):
            for each in node:
                yield from references(each)

    found = set(references(document))
    assert len(found) > 10
    assert {reference.rpartition("/")[2] for reference in found} <= set(schemas)


def test_the_page_shows_every_route_and_needs_nothing_from_outside(tmp_path: Path) -> None:
    """A server on a train has no network but its own."""

    async def story() -> str:
        async with house(tmp_path) as it:
            reply = await it.ask("GET", "/api/docs")
            assert reply.headers["content-type"] == "text/html; charset=utf-8"
            assert "default-src 'none'" in reply.headers["content-security-policy"]
            return reply.body.decode()

    page = run(story())
    for method, path in OPERATIONS:
        assert f"{method} {path}" in page
    for word in ("<script", "<link", "src=", "@import", "http://", "https://"):
        assert word not in page
    assert 'href="openapi.json"' in page


def test_the_document_is_made_when_somebody_asks() -> None:
    """A start must not wait for it: half a second is the bar."""
    documentation = Documentation(TABLE, base_path="")
    assert "_document" not in vars(documentation)
