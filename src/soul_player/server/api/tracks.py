"""`/api/tracks`: one track, its bytes to hear, its bytes to keep, in its own quality or another."""

from dataclasses import dataclass, replace

import msgspec

from soul_player.audio.formats import suffix_of
from soul_player.audio.transcode import Recipe
from soul_player.database.access import Database
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.quality import STREAM_CONTENT_TYPES
from soul_player.server.api.answers import NEVER_STORED, PRIVATE, Answer, Headers, json_answer, not_modified
from soul_player.server.api.calls import Call
from soul_player.server.api.etags import tag_matches
from soul_player.server.api.gate import Reply
from soul_player.server.api.qualities import Wanted, read_wanted, recipe_for
from soul_player.server.api.reads import find_as_somebody
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.media.answers import FileAnswer
from soul_player.server.media.files import OpenedFile
from soul_player.server.media.following import RowsThatFollow
from soul_player.server.media.hashes import FileHashing, tag_of
from soul_player.server.media.live_answers import LiveAnswer
from soul_player.server.media.names import attachment
from soul_player.server.media.opening import FileOpening
from soul_player.server.media.transcoding import LOOK_AGAIN_SECONDS, Transcoding
from soul_player.server.store.track_files import TrackFile, find_track_body, find_track_file
from soul_player.web.ranges import Part, Unsatisfiable, Whole, span_of

_GONE = "this track is not in the library any more"


@dataclass(frozen=True)
class Opened:
    """A track's file, open, and the tag of exactly these bytes if it is known; likewise the hash of its content."""

    file: OpenedFile
    track: TrackFile
    tag: str | None
    content_hash: bytes | None = None


class TrackRoutes:
    """Every answer comes from one read of the store, the session's check included."""

    def __init__(
        self,
        database: Database,
        opening: FileOpening,
        hashing: FileHashing,
        following: RowsThatFollow,
        transcoding: Transcoding,
    ) -> None:
        self._database = database
        self._opening = opening
        self._hashing = hashing
        self._following = following
        self._transcoding = transcoding

    async def track(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/tracks/{track_id}`."""
        track_id = call.path_id("track_id", missing=ProblemCode.TRACK_GONE)
        body = await self._database.read(find_as_somebody, presented, find_track_body, track_id)
        if body is None:
            raise RequestRefused(ProblemCode.TRACK_GONE, _GONE)
        return json_answer(body, accept_encoding=call.accept_encoding)

    async def stream(self, call: Call, presented: Presented) -> Reply:
        """`GET /api/tracks/{track_id}/stream`. A file that was never hashed is sent at once, without a tag."""
        wanted = read_wanted(call, is_possible=self._transcoding.is_possible, takes_start=True)
        opened = await self._open(call, presented, must_have_tag=False)
        recipe = _recipe(wanted, opened)
        return _answer(call, opened, ()) if recipe is None else await self._stream_made(call, opened, recipe)

    async def download(self, call: Call, presented: Presented) -> Reply:
        """`GET /api/tracks/{track_id}/download`: waits for the hash, so that what is kept can be verified."""
        wanted = read_wanted(call, is_possible=self._transcoding.is_possible, takes_start=False)
        opened = await self._open(call, presented, must_have_tag=True)
        recipe = _recipe(wanted, opened)
        if recipe is None:
            return _answer(call, opened, (_disposition(opened),))
        return await self._download_made(call, opened, recipe)

    async def _stream_made(self, call: Call, opened: Opened, recipe: Recipe) -> Reply:
        """The finished transcode, else the one that is made: then from its beginning, whatever range is asked for."""
        is_kept = opened.content_hash is not None and not recipe.start_seconds
        key, finished = await self._find(opened, recipe)
        if finished is not None:
            return _answer(call, finished, ())
        headers: Headers = (
            (b"content-type", STREAM_CONTENT_TYPES[recipe.format].encode()),
            (b"accept-ranges", b"none"),
            *PRIVATE,
        )
        if call.method == "HEAD":
            opened.file.close()
            return Answer(200, headers)
        return LiveAnswer(await self._transcoding.listen(key, recipe, opened.file, is_kept=is_kept), headers=headers)

    async def _download_made(self, call: Call, opened: Opened, recipe: Recipe) -> Reply:
        key, finished = await self._find(opened, recipe)
        if finished is not None:
            return _answer(call, finished, (_disposition(finished),))
        self._transcoding.prepare(key, recipe, opened.file)
        return Answer(
            202,
            ((b"content-type", b"application/json"), (b"retry-after", LOOK_AGAIN_SECONDS), *NEVER_STORED),
            b'{"state":"transcoding"}',
        )

    async def _find(self, opened: Opened, recipe: Recipe) -> tuple[bytes, Opened | None]:
        """What the transcode is known by, and the finished one in place of the original, which is closed then."""
        try:
            # Tags are not in it: a file that was only tagged anew has the same one. A file that was never hashed is
            # known by its stamp, for as long as it is made: who wants to hear it does not wait.
            content = opened.content_hash or repr((opened.file.device, opened.file.stamp)).encode()
            key = await self._transcoding.key_of(content, recipe)
            finished = None if recipe.start_seconds else await self._transcoding.find(key)
        except BaseException:
            opened.file.close()
            raise
        if finished is None:
            return key, None
        opened.file.close()
        label = msgspec.structs.replace(opened.track.label, content_type=STREAM_CONTENT_TYPES[recipe.format])
        return key, Opened(finished.file, replace(opened.track, label=label), tag_of(finished.sha256))

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
        # The audio's hash is the row's: it counts only where the row's file is the one that is open.
        content_hash = track.audio_hash if file_hash is not None and file_hash == track.file_hash else None
        return Opened(file, track, None if file_hash is None else tag_of(file_hash), content_hash or file_hash)


def _recipe(wanted: Wanted | None, opened: Opened) -> Recipe | None:
    if wanted is None:
        return None
    label = opened.track.label
    return recipe_for(wanted, content_type=label.content_type, source_bitrate=label.bitrate)


def _disposition(opened: Opened) -> tuple[bytes, bytes]:
    label = opened.track.label
    return b"content-disposition", attachment(label.artist, label.title, suffix_of(label.content_type))


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
