"""What stands before every answer: headers on all of them, sockets that are refused, heads that are no requests."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from soul_player.ui.frame import POLICY, SECURITY_HEADERS
from tests.conftest import run
from tests.ui.local import Running, running_ui

NAMES = {name.decode() for name, _ in SECURITY_HEADERS}


def require_headers(headers: object, what: object) -> None:
    """All of them, once each, as they are meant."""
    said = {name.lower(): value for name, value in headers.items()}  # type: ignore[attr-defined]  # a mapping of either client
    assert set(said) >= NAMES, what
    assert said["content-security-policy"] == POLICY.decode()
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "no-referrer"
    assert "server" not in said


def test_every_answer_holds_a_browser_back(tmp_path: Path) -> None:
    """Good ones and refusals, files and routes, what is not there and what is not let in."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            cases = [
                ("GET", "/", {}),
                ("GET", "/sign-in.js", {}),
                ("GET", "/no-such.js", {}),
                ("POST", "/", {}),
                ("GET", "/api/status", {}),
                ("HEAD", "/api/status", {"authorization": f"Bearer {it.local.token}"}),
                ("GET", "/api/status", {"authorization": f"Bearer {it.local.token}"}),
                ("GET", "/api/no-such", {"authorization": f"Bearer {it.local.token}"}),
                ("TRACE", "/api/status", {}),
                ("POST", "/api/status", {"authorization": f"Bearer {it.local.token}"}),
                ("POST", "/api/session", {"content-type": "text/plain"}),
                ("GET", "/api/tracks?limit=x", {"authorization": f"Bearer {it.local.token}"}),
                ("GET", "/api/openapi.json", {}),
                ("GET", "/", {"host": "evil.example"}),
                ("GET", "/", {"origin": "http://evil.example"}),
                ("GET", "/api/events", {}),
            ]
            seen = set()
            for method, path, headers in cases:
                answer = await it.ask_bare(method, path, headers=headers)
                require_headers(answer.headers, (method, path, headers))
                seen.add(answer.status)
            assert {200, 401, 403, 404, 405, 421, 422} <= seen

    run(story())


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 40_000, 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 421),
        (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 421),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
    ],
    ids=str,
)
def test_what_is_no_request_is_answered_and_held_back_too(tmp_path: Path, head: bytes, status: int) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it:
            port = it.local.url.rpartition(":")[2]
            reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
            writer.write(head.replace(b"PORT", port.encode()))
            said = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = said.strip().split("\r\n")
            assert first.split(" ")[1] == str(status)
            require_headers(dict(line.split(": ", 1) for line in lines), head)
            writer.close()

    run(story())


def test_a_socket_is_for_who_is_let_in(tmp_path: Path) -> None:
    """A page of another site could open one without asking anybody: the browser only says where it comes from."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            cookie, token, here = await it.cookie(), f"Bearer {it.local.token}", it.local.url
            for headers in (
                {},
                {"cookie": cookie},
                {"cookie": cookie, "origin": "http://evil.example"},
                {"cookie": cookie, "origin": "null"},
                {"cookie": cookie, "origin": here, "sec-fetch-site": "cross-site"},
                {"cookie": "soul_1=x", "origin": here},
                {"authorization": "Bearer x"},
                {"authorization": token, "origin": "http://evil.example"},
                {"authorization": token, "host": "evil.example"},
            ):
                assert await refused_socket(it, "/api/events", headers) in {401, 403, 421}, headers
            assert await refused_socket(it, "/api/other", {"authorization": token}) == 404
            for headers in ({"cookie": cookie, "origin": here}, {"authorization": token}):
                async with it.http.ws_connect(here + "/api/events", headers=headers) as socket:
                    assert (await socket.receive_json(timeout=5))["events"][0]["type"] == "hello"

    run(story())


async def refused_socket(it: Running, path: str, headers: dict[str, str]) -> int:
    """The status in place of the upgrade."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await it.http.ws_connect(it.local.url + path, headers=headers)
    require_headers(refused.value.headers, headers)
    return refused.value.status


def test_no_path_leads_out_of_the_page(tmp_path: Path) -> None:
    """As it comes over the wire, encoded in every way."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            port = int(it.local.url.rpartition(":")[2])
            (tmp_path / "client.toml").write_text("secret = 1")
            for path in (
                "/../app.py",
                "/%2e%2e/app.py",
                "/..%2fapp.py",
                "/css/..%2f..%2fframe.py",
                "/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
                "//etc/passwd",
                "/..%5capp.py",
                "/%00.html",
                "/api/../../app.py",
            ):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
                said = await reader.read()
                assert b"import " not in said, path
                assert b"root:" not in said, path
                writer.close()

    run(story())
