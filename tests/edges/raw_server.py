"""A server that answers every connection with the same bytes, or with nothing: for what no HTTP library would send."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def raw_server(answer: bytes | None, *, keeps_open: bool = True) -> AsyncGenerator[str, None]:
    """Its URL. None: a black hole, which accepts and never says anything."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            if answer is not None:
                writer.write(answer)
                await writer.drain()
            while keeps_open and await reader.read(65_536):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            # The client has had enough, which is what it is tested for.
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
