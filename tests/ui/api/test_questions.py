"""Decisions through the local API: a source that says too much is gone, and edits that nobody knows."""

from pathlib import Path
from typing import Any

from tests.conftest import run
from tests.edges.fake_server import fake_server, make_id
from tests.ui.api.test_downloads import library_of
from tests.ui.local import Running, running_ui

MANY = 60
CORRECTIONS: tuple[tuple[dict[str, Any], int], ...] = (
    ({"name": "x"}, 404),
    ({}, 422),
    ({"name": "x", "rating": 1}, 422),
)


async def synced(it: Running) -> Any:
    """The result of a sync by hand."""
    begun = (await it.ask("POST", "/api/sync", json={})).json()
    return (await it.ask("GET", f"/api/sync/runs/{begun['run_id']}?wait_seconds=20")).json()["results"][0]


def test_a_decision_waits_and_nothing_else_does(tmp_path: Path) -> None:
    """It is told with what it is about, and taken once."""

    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await library_of(it, server, MANY)
            server.delete(*(make_id(number) for number in range(MANY - 1)))
            assert (await synced(it))["status"] == "synced"
            assert (await it.ask("GET", "/api/status")).json()["decisions"] == 1
            (question,) = (await it.ask("GET", "/api/questions")).json()["questions"]
            assert (question["kind"], question["choices"]) == ("mass_deletion", ["apply", "keep"])
            assert question["evidence"] == {"tracks": MANY - 1, "of": MANY}
            path = f"/api/questions/{question['id']}/answer"
            for body, status in (
                ({"choice": "merge"}, 404),
                ({"choice": "keep", "similar": True}, 422),
                ({"choice": "keep", "pairs": [1]}, 422),
                ({}, 422),
            ):
                assert (await it.ask("POST", path, json=body)).status == status, body
            assert (await it.ask("GET", "/api/status")).json()["tracks"] == MANY
            done = await it.ask("POST", path, json={"choice": "apply"})
            assert done.json() == {"question_id": question["id"], "tracks": MANY - 1}
            assert (await it.ask("GET", "/api/questions")).json() == {"questions": []}
            assert (await it.ask("GET", "/api/status")).json()["tracks"] == 1
            assert (await it.ask("POST", path, json={"choice": "apply"})).status == 404
            undone = await it.ask("DELETE", path)
            assert (undone.status, undone.json()["code"]) == (404, "question_not_found")

    run(story())


def test_what_nobody_knows_is_not_found(tmp_path: Path) -> None:
    """Whatever stands in the place of an id."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            assert (await it.ask("GET", "/api/failed-edits")).json() == {"failed_edits": []}
            assert (await it.ask("GET", "/api/waiting-edits")).json() == {"waiting": []}
            for edit in ("x", "0", "01890000-0000-7000-8000-000000000001", "%00", "%F0%9F%8E%B5", "a" * 500):
                for method, tail, body in (("POST", "/retry", None), ("DELETE", "", None)):
                    answer = await it.ask(method, f"/api/failed-edits/{edit}{tail}", json=body)
                    assert (answer.status, answer.json()["code"]) == (404, "failed_edit_not_found"), (edit, answer.body)
                cases: list[tuple[dict[str, Any], int]] = [
                    ({"name": "x"}, 404),
                    ({}, 422),
                    ({"name": "x", "rating": 1}, 422),
                ]
                for correction, status in cases:
                    answer = await it.ask("POST", f"/api/failed-edits/{edit}/correct", json=correction)
                    assert answer.status == status, (edit, correction)
            for path in ("/api/questions/9/answer", "/api/questions/x/answer", "/api/questions/0/answer"):
                assert (await it.ask("POST", path, json={"choice": "keep"})).status == 404
            assert (await it.ask("GET", "/api/questions/9/similar")).status == 404

    run(story())
