"""Live sockets to a real server, as a client of any make would open them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from soul_player.protocol.ids import mint_id
from tests.server.running import RunningServer

WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Device:
    """Signed in at a server; `http` sends its requests."""

    url: str
    http: aiohttp.ClientSession
    token: str
    user_id: str
    device_id: str

    @property
    def scope(self) -> str:
        """The user's own."""
        return f"user:{self.user_id}"

    async def post(self, path: str, body: object = None) -> Any:
        """One request that must be taken."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.post(self.url + path, json=body, headers=headers) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.content_type == "application/json" else None

    async def rename(self, number: int) -> int:
        """Make a playlist: the head that the user's scope has then."""
        now = 1_750_000_000_000 + number
        ids = [mint_id(now, bytes([kind, *divmod(number, 256)]) + b"1234567") for kind in (1, 2)]
        operation = {
            "op_id": ids[0], "n": number, "type": "playlist.create", "at": "2026-01-31T10:00:00.000Z",
            "playlist_id": ids[1], "name": f"List {number}",
        }  # fmt: skip
        body = {"device_id": self.device_id, "operations": [operation]}
        return int((await self.post("/api/sync/push", body))["heads"][self.scope])


@dataclass(frozen=True)
class Ear:
    """One open socket."""

    socket: aiohttp.ClientWebSocketResponse

    async def next(self, *, seconds: float = WAIT_SECONDS) -> Any:
        """The next message, pings aside."""
        while True:
            async with asyncio.timeout(seconds):
                message = await self.socket.receive()
            if message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED}:
                return {"type": "closed", "code": self.socket.close_code}
            said = json.loads(message.data)
            if said["type"] != "ping":
                return said

    async def silent(self, seconds: float) -> bool:
        """Nothing comes for so long."""
        try:
            await self.next(seconds=seconds)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def signed_in(
    running: RunningServer, *, device_id: str = "phone", username: str = "", password: str = ""
) -> AsyncGenerator[Device, None]:
    """The admin's device, unless another account is named."""
    async with aiohttp.ClientSession() as http:
        body = {
            "username": username or running.username, "password": password or running.password,
            "device_id": device_id, "device_name": device_id,
        }  # fmt: skip
        async with http.post(running.url + "/api/auth/login", json=body) as answer:
            told = await answer.json()
        yield Device(running.url, http, told["access_token"], told["user"]["id"], device_id)


@asynccontextmanager
async def listening(device: Device, *, by_header: bool = True, **headers: str) -> AsyncGenerator[Ear, None]:
    """Connected, and signed in by a header or the first message; `hello` is the first thing to come."""
    if by_header:
        headers["Authorization"] = f"Bearer {device.token}"
    async with device.http.ws_connect(
        device.url + "/api/live", headers=headers, timeout=aiohttp.ClientWSTimeout(ws_close=1.0)
    ) as socket:
        if not by_header:
            await socket.send_json({"type": "auth", "token": device.token})
        yield Ear(socket)
