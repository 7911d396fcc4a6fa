"""`/api/tracks/{id}` and its picture: everything that is known of one recording, and why."""

import asyncio
from datetime import datetime
from http import HTTPStatus

import msgspec

from soul_player.client import Client, LocalTrackId, TrackSource, Why, shown_path
from soul_player.protocol.times import time_text
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.api.lists import Id, Row
from soul_player.ui.api.player import PlayRow, play_row
from soul_player.ui.problems import Refused

PLAYS_SHOWN = 20
MONTHS = 12
# The address of a picture names what is in it.
_PICTURE_HEADERS = ((b"cache-control", b"private, max-age=604800"), (b"content-security-policy", b"sandbox"))


class PictureQuery(msgspec.Struct, frozen=True):
    """`of`: the picture's id, so that another picture has another address."""

    of: str = ""


class TrackPart(msgspec.Struct, frozen=True):
    """What one source has of a recording. `entry_id`: by which it is split off; null: no source holds it any more.

    `replaygain`: JSON text of gains (dB) and peaks, as the file's tags say.
    """

    entry_id: int | None
    source_id: int
    source_name: str
    status: str
    title: str
    artist: str | None
    album: str | None
    duration_seconds: float
    content_type: str
    bitrate: int | None
    sample_rate: int | None
    channels: int | None
    size_bytes: int
    replaygain: str | None
    path: str | None
    is_same_file: bool


class Link(msgspec.Struct, frozen=True):
    """Why two parts are one recording. `score`: 0 to 1, by `method`; `fingerprint`: how like they sound."""

    link_id: int
    entry_id: int
    other_entry_id: int
    method: str
    score: float
    fingerprint: float | None
    vetoes: tuple[str, ...]
    linked_at: str


class TrackDetails(msgspec.Struct, frozen=True):
    """`parts` in the order in which they are played. `plays_by_month`: on this device, the last of twelve is now."""

    track: Row
    genres: tuple[str, ...]
    parts: tuple[TrackPart, ...]
    links: tuple[Link, ...]
    kept_because: tuple[str, ...]
    plays: tuple[PlayRow, ...]
    plays_by_month: tuple[int, ...]


class SplitRequest(msgspec.Struct, frozen=True):
    """An `entry_id` of the recording's parts."""

    entry_id: Id


class SplitOff(msgspec.Struct, frozen=True):
    """The recording that the part is now."""

    id: int


class DetailRoutes:
    """Reads, and takes one recording apart on a person's word."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def details(self, call: Call) -> Answer:
        """Everything that is known of a recording."""
        client, track_id = self._client, _track(call)
        track = await client.library.track(track_id)
        row = (await client.positions.tracks([track_id]))[track_id]
        sources = (await client.library.track_sources([track_id]))[track_id]
        known = await client.recordings.parts(track_id)
        entries = {(part["source_id"], part["remote_id"]): int(part["entry_id"]) for part in known}
        plays = await client.plays.of(track_id, count=500)
        first = sources[0] if sources else None
        return message_answer(
            TrackDetails(
                track=msgspec.convert(row, Row, from_attributes=True),
                genres=track.genres,
                parts=tuple(
                    _part(source, entries.get((source.source_id, source.remote_id)), first) for source in sources
                ),
                links=tuple(_link(why) for why in await client.recordings.why(track_id)),
                kept_because=await client.downloads.store.kept_because(track_id),
                plays=tuple(play_row(play) for play in plays[:PLAYS_SHOWN]),
                plays_by_month=by_month([play.played_at_ms for play in plays]),
            )
        )

    async def split(self, call: Call) -> Answer:
        """Take one source's part out of a recording; it is never joined by itself again."""
        asked = await call.message(SplitRequest)
        return message_answer(SplitOff(await self._client.recordings.split(_track(call), asked.entry_id)))

    async def picture(self, call: Call) -> Answer:
        """Its picture, from this device or once from who has it."""
        found = await self._client.covers.of(_track(call))
        if found is None:
            raise Refused(HTTPStatus.NOT_FOUND, "no_picture", "there is no picture of it now")
        path, content_type = found
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError as error:
            raise Refused(HTTPStatus.NOT_FOUND, "no_picture", "its picture just went") from error
        return Answer(HTTPStatus.OK, ((b"content-type", content_type.encode()), *_PICTURE_HEADERS), content)


def by_month(times_ms: list[int]) -> tuple[int, ...]:
    """How many in each of the last twelve months of the listener, this one last."""
    now = datetime.now().astimezone()
    counts = [0] * MONTHS
    for time_ms in times_ms:
        then = datetime.fromtimestamp(time_ms / 1_000).astimezone()
        ago = (now.year - then.year) * 12 + now.month - then.month
        if 0 <= ago < MONTHS:
            counts[MONTHS - 1 - ago] += 1
    return tuple(counts)


def _part(source: TrackSource, entry_id: int | None, first: TrackSource | None) -> TrackPart:
    same = first is not None and source.file_hash is not None and source.file_hash == first.file_hash
    return TrackPart(
        entry_id=entry_id,
        source_id=source.source_id,
        source_name=source.source_name,
        status=source.status.value,
        title=source.title,
        artist=source.artist,
        album=source.album,
        duration_seconds=source.duration_seconds,
        content_type=source.content_type,
        bitrate=source.bitrate,
        sample_rate=source.sample_rate,
        channels=source.channels,
        size_bytes=source.file_size,
        replaygain=source.replaygain,
        path=None if source.path is None else shown_path(source.path),
        is_same_file=same and source is not first,
    )


def _link(why: Why) -> Link:
    return Link(
        link_id=why.link_id,
        entry_id=why.entry_id,
        other_entry_id=why.other_entry_id,
        method=why.evidence.method.value,
        score=why.evidence.score,
        fingerprint=why.evidence.fingerprint,
        vetoes=tuple(veto.value for veto in why.evidence.vetoes),
        linked_at=time_text(why.linked_at_ms),
    )


def _track(call: Call) -> LocalTrackId:
    return LocalTrackId(call.path_id("track_id", missing="track_not_found"))
