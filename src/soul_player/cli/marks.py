"""`soul favourite`, `soul rate` and `soul play --record-only`: seen at once, sent at the next sync."""

import asyncio
from typing import Any

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.tracks import find_track
from soul_player.cli.words import count
from soul_player.client import Client, LibraryTrack, Marks
from soul_player.protocol.times import time_text


def set_favourite(flags: Flags, track: str, *, favourite: bool) -> int:
    """A favourite, or no longer."""
    return asyncio.run(_set_favourite(flags, track, favourite=favourite))


def set_rating(flags: Flags, track: str, *, stars: int) -> int:
    """0 is none."""
    return asyncio.run(_set_rating(flags, track, stars=stars))


def record_play(flags: Flags, track: str, *, seconds: float | None) -> int:
    """Without any sound."""
    return asyncio.run(_record_play(flags, track, seconds=seconds))


async def _set_favourite(flags: Flags, name: str, *, favourite: bool) -> int:
    async with opened_client(flags) as client:
        track = await find_track(client, name)
        await client.edits.set_favourite(track.id, favourite=favourite)
        said = "a favourite" if favourite else "no favourite"
        return await _told(Output(flags), client, track, f"{track.title} is {said}")


async def _set_rating(flags: Flags, name: str, *, stars: int) -> int:
    async with opened_client(flags) as client:
        track = await find_track(client, name)
        await client.edits.set_rating(track.id, stars or None)
        said = f"rated {count(stars, 'star')}" if stars else "not rated"
        return await _told(Output(flags), client, track, f"{track.title} is {said}")


async def _record_play(flags: Flags, name: str, *, seconds: float | None) -> int:
    async with opened_client(flags) as client:
        track = await find_track(client, name)
        counted = await client.edits.record_play(track.id, heard_seconds=seconds)
        plays = (await client.playlists.marks(track.id)).play_count
        said = f"played {count(plays, 'time')}" if counted else "heard too little of to count"
        return await _told(Output(flags), client, track, f"{track.title} was {said}")


async def _told(output: Output, client: Client, track: LibraryTrack, text: str) -> int:
    marks = await client.playlists.marks(track.id)
    output.record({"id": track.id, "title": track.title, **marks_record(marks)})
    output.result(text)
    return ExitCode.OK


def marks_record(marks: Marks) -> dict[str, Any]:
    """What programs are told of them."""
    return {
        "favourite": marks.favourite,
        "rating": marks.rating,
        "play_count": marks.play_count,
        "last_played_at": None if marks.last_played_at is None else time_text(marks.last_played_at),
    }
