"""`/api/tracks/{id}/audio`: the best bytes of a track there are now, for a player; and what is being heard."""

from collections import OrderedDict
from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from soul_player.client import Audio, Client, ClientError, LocalTrackId, Part, PartKey, PastTheEnd, StreamEnded
from soul_player.protocol.quality import StreamQuality
from soul_player.ui.api.answers import (
    NEVER_STORED,
    Answer,
    Headers,
    Receive,
    Reply,
    Scope,
    Send,
    message_answer,
    problem_answer,
)
from soul_player.ui.api.calls import Call
from soul_player.ui.api.lists import Id
from soul_player.ui.problems import Refused, refused_by_client
from soul_player.web.ranges import Part as Span
from soul_player.web.ranges import span_of

REMEMBERED_MAX = 64
# A range is parsed before anybody knows how long the audio is.
_ANY_SIZE = 1 << 60


class AudioQuery(msgspec.Struct, frozen=True):
    """`quality`: over the setting. `start_seconds`: where a stream begins that is still being made.

    `entry_id`: of one of the recording's parts, as its details tell them: what that source has, and nothing else.
    """

    quality: StreamQuality | None = None
    start_seconds: Annotated[float, msgspec.Meta(ge=0, le=864_000)] = 0.0
    entry_id: Id | None = None


class Heard(msgspec.Struct, frozen=True):
    """What the last audio of a track was. `source_id`: null for a file of this device.

    `is_seekable`: ranges are answered; else it begins anew with `start_seconds`, where it began last.
    """

    origin: str
    source_id: int | None
    source_name: str
    content_type: str
    quality: str
    is_seekable: bool
    start_seconds: float
    bitrate: int | None
    sample_rate: int | None


class AudioRoutes:
    """`client.playback` chooses, opens and falls over; here it is put into HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._heard: OrderedDict[int, Heard] = OrderedDict()

    async def audio(self, call: Call) -> Reply:
        """The audio, or the asked range of it."""
        track_id = LocalTrackId(call.path_id("track_id", missing="track_not_found"))
        asked = call.query(AudioQuery)
        only = None if asked.entry_id is None else await self._part(track_id, asked.entry_id)
        span = _span(call.header(b"range"))
        if_range = call.header(b"if-range").strip()
        part = Part(
            start_seconds=asked.start_seconds,
            first=0 if span is None else span.first,
            last=None if span is None or span.last == _ANY_SIZE - 1 else span.last,
            etag=if_range if span is not None and if_range.startswith('"') else None,
        )

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            has_begun = False
            try:
                playback = self._client.playback
                async with playback.open(track_id, quality=asked.quality, part=part, only=only) as audio:
                    if only is None:
                        self._remember(track_id, audio)
                    status, headers = _head(audio, span)
                    await send({"type": "http.response.start", "status": status, "headers": headers})
                    has_begun = True
                    if call.method != "HEAD":
                        await _pour(audio, scope, send)
            except PastTheEnd as error:
                if has_begun:
                    raise
                await _unsatisfiable(error)(scope, receive, send)
            except StreamEnded:
                # The head is out: what was promised does not come whole, and the player hears that by the closed line.
                raise
            except ClientError as error:
                if has_begun:
                    raise
                await problem_answer(refused_by_client(error))(scope, receive, send)

        return answer

    async def heard(self, call: Call) -> Answer:
        """What the last audio of this track was: where from, which quality."""
        found = self._heard.get(call.path_id("track_id", missing="track_not_found"))
        if found is None:
            raise Refused(HTTPStatus.NOT_FOUND, "not_heard", "nobody has asked for its audio lately")
        return message_answer(found)

    async def _part(self, track_id: LocalTrackId, entry_id: int) -> PartKey:
        for known in await self._client.recordings.parts(track_id):
            if known["entry_id"] == entry_id:
                return known["source_id"], known["remote_id"]
        raise Refused(HTTPStatus.NOT_FOUND, "track_not_found", f"track {track_id} has no part {entry_id}")

    def _remember(self, track_id: int, audio: Audio) -> None:
        row = audio.opened.row
        is_original = audio.quality is StreamQuality.ORIGINAL
        self._heard[track_id] = Heard(
            origin=audio.origin.value,
            source_id=audio.source_id,
            source_name=audio.source_name,
            content_type=audio.content_type,
            quality=audio.quality.value,
            is_seekable=audio.is_seekable,
            start_seconds=audio.start_seconds,
            bitrate=row.bitrate if is_original else None,
            sample_rate=row.sample_rate if is_original else None,
        )
        self._heard.move_to_end(track_id)
        if len(self._heard) > REMEMBERED_MAX:
            self._heard.popitem(last=False)


async def _pour(audio: Audio, scope: Scope, send: Send) -> None:
    """Until its end, or until nobody listens any more."""
    extension: Any = scope.get("extensions", {}).get("soul_player")
    async for piece in audio:
        if extension is not None and extension["is_gone"]():
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _span(header: str) -> Span | None:
    """The range that is asked for; None: the whole. The last bytes of what nobody knows the size of are none."""
    span = span_of(header, _ANY_SIZE) if header and "=-" not in header.replace(" ", "") else None
    return span if isinstance(span, Span) else None


def _head(audio: Audio, span: Span | None) -> tuple[int, Headers]:
    headers: Headers = (
        (b"content-type", audio.content_type.encode()),
        (b"accept-ranges", b"bytes" if audio.is_seekable else b"none"),
        *NEVER_STORED,
    )
    if audio.etag is not None:
        headers = (*headers, (b"etag", audio.etag.encode()))
    if audio.length_bytes is not None:
        headers = (*headers, (b"content-length", b"%d" % audio.length_bytes))
    # Who held other bytes gets the whole of these, whatever part was asked for.
    is_asked = span is not None and audio.first == span.first
    if not is_asked or not audio.is_seekable or audio.size_bytes is None or audio.last is None:
        return HTTPStatus.OK, headers
    content_range = b"bytes %d-%d/%d" % (audio.first, audio.last, audio.size_bytes)
    return HTTPStatus.PARTIAL_CONTENT, (*headers, (b"content-range", content_range))


def _unsatisfiable(error: PastTheEnd) -> Answer:
    headers = ((b"content-range", b"bytes */%d" % error.size_bytes),)
    return problem_answer(
        Refused(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, error.code, error.message, headers=headers)
    )
