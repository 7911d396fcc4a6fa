"""The process that runs in a home, seen by another process of it: found by `run.json`, and asked to do something."""

import asyncio
import base64
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from soul_player.ui.proof import is_proof
from soul_player.ui.run_file import RunFile, read_run_file

ANSWER_SECONDS = 10.0
IDENTITY_SECONDS = 2.0
ANSWER_BYTES_MAX = 64 * 1_048_576
EVENT_BYTES_MAX = 1_048_576
NONCE_BYTES = 24
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

T = TypeVar("T")


class NotAnswered(Exception):
    """The running process went away, or does not do what it was asked. Its text is for people."""


class RunningClient:
    """Its local API. Made by `find_running` only, after it has proved who it is."""

    def __init__(self, run: RunFile, http: aiohttp.ClientSession) -> None:
        self.run = run
        self._http = http

    async def ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> T:
        """The answer as `kind`; None is for what has no body. Raises `NotAnswered`."""
        headers = {"authorization": f"Bearer {self.run.token}"}
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.request(
                    method,
                    self.run.url + path,
                    params=query,
                    headers=headers,
                    data=None if body is None else msgspec.json.encode(body),
                    allow_redirects=False,
                ) as answer,
            ):
                content = await answer.content.read(ANSWER_BYTES_MAX)
                if answer.status >= 300:
                    raise NotAnswered(_refusal(content) or f"it answers {answer.status}")
                return msgspec.json.decode(content or b"null", type=kind)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotAnswered("the running process does not answer") from error
        except msgspec.MsgspecError as error:
            raise NotAnswered(f"the running process says what is not understood: {error}") from error

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[AsyncIterator[dict[str, Any]], None]:
        """Its events from here on. They end when it goes away. Raises `NotAnswered`."""
        headers = {"authorization": f"Bearer {self.run.token}"}
        try:
            socket = await self._http.ws_connect(
                self.run.url + "/api/events", headers=headers, max_msg_size=EVENT_BYTES_MAX
            )
        except (aiohttp.ClientError, OSError) as error:
            raise NotAnswered("the running process does not answer") from error
        async with socket:
            yield _events(socket)


@asynccontextmanager
async def find_running(home: Path) -> AsyncGenerator[RunningClient | None, None]:
    """None: none answers, or what answers is a stranger: then nothing secret was sent to it."""
    run = read_run_file(home)
    if run is None or not _is_alive(run.pid) or not _is_of_this_machine(run.url):
        yield None
        return
    # Its own process is asked, whatever proxies are set; one connection for the proof and for what follows it.
    connector = aiohttp.TCPConnector(limit=4)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as http:
        yield RunningClient(run, http) if await _has_proved_itself(run, http) else None


async def _has_proved_itself(run: RunFile, http: aiohttp.ClientSession) -> bool:
    nonce = base64.urlsafe_b64encode(os.urandom(NONCE_BYTES)).decode()
    try:
        async with (
            asyncio.timeout(IDENTITY_SECONDS),
            http.get(f"{run.url}/api/identity", params={"nonce": nonce}, allow_redirects=False) as answer,
        ):
            said = msgspec.json.decode(await answer.content.read(65_536))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return False
    proof = said.get("proof") if isinstance(said, dict) else None
    return isinstance(proof, str) and is_proof(proof, token=run.token, url=run.url, nonce=nonce)


def _is_of_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _is_alive(pid: int) -> bool:
    """Whether there is such a process; whose it is, the proof tells."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Another user's: not the one that wrote the file.
        return False
    return True


async def _events(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[dict[str, Any]]:
    async for message in socket:
        if message.type is not aiohttp.WSMsgType.TEXT:
            return
        for event in msgspec.json.decode(message.data)["events"]:
            yield event


def _refusal(content: bytes) -> str:
    try:
        said = msgspec.json.decode(content)
    except msgspec.MsgspecError:
        return ""
    return str(said.get("detail", "")) if isinstance(said, dict) else ""
