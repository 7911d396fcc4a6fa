"""Audio as a server sends it to be heard: which part was asked for, and what the answer says that it is."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from soul_player.client.errors import ClientError, ProtocolError
from soul_player.client.sources.received import ids_bytes
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.transport import Request, Streamed
from soul_player.protocol.ids import TrackId
from soul_player.protocol.quality import StreamQuality

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_UNSATISFIED = re.compile(r"bytes \*/(\d{1,18})")
_LENGTH = re.compile(r"\d{1,18}")
# What a server says goes on into a header for the player: only what is surely no more than that.
_CONTENT_TYPE = re.compile(r"audio/[A-Za-z0-9.+-]{1,60}(?:; ?codecs=\"?[A-Za-z0-9.,+-]{1,60}\"?)?")
_ETAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
UNKNOWN_AUDIO = "application/octet-stream"


class PastTheEnd(ClientError):
    """The range begins where the audio has ended. `size_bytes`: how long it is."""

    code = "past_the_end"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"the audio has only {size_bytes} bytes")
        self.size_bytes = size_bytes


@dataclass(frozen=True)
class StreamAsked:
    """What is asked for. `etag`: the range is only wanted of these very bytes. `audio_format`: for a transcode."""

    track_id: TrackId
    quality: StreamQuality = StreamQuality.ORIGINAL
    start_seconds: float = 0.0
    first: int = 0
    last: int | None = None
    etag: str | None = None
    audio_format: str | None = None


@dataclass(frozen=True)
class StreamAnswer:
    """What comes. `size_bytes` is that of the whole; None while it is being made. `last` is included."""

    content_type: str
    first: int
    last: int | None
    size_bytes: int | None
    is_seekable: bool
    etag: str | None
    pieces: AsyncIterator[bytes]


@asynccontextmanager
async def open_stream(server: ServerClient, asked: StreamAsked) -> AsyncGenerator[StreamAnswer, None]:
    """Raises `PastTheEnd`, `ProtocolError`, or what the connection raises."""
    ids_bytes([asked.track_id])
    query: dict[str, str] = {}
    if asked.quality is not StreamQuality.ORIGINAL:
        query["quality"] = asked.quality.value
        if asked.start_seconds > 0:
            query["start_seconds"] = f"{asked.start_seconds:.3f}"
        if asked.audio_format is not None:
            query["format"] = asked.audio_format
    headers: dict[str, str] = {}
    if _is_range(asked):
        headers["Range"] = f"bytes={asked.first}-{'' if asked.last is None else asked.last}"
        if asked.etag is not None:
            headers["If-Range"] = asked.etag
    request = Request(f"/api/tracks/{asked.track_id}/stream", query=query, headers=headers)
    async with server.streamed(request) as streamed:
        yield _read(streamed, asked)


def _read(streamed: Streamed, asked: StreamAsked) -> StreamAnswer:
    headers = streamed.headers
    first, last, size = 0, None, None
    if streamed.status == 416:
        told = _UNSATISFIED.fullmatch(headers.get("Content-Range", ""))
        if told is None or not _is_range(asked):
            raise ProtocolError("a range was refused that was not asked for")
        raise PastTheEnd(int(told.group(1)))
    if streamed.status == 206:
        span = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        if span is None:
            raise ProtocolError("a part came that does not say which one it is")
        first, last, size = int(span.group(1)), int(span.group(2)), int(span.group(3))
        is_too_long = asked.last is not None and last > asked.last
        if first != asked.first or not first <= last < size or is_too_long:
            raise ProtocolError(f"bytes {first} to {last} of {size} came where others were asked for")
    elif _LENGTH.fullmatch(headers.get("Content-Length", "")):
        size = int(headers["Content-Length"])
        last = size - 1
    content_type, etag = headers.get("Content-Type", ""), headers.get("ETag", "")
    return StreamAnswer(
        content_type=content_type if _CONTENT_TYPE.fullmatch(content_type) else UNKNOWN_AUDIO,
        first=first,
        last=last,
        size_bytes=size,
        is_seekable=headers.get("Accept-Ranges", "none").strip().lower() == "bytes",
        etag=etag if _ETAG.fullmatch(etag) else None,
        pieces=streamed.pieces,
    )


def _is_range(asked: StreamAsked) -> bool:
    return asked.first > 0 or asked.last is not None
