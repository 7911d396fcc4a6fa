"""Finding the process that runs in a home: the true one is found, a stranger hears no secret, and bounds hold."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from soul_player.ui import NotAnswered, RunFile, find_running
from soul_player.ui.proof import proof_of
from soul_player.ui.run_file import RUN_FILE, read_run_file, remove_run_file, write_run_file
from tests.conftest import run
from tests.ui.local import running_ui

TOKEN = "a-token-that-nobody-else-knows"
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def stranger(answering: Answering) -> AsyncGenerator[tuple[str, list[str]], None]:
    """Another program: its address, and all that it was told."""
    heard: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        heard.append(f"{request.method} {request.path_qs} {dict(request.headers)} {await request.text()}")
        return await answering(request)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", heard
    finally:
        await runner.cleanup()


def leave(home: Path, url: str, *, pid: int | None = None, token: str = TOKEN) -> None:
    write_run_file(home, RunFile(pid=os.getpid() if pid is None else pid, url=url, token=token, version="1"))


def test_the_true_one_is_found_and_answers(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it, find_running(tmp_path) as running:
            assert running is not None
            assert running.run.url == it.local.url
            assert (await running.ask("GET", "/api/session", dict[str, bool])) == {
                "is_signed_in": False,
                "takes_password": False,
            }
            await running.ask("DELETE", "/api/sync", type(None))
            with pytest.raises(NotAnswered, match="no such route"):
                await running.ask("GET", "/api/no-such", dict)
            with pytest.raises(NotAnswered, match="not understood"):
                await running.ask("GET", "/api/status", list[int])
            async with running.listening() as events:
                assert (await anext(events))["type"] == "hello"

    run(story())


def test_events_end_when_the_process_goes(tmp_path: Path) -> None:
    """And what is asked after that is told, not waited for."""

    async def story() -> None:
        async with running_ui(tmp_path):
            finding = find_running(tmp_path)
            running = await finding.__aenter__()
            assert running is not None
            listening = running.listening()
            events = await listening.__aenter__()
            assert (await anext(events))["type"] == "hello"
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(events), 10)
        with pytest.raises(NotAnswered):
            await running.ask("GET", "/api/status", dict)
        await listening.__aexit__(None, None, None)
        await finding.__aexit__(None, None, None)

    run(story())


async def says_nothing(_: web.Request) -> web.StreamResponse:
    return web.Response()


async def says_a_wrong_proof(_: web.Request) -> web.StreamResponse:
    return web.json_response({"program": "soul", "version": "1", "proof": "A" * 44})


async def says_no_text(_: web.Request) -> web.StreamResponse:
    return web.json_response({"proof": 7})


async def says_a_list(_: web.Request) -> web.StreamResponse:
    return web.json_response([1, 2])


async def says_what_it_was_asked(request: web.Request) -> web.StreamResponse:
    return web.json_response({"proof": request.query["nonce"]})


async def leads_elsewhere(_: web.Request) -> web.StreamResponse:
    return web.Response(status=307, headers={"location": "http://127.0.0.1:1/"})


async def never_ends(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(1_000):
        await response.write(b" " * 65_536)
    return response


async def never_answers(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


@pytest.mark.parametrize(
    "answering",
    [says_nothing, says_a_wrong_proof, says_no_text, says_a_list, says_what_it_was_asked, leads_elsewhere, never_ends,
     never_answers],
    ids=lambda each: each.__name__,
)  # fmt: skip
def test_a_stranger_is_nobody_and_hears_no_token(tmp_path: Path, answering: Answering) -> None:
    """Whatever it says, and however long it takes."""

    async def story() -> None:
        async with stranger(answering) as (url, heard):
            leave(tmp_path, url)
            async with asyncio.timeout(10), find_running(tmp_path) as running:
                assert running is None
            assert len(heard) == 1
            assert TOKEN not in heard[0]

    run(story())


def test_what_one_process_proves_is_worth_nothing_to_a_stranger_that_passes_it_on(tmp_path: Path) -> None:
    """It asks the true one at its own port, and gives its answer as its own: the address is part of the proof."""

    async def story() -> None:
        async with running_ui(tmp_path / "true") as it:
            true = read_run_file(tmp_path / "true")
            assert true is not None

            async def pass_on(request: web.Request) -> web.StreamResponse:
                said = await it.ask_bare("GET", request.path_qs)
                return web.Response(body=said.body, content_type="application/json")

            async with stranger(pass_on) as (url, heard):
                leave(tmp_path, url, token=true.token)
                async with find_running(tmp_path) as running:
                    assert running is None
                assert true.token not in "".join(heard)

    run(story())


@pytest.mark.parametrize(
    ("url", "pid"),
    [
        ("http://127.0.0.1:1", None),
        ("URL", 2**22 + 9),
        ("URL", 0),
        ("URL", -1),
        ("URL", 2**80),
        ("http://192.0.2.7:8421", None),
        ("http://127.0.0.1.evil.example:80", None),
        ("http://[::1", None),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_who_cannot_be_it_is_not_even_asked(tmp_path: Path, url: str, pid: int | None) -> None:
    """A process that is gone, an address that is none of this machine's own."""

    async def story() -> None:
        async with stranger(says_nothing) as (address, heard):
            leave(tmp_path, url.replace("URL", address), pid=pid)
            async with find_running(tmp_path) as running:
                assert running is None
            assert heard == []

    run(story())


def test_a_proof_that_is_right_is_believed(tmp_path: Path) -> None:
    """Otherwise the tests above would prove nothing."""

    async def story() -> None:
        url = ""

        async def prove(request: web.Request) -> web.StreamResponse:
            return web.json_response({"proof": proof_of(TOKEN, url, request.query["nonce"])})

        async with stranger(prove) as (address, _):
            url = address
            leave(tmp_path, url)
            async with find_running(tmp_path) as running:
                assert running is not None

    run(story())


def test_the_file_is_the_owners_alone_and_whole_or_not_there(tmp_path: Path) -> None:
    """One that another process has written is not taken away."""
    mine = RunFile(pid=1, url="http://127.0.0.1:1", token=TOKEN, version="1")
    other = msgspec.structs.replace(mine, pid=2)
    (tmp_path / RUN_FILE).write_text("{}")
    (tmp_path / RUN_FILE).chmod(0o666)
    write_run_file(tmp_path, mine)
    assert (tmp_path / RUN_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [RUN_FILE]
    assert read_run_file(tmp_path) == mine
    write_run_file(tmp_path, other)
    remove_run_file(tmp_path, mine)
    assert read_run_file(tmp_path) == other
    remove_run_file(tmp_path, other)
    assert read_run_file(tmp_path) is None
    remove_run_file(tmp_path, other)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"pid":"x"}', b'{"pid":1,"url":1}', b"nul"])
def test_what_is_no_such_file_is_none(tmp_path: Path, text: Any) -> None:
    (tmp_path / RUN_FILE).write_bytes(text)
    assert read_run_file(tmp_path) is None
