"""Files as a server sends them to be kept: a track's bytes from a place on, and its picture."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from soul_player.client.errors import AnswerTooLarge, BytesDiffer, NetworkTimeout, OfflineError
from soul_player.client.sources.received import ids_bytes
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.transport import Request, Streamed
from soul_player.protocol.ids import TrackId
from soul_player.protocol.quality import StreamQuality

PICTURE_PIXELS = 800
PICTURE_BYTES_MAX = 16 * 1024 * 1024
# The whole of one. On a line that is slower than that nobody waits for pictures.
PICTURE_SECONDS = 120.0
PICTURE_TYPES = frozenset(("image/jpeg", "image/png", "image/webp", "image/gif"))


@asynccontextmanager
async def opened_file(
    server: ServerClient, track_id: TrackId, *, offset: int, etag: str | None, quality: StreamQuality
) -> AsyncGenerator[Streamed, None]:
    """From byte `offset` on, and then only while it is still the file with this strong `etag`; else the whole."""
    ids_bytes([track_id])
    query = None if quality is StreamQuality.ORIGINAL else {"quality": quality.value}
    headers: dict[str, str] = {}
    if offset > 0:
        assert etag is not None, "a range without a condition could be of other bytes"
        headers = {"Range": f"bytes={offset}-", "If-Range": etag}
    async with server.streamed(Request(f"/api/tracks/{track_id}/download", query=query, headers=headers)) as streamed:
        yield streamed


async def picture_of(server: ServerClient, track_id: TrackId) -> tuple[str, bytes]:
    """Its content type and its bytes, in a size for a large screen. Raises `SyncError`."""
    ids_bytes([track_id])
    request = Request(f"/api/tracks/{track_id}/artwork", query={"size": str(PICTURE_PIXELS)})
    async with server.streamed(request) as streamed:
        content_type = streamed.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if streamed.status != 200 or content_type not in PICTURE_TYPES:
            raise OfflineError("something other than a picture came")
        try:
            async with asyncio.timeout(PICTURE_SECONDS):
                content = await _whole(streamed)
        except TimeoutError as error:
            raise NetworkTimeout(f"a picture did not come within {PICTURE_SECONDS:.0f} s") from error
    length = streamed.headers.get("Content-Length", "")
    if not content or (length.isdecimal() and int(length) != len(content)):
        raise BytesDiffer("the picture did not come whole")
    return content_type, bytes(content)


async def _whole(streamed: Streamed) -> bytearray:
    content = bytearray()
    async for piece in streamed.pieces:
        content += piece
        if len(content) > PICTURE_BYTES_MAX:
            raise AnswerTooLarge("the picture is larger than any that is kept")
    return content
