"""Requests that are none, or that nobody meant: each is refused with the right problem, and costs little."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from soul_player.ui.api.calls import BODY_BYTES_MAX, QUERY_CHARS_MAX
from tests.conftest import run
from tests.ui.local import running_ui


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "multipart/form-data", 415, "unsupported_media_type"),
        (b"", "application/json", 400, "bad_request"),
        (b"{", "application/json", 400, "bad_request"),
        (b"\xff\xfe", "application/json", 400, "bad_request"),
        (b"[" * 100_000, "application/json", 422, "invalid"),
        (b'{"full":"yes"}', "application/json", 422, "invalid"),
        (b'{"source_ids":[0]}', "application/json", 422, "invalid"),
        (b'{"source_ids":[9223372036854775808]}', "application/json", 422, "invalid"),
        (b'{"source_ids":' + b"[" + b"1," * 200 + b"1]}", "application/json", 422, "invalid"),
        (b"[]", "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b" " * (BODY_BYTES_MAX + 1), "application/json", 413, "too_large"),
        (b'{"source_ids":[77]}', "application/json; charset=utf-8", 404, "source_not_found"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_cannot_be_is_refused(
    tmp_path: Path, body: bytes, content_type: str, status: int, code: str
) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it:
            answer = await it.ask("POST", "/api/sync", data=body, headers={"content-type": content_type})
            assert (answer.status, answer.json()["code"]) == (status, code), answer.body[:200]
            assert (await it.ask("GET", "/api/session")).status == 200

    run(story())


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=1001", 422),
        ("limit=1.5", 422),
        ("limit=", 422),
        ("limit=1&limit=999999", 422),
        ("order=loudest", 422),
        ("after=x", 422),
        ("after=W10=", 422),
        ("after=WzEsMl0=", 422),
        ("query=" + "a" * 2_001, 422),
        ("x=" + "a" * QUERY_CHARS_MAX, 414),
        ("unknown=1", 200),
        ("limit=3&order=title", 200),
        ("query=%00", 422),
        ("query=%ED%A0%80", 422),
    ],
)
def test_a_query_string_that_cannot_be_is_refused(tmp_path: Path, query: str, status: int) -> None:
    """Another program may name what this version does not know."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            host, port = it.local.url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            head = f"GET /api/tracks?{query} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
            writer.write(f"{head}Authorization: Bearer {it.local.token}\r\n\r\n".encode())
            said = await reader.read()
            assert said.split(b" ", 2)[1] == str(status).encode(), said[:300]
            writer.close()

    run(story())


def test_a_page_goes_on_where_the_last_one_ended_in_every_order(tmp_path: Path) -> None:
    """Also with the place of another order: that is refused."""
    from tests.edges.fake_server import fake_server  # noqa: PLC0415  # only this test needs one
    from tests.ui.api.test_downloads import library_of  # noqa: PLC0415  # the same

    async def story() -> None:
        async with running_ui(tmp_path) as it, fake_server() as server:
            await library_of(it, server, 7)
            places: dict[str, Any] = {}
            for order in ("artist", "title", "added"):
                seen: list[int] = []
                after = ""
                for _ in range(9):
                    page = (await it.ask("GET", f"/api/tracks?order={order}&limit=2{after}")).json()
                    seen += [row["id"] for row in page["tracks"]]
                    if page["next_after"] is None:
                        break
                    places[order] = page["next_after"]
                    after = f"&after={page['next_after']}"
                assert len(seen) == len(set(seen)) == 7, order
            crossed = await it.ask("GET", f"/api/tracks?order=title&after={places['artist']}")
            assert (crossed.status, crossed.json()["code"]) == (422, "invalid")

    run(story())
