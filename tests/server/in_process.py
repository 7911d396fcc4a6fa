"""A whole server without a socket: its ASGI app is called directly."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from soul_player.edges import Clock, SystemClock, SystemRandomness
from soul_player.server.app import Server, open_server
from soul_player.server.auth.passwords import Passwords
from soul_player.server.config import ServerConfig
from tests.server.running import PASSWORD, TEST_MEMORY_KIB, USERNAME


@dataclass(frozen=True)
class Reply:
    """One answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # a test knows what it asked for
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code."""
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.json["status"] == self.status, self
        return str(self.json["code"])


@dataclass(frozen=True)
class SignedInDevice:
    """What a device holds."""

    access_token: str
    refresh_token: str
    user_id: str


@dataclass
class House:
    """The server, and ways to ask it something."""

    server: Server
    app: Any
    address: str = "127.0.0.1"

    async def ask(
        self,
        method: str,
        target: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        json_body: object = None,
        body: bytes = b"",
    ) -> Reply:
        """One request. `json_body` is encoded and gets its content type."""
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        if json_body is not None:
            body = json.dumps(json_body).encode()
            sent["content-type"] = "application/json"
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
            "client": (self.address, 50_000),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        return await self._call(scope, body)

    async def sign_in(
        self, username: str = USERNAME, password: str = PASSWORD, *, device: str = "test"
    ) -> SignedInDevice:
        """As a device."""
        login = {"username": username, "password": password, "device_id": device, "device_name": device.title()}
        reply = await self.ask("POST", "/api/auth/login", json_body=login)
        assert reply.status == 200, reply
        return SignedInDevice(reply.json["access_token"], reply.json["refresh_token"], reply.json["user"]["id"])

    async def _call(self, scope: dict[str, Any], body: bytes) -> Reply:
        sent: list[dict[str, Any]] = []
        received = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return received.pop(0) if received else {"type": "http.disconnect"}

        async def send(event: dict[str, Any]) -> None:
            # A copy: what is sent may be a view into a buffer of the sender.
            sent.append(event | {"body": bytes(event.get("body", b""))})

        await self.app(scope, receive, send)
        assert sent[0]["type"] == "http.response.start", sent
        assert not sent[-1].get("more_body", False), "the answer has no end"
        headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Reply(sent[0]["status"], headers, b"".join(event["body"] for event in sent[1:]))


@asynccontextmanager
async def house(
    home: Path, *, database: str = "", clock: Clock | None = None, **settings: object
) -> AsyncGenerator[House, None]:
    """A server with one admin (`USERNAME`, `PASSWORD`); nothing runs in the background."""
    config = replace(ServerConfig(home=home, database=database), **settings)  # type: ignore[arg-type]  # the caller names them
    passwords = Passwords(memory_kib=TEST_MEMORY_KIB)
    async with open_server(
        config, clock=clock or SystemClock(), randomness=SystemRandomness(), passwords=passwords
    ) as server:
        await server.accounts.add(USERNAME, PASSWORD, is_admin=True)
        yield House(server, server.asgi)
