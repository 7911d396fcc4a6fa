"""`soul list`, `soul search` and `soul show`: tracks, with where they are."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.holders import link_lines, links_record, source_line
from soul_player.cli.output import Output, printable, table
from soul_player.cli.track_lines import TrackLines
from soul_player.cli.words import count, duration, size
from soul_player.client import (
    Client,
    Condition,
    LibraryTrack,
    LocalTrackId,
    Marks,
    QuerySyntaxError,
    TrackNotFound,
    TrackSource,
    parse_query,
    query_condition,
    shown,
)
from soul_player.protocol.ids import BadId, id_bytes
from soul_player.protocol.times import time_text

PAGE_TRACKS = 500
CANDIDATES_MAX = 10


def list_matching(flags: Flags, text: str, *, limit: int | None) -> int:
    """Every track that matches the query, a page at a time."""
    condition = condition_of(text)
    return asyncio.run(_list(flags, condition, limit=limit))


def search_words(flags: Flags, text: str, *, limit: int) -> int:
    """The best matches of the words."""
    return asyncio.run(_search(flags, text, limit=limit))


def show_one(flags: Flags, name_or_id: str) -> int:
    """Everything that is known of one track."""
    return asyncio.run(_show(flags, name_or_id))


def condition_of(text: str) -> Condition:
    """The tracks that a query names; a fault in it is told with its place."""
    try:
        query = shown(parse_query(text))
    except QuerySyntaxError as error:
        pointed = (
            f"{error.message}, at character {error.position + 1} of the query\n      {_pointer(text, error.position)}"
        )
        raise CommandFailed("query_syntax", pointed, hint=error.hint, exit_code=ExitCode.USAGE) from error
    return query_condition(query, now_seconds=int(time.time()), zone=_local_zone())


def _pointer(text: str, position: int) -> str:
    """The part of the query around the fault, with a caret below it."""
    start = max(0, position - 60)
    line = printable(text[start : position + 60].replace("\n", " ").replace("\t", " "))
    return f"{line}\n      {' ' * (position - start)}^"


def _local_zone() -> Any:  # noqa: ANN401  # a tzinfo; the type's stub says Optional
    return datetime.now().astimezone().tzinfo


async def _list(flags: Flags, condition: Condition, *, limit: int | None) -> int:
    output = Output(flags)
    listed = 0
    async with opened_client(flags) as client:
        lines = TrackLines()
        after = None
        while limit is None or listed < limit:
            wanted = PAGE_TRACKS if limit is None else min(PAGE_TRACKS, limit - listed)
            page = await client.library.tracks(condition=condition, after=after, limit=wanted)
            await _print(output, client, page.tracks, lines)
            listed += len(page.tracks)
            after = page.next_after
            if after is None:
                break
    output.message(count(listed, "track"))
    return ExitCode.OK


async def _search(flags: Flags, text: str, *, limit: int) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        tracks = await client.library.search(text, limit=limit)
        await _print(output, client, tracks, TrackLines())
    output.message(count(len(tracks), "track"))
    return ExitCode.OK


async def _print(output: Output, client: Client, tracks: Sequence[LibraryTrack], lines: TrackLines) -> None:
    if output.is_json:
        sources = await client.library.track_sources([track.id for track in tracks])
        for track in tracks:
            marks = await client.playlists.marks(track.id)
            output.record(track_record(track, sources[track.id], marks))
        return
    for track in tracks:
        output.result(lines.line(track))


def track_record(track: LibraryTrack, sources: Sequence[TrackSource], marks: Marks) -> dict[str, Any]:
    """The JSON that programs rely on."""
    return {
        "id": track.id,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "duration_seconds": track.duration_seconds,
        "favourite": marks.favourite,
        "rating": marks.rating,
        "play_count": marks.play_count,
        "last_played_at": None if marks.last_played_at is None else time_text(marks.last_played_at),
        "status": track.status.value,
        "sources": [
            {
                "source": source.source_name,
                "status": source.status.value,
                "remote_id": source.remote_id,
                "path": source.path,
            }
            for source in sources
        ],
    }


async def _show(flags: Flags, name_or_id: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        track = await find_track(client, name_or_id)
        sources = (await client.library.track_sources([track.id]))[track.id]
        marks = await client.playlists.marks(track.id)
        kept = await client.downloads.store.kept_because(track.id)
        copies = await client.downloads.store.copies_of(track.id)
        links = await client.recordings.why(track.id)
        parts = await client.recordings.parts(track.id) if links else []
    if output.is_json:
        details = [source_record(source) for source in sources]
        more = {"details": details, "links": links_record(links, parts), "kept_because": list(kept),
                "copies": [{"quality": one.quality.value, "bytes": one.size_bytes, "content_type": one.content_type}
                           for one in copies]}  # fmt: skip
        output.record(track_record(track, sources, marks) | more)
        return ExitCode.OK
    for line in (*track_page(track, sources, marks), *link_lines(links, parts)):
        output.result(line)
    for copy in copies:
        output.result(f"  Downloaded: {copy.quality.value}, {copy.content_type}, {size(copy.size_bytes)}")
    for reason in kept:
        output.result(f"  Kept because: {reason}")
    return ExitCode.OK


async def find_track(client: Client, name_or_id: str) -> LibraryTrack:
    """By the id in lists, by a source's id, or by the whole title."""
    if name_or_id.isascii() and name_or_id.isdigit() and len(name_or_id) < 18:
        return await client.library.track(LocalTrackId(int(name_or_id)))
    field = "id" if _is_remote_id(name_or_id) else "title"
    quoted = name_or_id.replace("\\", "\\\\").replace('"', '\\"')
    page = await client.library.tracks(condition=condition_of(f'{field}:="{quoted}"'), limit=CANDIDATES_MAX + 1)
    if not page.tracks:
        raise TrackNotFound(f"no track is called {name_or_id!r}", hint="soul search finds tracks by their words")
    if len(page.tracks) > 1:
        shown_ids = ", ".join(str(track.id) for track in page.tracks[:CANDIDATES_MAX])
        more = " ..." if len(page.tracks) > CANDIDATES_MAX else ""
        raise CommandFailed(
            "ambiguous", f"several tracks are called {name_or_id!r}", hint=f"say which one: {shown_ids}{more}",
            exit_code=ExitCode.USAGE,
        )  # fmt: skip
    return page.tracks[0]


def _is_remote_id(text: str) -> bool:
    try:
        id_bytes(text.lower())
    except BadId:
        return False
    return True


def track_page(track: LibraryTrack, sources: Sequence[TrackSource], marks: Marks) -> list[str]:
    """One track for people."""
    facts = [
        ("Artist", track.artist),
        ("Album", f"{track.album} ({track.year})" if track.album and track.year else track.album),
        ("Album artist", track.album_artist if track.album_artist != track.artist else None),
        ("Track", _place(track)),
        ("Genres", ", ".join(track.genres) or None),
        ("Length", duration(track.duration_seconds)),
        ("Added", track.added_at),
        ("Favourite", "yes" if marks.favourite else None),
        ("Rating", f"{marks.rating} of 5" if marks.rating else None),
        ("Played", _played(marks)),
        ("Status", track.status.value),
        ("Id", str(track.id)),
    ]
    lines = [track.title, *table([(f"  {name}", value) for name, value in facts if value])]
    lines += [f"  {source_line(source)}" for source in sources]
    for source in sources:
        lines.append(f"  At {source.source_name}")
        lines.extend(table([(f"    {name}", value) for name, value in _source_facts(source) if value]))
    return lines


def _played(marks: Marks) -> str | None:
    if not marks.play_count:
        return None
    last = "" if marks.last_played_at is None else f", last on {time_text(marks.last_played_at)}"
    return f"{count(marks.play_count, 'time')}{last}"


def _place(track: LibraryTrack) -> str | None:
    if track.track_number is None:
        return None
    return f"{track.track_number} of disc {track.disc_number}" if track.disc_number else str(track.track_number)


def _source_facts(source: TrackSource) -> list[tuple[str, str | None]]:
    sound = [
        source.content_type,
        f"{source.bitrate // 1000} kbit/s" if source.bitrate else "",
        f"{source.sample_rate} Hz" if source.sample_rate else "",
        count(source.channels, "channel") if source.channels else "",
        size(source.file_size),
    ]
    return [
        ("Status", source.status.value),
        ("Audio", ", ".join(part for part in sound if part)),
        ("Remote id", source.remote_id),
        ("File hash", source.file_hash),
        ("Audio hash", source.audio_hash),
        ("Recording", source.musicbrainz_recording_id),
        ("ISRC", source.isrc),
        ("Path", source.path),
    ]


def source_record(source: TrackSource) -> dict[str, Any]:
    """Everything one source says of it."""
    return {
        "source": source.source_name,
        "remote_id": source.remote_id,
        "content_type": source.content_type,
        "bitrate": source.bitrate,
        "sample_rate": source.sample_rate,
        "channels": source.channels,
        "file_size": source.file_size,
        "file_hash": source.file_hash,
        "audio_hash": source.audio_hash,
        "musicbrainz_recording_id": source.musicbrainz_recording_id,
        "isrc": source.isrc,
        "updated_at": source.updated_at,
    }
