"""The OpenAPI document, and the server held against it by schemathesis."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis

from soul_player.server.api.documentation import Documentation
from soul_player.server.api.gate import Access
from soul_player.server.api.openapi import openapi_document
from soul_player.server.api.operations import OPERATIONS
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.openapi import answers_to_generated_requests, in_a_thread, named_schemas
from tests.server.in_process import house
from tests.server.running import PASSWORD, USERNAME, running_server

TABLE = [(method, path, Access.USER) for method, path in OPERATIONS]


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
    """The good answers are tried too, not only refusals."""
    music = tmp_path / "music"
    make_audio(music / "song", "flac")
    with in_a_thread(running_server(tmp_path / "home", music=(music,))) as running:
        turns = itertools.count()
        track_id = one_track(running.url)

        def token_for(case: "schemathesis.Case[Any]") -> str:
            if "track_id" in case.path_parameters and next(turns) % 2:
                # Nobody would guess the id of a track that is there.
                case.path_parameters["track_id"] = track_id
            return access_token(running.url, "schemathesis")

        seen = answers_to_generated_requests(running.url, token_for)
    assert {(method, path) for method, path, _ in seen} == set(OPERATIONS)
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
    """In the whole document."""
    document = openapi_document(TABLE, base_path="")
    named = named_schemas(document)
    assert len(named) > 10
    assert named <= set(document["components"]["schemas"])


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
