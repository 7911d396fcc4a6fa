"""`WS /api/live` over real sockets: hints after commits, coalesced, and nothing for who may not listen."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from soul_player.protocol.live import AUTH_SECONDS
from soul_player.server.api.live import is_own_origin
from soul_player.server.store.changes import claim
from tests.conftest import run
from tests.server.api.sockets import Ear, listening, signed_in
from tests.server.running import add_user, running_server


@pytest.mark.parametrize("by_header", [True, False])
def test_who_listens_is_greeted_and_told_of_an_edit_at_once(tmp_path: Path, by_header: bool) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path) as running,
            signed_in(running) as phone,
            listening(phone, by_header=by_header) as ear,
        ):
            hello = await ear.next()
            assert (hello["type"], hello["heartbeat_s"]) == ("hello", 30)
            assert set(hello["heads"]) == {"library", phone.scope}
            began = time.monotonic()
            head = await phone.rename(1)
            assert await ear.next() == {"type": "changed", "scope": phone.scope, "head": head}
            assert time.monotonic() - began < 1.0

    run(story())


def test_hints_fold_the_first_at_once_and_the_latest_last(tmp_path: Path) -> None:
    """Thirty edits in a row are a hint or two in each tenth of a second, and the last one is told."""

    async def story() -> None:
        async with running_server(tmp_path) as running, signed_in(running) as phone, listening(phone) as ear:
            await ear.next()
            began = time.monotonic()
            for number in range(1, 31):
                head = await phone.rename(number)
            seconds = time.monotonic() - began
            heads: list[int] = []
            while not heads or heads[-1] != head:
                heads.append((await ear.next())["head"])
            assert heads == sorted(set(heads))
            assert len(heads) <= seconds / 0.1 + 2
            assert await ear.silent(0.3)

    run(story())


def test_nobody_hears_of_another_users_scope(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path) as running:
            await add_user(running.server, "bob", "a long password 7")
            async with (
                signed_in(running) as ann,
                signed_in(running, username="bob", password="a long password 7") as bob,
                listening(bob) as ear,
            ):
                assert set((await ear.next())["heads"]) == {"library", bob.scope}
                await ann.rename(1)
                assert await ear.silent(0.5)
                await running.server.store.database.write(claim, "library", 3)
                running.server.announcing.news.announce("library")
                assert await ear.next() == {"type": "changed", "scope": "library", "head": 3}

    run(story())


def test_a_scan_beside_the_server_is_noticed_within_two_seconds(tmp_path: Path) -> None:
    """Another process writes the same SQLite file, and nobody calls: the heads are looked at each second."""

    async def story() -> None:
        async with running_server(tmp_path) as running, signed_in(running) as phone, listening(phone) as ear:
            await ear.next()
            await running.server.store.database.write(claim, "library", 5)
            assert await ear.next(seconds=2.5) == {"type": "changed", "scope": "library", "head": 5}

    run(story())


@pytest.mark.parametrize("how", ["signed out", "revoked", "removed beside the server"])
def test_a_session_that_ends_closes_its_sockets(tmp_path: Path, how: str) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path) as running,
            signed_in(running) as phone,
            signed_in(running, device_id="desk") as desk,
            listening(phone) as ear,
            listening(desk) as other,
        ):
            await ear.next()
            await other.next()
            began = time.monotonic()
            if how == "signed out":
                await phone.post("/api/auth/logout")
            elif how == "revoked":
                headers = {"Authorization": f"Bearer {desk.token}"}
                async with desk.http.delete(desk.url + "/api/auth/devices/phone", headers=headers) as answer:
                    assert answer.status == 204
            else:
                await running.server.store.database.write(_remove_phone)
            assert (await ear.next())["type"] == "bye"
            assert await ear.next() == {"type": "closed", "code": 4401}
            assert time.monotonic() - began < (3.0 if "beside" in how else 0.8)
            head = await desk.rename(1)
            assert (await other.next())["head"] == head

    run(story())


async def _remove_phone(store: object) -> None:
    await store.run("DELETE FROM devices WHERE device_id = 'phone'")  # type: ignore[attr-defined]  # a Writer


@pytest.mark.parametrize("token", ["", "nonsense", "A" * 120])
def test_a_wrong_token_is_closed_with_4401(tmp_path: Path, token: str) -> None:
    async def story() -> None:
        async with running_server(tmp_path) as running, aiohttp.ClientSession() as http:
            for headers, first in (
                ({"Authorization": f"Bearer {token}"}, None),
                ({}, {"type": "auth", "token": token}),
            ):
                async with http.ws_connect(running.url + "/api/live", headers=headers) as socket:
                    if first is not None:
                        await socket.send_json(first)
                    await socket.receive(timeout=5)
                    assert socket.close_code == 4401

    run(story())


@pytest.mark.parametrize("said", [None, {"type": "pong"}])
def test_who_does_not_say_who_he_is_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: object) -> None:
    """By his first message, and within ten seconds: nobody holds a socket for nothing."""
    assert AUTH_SECONDS == 10
    monkeypatch.setattr("soul_player.server.api.live.AUTH_SECONDS", 0.2)

    async def story() -> None:
        async with (
            running_server(tmp_path) as running,
            aiohttp.ClientSession() as http,
            http.ws_connect(running.url + "/api/live") as socket,
        ):
            if said is not None:
                await socket.send_json(said)
            await socket.receive(timeout=5)
            assert socket.close_code == 4401

    run(story())


@pytest.mark.parametrize("sent", ["{", "[]", '{"type": 7}', b"\1\2", "x" * 20_000])
def test_what_is_no_message_is_closed(tmp_path: Path, sent: str | bytes) -> None:
    async def story() -> None:
        async with running_server(tmp_path) as running, signed_in(running) as phone, listening(phone) as ear:
            await ear.next()
            await (ear.socket.send_bytes(sent) if isinstance(sent, bytes) else ear.socket.send_str(sent))
            closed = await ear.next()
            assert closed["code"] == (1009 if len(sent) > 16_384 else 1008)

    run(story())


def test_what_a_later_version_says_is_passed_over(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path) as running, signed_in(running) as phone, listening(phone) as ear:
            await ear.next()
            await ear.socket.send_json({"type": "wave", "hands": 2})
            await ear.socket.send_json({"type": "pong", "at": [1]})
            head = await phone.rename(1)
            assert (await ear.next())["head"] == head

    run(story())


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("https://music.example", 101), ("own", 101)]
)
def test_a_page_of_elsewhere_is_refused_before_the_upgrade(tmp_path: Path, origin: str, status: int) -> None:
    async def story() -> None:
        async with (
            running_server(tmp_path, allowed_origins=("https://music.example",)) as running,
            signed_in(running) as phone,
        ):
            sent = running.url if origin == "own" else origin
            if status == 101:
                async with listening(phone, Origin=sent) as ear:
                    assert (await ear.next())["type"] == "hello"
                return
            headers = {
                "Origin": sent, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            }  # fmt: skip
            async with phone.http.get(running.url + "/api/live", headers=headers) as answer:
                assert answer.status == status
                assert json.loads(await answer.text())["code"] == "foreign_origin"

    run(story())


@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        (None, b"music.example", True),
        (b"https://music.example", b"music.example", True),
        (b"https://music.example:443", b"music.example", True),
        (b"http://music.example", b"music.example:8420", False),
        (b"http://[::1]:8420", b"[::1]:8420", True),
        (b"https://music.example.evil", b"music.example", False),
        (b"https://music.example@evil", b"music.example", False),
        (b"file://", b"", False),
        (b"http://a:99999", b"a:99999", False),
        (b"http://\xff", b"\xff", False),
    ],
)
def test_the_servers_own_pages(origin: bytes | None, host: bytes, is_own: bool) -> None:
    headers = {b"host": host} | ({} if origin is None else {b"origin": origin})
    assert is_own_origin(headers, allowed=frozenset()) is is_own


async def two_messages(ear: Ear) -> list[Any]:
    """The next two."""
    return [await ear.next(), await ear.next()]


def test_a_server_that_ends_says_when_to_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
            async with running_server(tmp_path) as running, signed_in(running) as phone:
                headers = {"Authorization": f"Bearer {phone.token}"}
                ear = Ear(await http.ws_connect(running.url + "/api/live", headers=headers))
                assert (await ear.next())["type"] == "hello"
                hearing = tasks.create_task(two_messages(ear))
                began = time.monotonic()
            assert time.monotonic() - began < 2
            bye, closed = await hearing
            assert (bye["type"], bye["code"]) == ("bye", 1001)
            assert bye["retry_after"] > 0
            assert closed == {"type": "closed", "code": 1001}

    run(story())


def test_other_paths_have_no_socket(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_server(tmp_path) as running, signed_in(running) as phone:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await phone.http.ws_connect(running.url + "/api/sync/heads")
            assert caught.value.status == 404
            await asyncio.sleep(0)
            assert await phone.rename(1) == 1

    run(story())
