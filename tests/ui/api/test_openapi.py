"""The OpenAPI document of the local API, and the API held against it by schemathesis."""

from pathlib import Path

import pytest

from tests.conftest import run
from tests.openapi import answers_to_generated_requests, in_a_thread, named_schemas
from tests.ui.local import running_ui


@pytest.mark.slow
def test_every_operation_answers_as_it_is_described(tmp_path: Path) -> None:
    """503 says that a source is not there, which is no fault of this program."""
    with in_a_thread(running_ui(tmp_path, connect_seconds=0.2)) as it:
        local = it.local
        seen = answers_to_generated_requests(local.url, lambda _: local.token, may_fail_with={503})
        # The document itself is what was just read.
        tried = {(method, path) for method, path, _ in seen} | {("GET", "/api/openapi.json")}
        assert tried == {(route.method, route.path) for route in local.routes}
    assert {200, 201, 202, 204, 404, 422} <= {status for _, _, status in seen}


def test_the_document_names_every_route_with_what_it_does(tmp_path: Path) -> None:
    """And no reference in it leads nowhere."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            document = (await it.ask_bare("GET", "/api/openapi.json")).json()
            for route in it.local.routes:
                described = document["paths"][route.path][route.method.lower()]
                assert described["summary"].endswith("."), route
                assert str(route.status) in described["responses"]
            named = named_schemas(document)
            assert len(named) > 3
            assert named <= set(document["components"]["schemas"])

    run(story())
