"""The framework's own file response in a server of its own: the limit that streaming is held against.

`python -m benchmarks.framework_files FILE...` serves `/NUMBER_OF_FILE/CHUNK_BYTES` and says where.
"""

import asyncio
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from litestar import Litestar, get
from litestar.response import File

from benchmarks.server_process import LISTENING


def make_app(files: Sequence[Path]) -> Litestar:
    """One route: a file, in pieces of the size that the path names."""

    @get("/{number:int}/{chunk_bytes:int}", sync_to_thread=False)
    def whole_file(number: int, chunk_bytes: int) -> File:
        return File(path=files[number], chunk_size=chunk_bytes, media_type="audio/wav")

    return Litestar([whole_file], openapi_config=None)


async def serve(files: Sequence[Path]) -> None:
    """Until SIGTERM, on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_app(files), loop="uvloop", http="httptools", log_level="error", access_log=False)
    print(f"{LISTENING}http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(serve([Path(name) for name in sys.argv[1:]]))
