"""`/api/tracks`: one track, its bytes to hear, its bytes to keep."""

from dataclasses import dataclass

from soul_player.audio.formats import suffix_of
from soul_player.database.access import Database
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.quality import StreamQuality
from soul_player.server.api.answers import PRIVATE, Answer, Headers, json_answer, not_modified
from soul_player.server.api.calls import Call
from soul_player.server.api.etags import tag_matches
from soul_player.server.api.gate import Reply
from soul_player.server.api.reads import find_as_somebody
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.media.answers import FileAnswer
from soul_player.server.media.files import OpenedFile
from soul_player.server.media.following import RowsThatFollow
from soul_player.server.media.hashes import FileHashing, tag_of
from soul_player.server.media.names import attachment
from soul_player.server.media.opening import FileOpening
from soul_player.server.media.ranges import Part, Unsatisfiable, Whole, span_of
from soul_player.server.store.track_files import TrackFile, find_track_body, find_track_file

_GONE = "this track is not in the library any more"


@dataclass(frozen=True)
class Opened:
    """A track's file, open, and the tag of exactly these bytes if it is known."""

    file: OpenedFile
    track: TrackFile
    tag: str | None


class TrackRoutes:
    """Every answer comes from one read of the store, the session's check included."""

    def __init__(
        self, database: Database, opening: FileOpening, hashing: FileHashing, following: RowsThatFollow
    ) -> None:
        self._database = database
        self._opening = opening
        self._hashing = hashing
        self._following = following

    async def track(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/tracks/{track_id}`."""
        track_id = call.path_id("track_id", missing=ProblemCode.TRACK_GONE)
        body = await self._database.read(find_as_somebody, presented, find_track_body, track_id)
        if body is None:
            raise RequestRefused(ProblemCode.TRACK_GONE, _GONE)
        return json_answer(body, accept_encoding=call.accept_encoding)

    async def stream(self, call: Call, presented: Presented) -> Reply:
        """`GET /api/tracks/{track_id}/stream`. A file that was never hashed is sent at once, without a tag."""
        _check_quality(call)
        opened = await self._open(call, presented, must_have_tag=False)
        return _answer(call, opened, ())

    async def download(self, call: Call, presented: Presented) -> Reply:
        """`GET /api/tracks/{track_id}/download`: waits for the hash, so that what is kept can be verified."""
        _check_quality(call)
        opened = await self._open(call, presented, must_have_tag=True)
        label = opened.track.label
        name = attachment(label.artist, label.title, suffix_of(label.content_type))
        return _answer(call, opened, ((b"content-disposition", name),))

    async def _open(self, call: Call, presented: Presented, *, must_have_tag: bool) -> Opened:
        track_id = call.path_id("track_id", missing=ProblemCode.TRACK_GONE)
        track = await self._database.read(find_as_somebody, presented, find_track_file, track_id)
        if track is None:
            raise RequestRefused(ProblemCode.TRACK_GONE, _GONE)
        file = await self._opening.open(track.root, track.path)
        try:
            if not track.is_hashed or track.stamp != file.stamp:
                self._following.note(track_id)
            file_hash = self._hashing.known(
                file, stored=track.stamp, stored_hash=track.file_hash, stored_at_ms=track.stored_at_ms
            )
            if file_hash is None and (must_have_tag or track.is_hashed):
                file_hash = await self._hashing.hash(file)
        except BaseException:
            file.close()
            raise
        return Opened(file, track, None if file_hash is None else tag_of(file_hash))


def _check_quality(call: Call) -> None:
    text = call.query("quality")
    if text is None:
        return
    if text not in set(StreamQuality):
        raise RequestRefused(ProblemCode.INVALID_QUALITY, "quality is one of " + ", ".join(StreamQuality))
    if text != StreamQuality.ORIGINAL:
        raise RequestRefused(ProblemCode.INVALID_QUALITY, "this server sends originals only: ask for quality=original")


def _answer(call: Call, opened: Opened, extra: Headers) -> Reply:
    """Which bytes, under which status (RFC 9110, sections 13 and 14). Takes over the opened file."""
    size_bytes = opened.file.stamp.size_bytes
    headers: Headers = (
        (b"content-type", opened.track.label.content_type.encode()),
        (b"accept-ranges", b"bytes"),
        *PRIVATE,
        *extra,
    )
    if opened.tag is not None:
        headers = (*headers, (b"etag", opened.tag.encode()))
        if tag_matches(call.header(b"if-none-match"), opened.tag):
            opened.file.close()
            return not_modified((*PRIVATE, (b"etag", opened.tag.encode())))
    match _span(call, opened, size_bytes):
        case Whole():
            return FileAnswer(opened.file, status=200, headers=headers, first=0, length=size_bytes)
        case Part() as part:
            content_range = b"bytes %d-%d/%d" % (part.first, part.last, size_bytes)
            headers = (*headers, (b"content-range", content_range))
            return FileAnswer(opened.file, status=206, headers=headers, first=part.first, length=part.length)
        case Unsatisfiable():
            opened.file.close()
            raise RequestRefused(
                ProblemCode.RANGE_NOT_SATISFIABLE,
                f"the file has {size_bytes} bytes",
                headers=((b"content-range", b"bytes */%d" % size_bytes), (b"accept-ranges", b"bytes")),
            )


def _span(call: Call, opened: Opened, size_bytes: int) -> Whole | Part | Unsatisfiable:
    if_range = call.header(b"if-range").strip()
    # Ranges are defined for GET alone; a tag that is weak, old or a date means that the client holds other bytes.
    if call.method != "GET" or (if_range and if_range != opened.tag):
        return Whole()
    return span_of(call.header(b"range"), size_bytes)
