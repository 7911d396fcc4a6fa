"""What a socket is bound to, and what its connections have from it."""

import asyncio
import socket

from soul_player.web.listener import bind
from tests.conftest import run


def test_no_connection_holds_back_the_end_of_an_answer() -> None:
    """On asyncio's own loop too: else each answer waits 40 ms for the confirmation of its beginning."""

    async def story() -> None:
        accepted: asyncio.Queue[int] = asyncio.Queue()

        def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = writer.get_extra_info("socket")
            accepted.put_nowait(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with bind("127.0.0.1", 0) as bound:
            async with await asyncio.start_server(take, sock=bound):
                _, writer = await asyncio.open_connection("127.0.0.1", bound.getsockname()[1])
                assert await accepted.get() == 1
                writer.close()

    run(story(), timeout_seconds=20)
