"""Who takes nothing is dropped and told so, over a real socket; the others hear everything meanwhile."""

import asyncio
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from soul_player.server.announce import hub as hub_module
from soul_player.server.announce.hub import Hub, Written
from tests.conftest import run
from tests.server.api.sockets import Device, listening, signed_in
from tests.server.running import running_server

CLOSE = 8
TOKEN = "a scraper's own token"


async def deaf_socket(device: Device) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Upgraded by hand, with the smallest buffer that the kernel gives; nothing is read after the greeting."""
    address = urlsplit(device.url)
    raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (address.hostname, address.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    writer.write(
        f"GET /api/live HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {device.token}\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    assert json.loads((await frame(reader))[1])["type"] == "hello"
    return reader, writer


async def frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next, as (opcode, payload); a server does not mask."""
    head = await reader.readexactly(2)
    size = head[1] & 0x7F
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2), "big")
    return head[0] & 0x0F, await reader.readexactly(size)


async def frames(reader: asyncio.StreamReader) -> list[tuple[int, bytes]]:
    """Everything that comes until the end."""
    found = [await frame(reader)]
    while found[-1][0] != CLOSE:
        found.append(await frame(reader))
    return found


def stuffed(hub: Hub, session_ids: set[bytes]) -> None:
    """Write to whoever is not among these until no more goes: hints alone are so small that it would take hours."""
    (listener,) = [one for one in hub._listeners if one.session_id not in session_ids]
    for _ in range(10_000):
        if listener.line.write(b'{"type":"x","filler":"' + b"x" * 16_000 + b'"}') is Written.FULL:
            return
    raise AssertionError("it took everything")


def test_a_slow_listener_is_closed_with_4408(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "SLOW_SECONDS", 1.0)

    async def story() -> None:
        async with (
            running_server(tmp_path, metrics_token=TOKEN) as running,
            signed_in(running) as phone,
            signed_in(running, device_id="deaf") as deaf,
            listening(phone) as ear,
        ):
            await ear.next()
            hub = running.server.announcing.hub
            quick = set(hub.session_ids)
            reader, writer = await deaf_socket(deaf)
            async with asyncio.timeout(5):
                while len(hub) < 2:  # noqa: ASYNC110  # the hub tells nobody
                    await asyncio.sleep(0.02)
            stuffed(hub, quick)
            for number in range(1, 4):
                head = await phone.rename(number)
                while (await ear.next())["head"] < head:
                    pass
            async with asyncio.timeout(10):
                while len(hub) > 1:  # noqa: ASYNC110  # the same
                    await asyncio.sleep(0.05)
            async with asyncio.timeout(10):
                told = await frames(reader)
            writer.close()
            # Whole messages up to the last, and then why: a line that is full takes no other word.
            assert {json.loads(payload)["type"] for _, payload in told[:-1]} == {"x"}
            assert int.from_bytes(told[-1][1][:2], "big") == 4408
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with phone.http.get(running.url + "/metrics", headers=headers) as answer:
                assert 'soul_live_closed_total{reason="too_slow"} 1.0' in await answer.text()
            head = await phone.rename(4)
            assert (await ear.next())["head"] == head

    run(story())
