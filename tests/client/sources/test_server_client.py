"""An answer that dribbles on without an end holds nobody up: its pieces come in time, it never does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from soul_player.client.errors import NetworkTimeout, ServerUnavailable, SyncError
from soul_player.client.library.model import SourceId
from soul_player.client.sources.addresses import parse_address
from soul_player.client.sources.files import PICTURE_SECONDS, picture_of
from soul_player.client.sources.server_client import REFUSAL_SECONDS, ServerClient
from soul_player.client.sources.sign_in import SignIn
from soul_player.client.sources.symptoms import Answer
from soul_player.client.sources.tokens import Tokens
from soul_player.client.sources.transport import Request, Streamed, Traffic
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import make_id
from tests.simulation.clock import VirtualLoop


class Kept:
    """One sign-in, in memory."""

    async def load(self, source_id: SourceId) -> Tokens | None:
        """Good for ever."""
        return Tokens("access", 2**60, f"refresh {source_id}")

    async def save(self, source_id: SourceId, tokens: Tokens) -> None:
        """Nothing is renewed here."""
        raise AssertionError((source_id, tokens))

    async def forget(self, source_id: SourceId) -> None:
        """Nobody signs out here."""
        raise AssertionError(source_id)


class Dribbling:
    """A line on which a byte comes every five seconds, for ever."""

    def __init__(self, status: int, content_type: str) -> None:
        self.address, self.traffic = parse_address("http://127.0.0.1:1"), Traffic()
        self._status, self._headers = status, {"Content-Type": content_type}

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncGenerator[Streamed, None]:
        """An answer without an end."""
        assert request.token == "access"
        yield Streamed(self._status, self._headers, self._pieces())

    async def _pieces(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(5)
            yield b"x"

    async def ask(self, request: Request, *, bytes_max: int) -> Answer:
        """Nothing is asked here."""
        raise AssertionError((request, bytes_max))

    async def close(self) -> None:
        """Nothing is open."""


def asked_for_a_picture(status: int, content_type: str) -> tuple[SyncError, float]:
    """What ends it, and after how long, in virtual time."""
    loop = VirtualLoop(seed=1)

    async def story() -> tuple[SyncError, float]:
        async def lost() -> None:
            raise AssertionError("the sign-in is good")

        clock = FakeClock()
        sign_in = SignIn(SourceId(1), Kept(), clock, on_lost=lost)
        server = ServerClient(Dribbling(status, content_type), clock, sign_in=sign_in)
        try:
            answer: Any = await picture_of(server, make_id(1))
        except SyncError as error:
            return error, loop.time()
        raise AssertionError(answer)

    try:
        return loop.run_until_complete(asyncio.wait_for(story(), 10**6))
    finally:
        loop.close()


@pytest.mark.parametrize(
    ("status", "content_type", "kind", "bound"),
    [
        (200, "image/png", NetworkTimeout, PICTURE_SECONDS),
        (503, "application/problem+json", ServerUnavailable, REFUSAL_SECONDS),
    ],
)
def test_what_never_ends_is_given_up(status: int, content_type: str, kind: type[Exception], bound: float) -> None:
    error, seconds = asked_for_a_picture(status, content_type)
    assert isinstance(error, kind), error
    assert seconds == pytest.approx(bound, abs=0.1)
