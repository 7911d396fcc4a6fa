"""`soul playlist`: every edit is seen at once and sent at the next sync."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.tracks import find_track
from soul_player.cli.words import count, duration
from soul_player.client import Client, Playlist, PlaylistEntry, SourceId, SourceType

OfPlaylist = Callable[[Client, Playlist], Awaitable[str]]


def list_all(flags: Flags) -> int:
    """By name."""
    return asyncio.run(_list_all(flags))


def show(flags: Flags, name: str) -> int:
    """With its entries."""
    return asyncio.run(_show(flags, name))


def create(flags: Flags, name: str, *, source: str | None, is_local: bool) -> int:
    """Of this source, else of the active one, or of this device only."""

    async def work() -> int:
        async with opened_client(flags) as client:
            source_id = await chosen_source(client, source, is_local=is_local)
            playlist_id = await client.edits.create_playlist(name, source_id=source_id)
            playlist, _ = await client.playlists.read(playlist_id)
            return told(Output(flags), playlist, f"created {playlist.name} ({playlist.id})")

    return asyncio.run(work())


def add(flags: Flags, name: str, tracks: Sequence[str], *, after: str | None) -> int:
    """All of them, or none when one of them is unknown."""

    async def work(client: Client, playlist: Playlist) -> str:
        ids = [(await find_track(client, track)).id for track in tracks]
        anchor = UNSET if after is None else await _anchor(client, playlist, after)
        await client.edits.add_entries(playlist.id, ids, after=anchor)
        return f"added {count(len(ids), 'track')} to {playlist.name}"

    return _edit(flags, name, work)


def move(flags: Flags, name: str, entry: str, *, after: str) -> int:
    """An entry, behind another one."""

    async def work(client: Client, playlist: Playlist) -> str:
        moved = await _entry(client, playlist, entry)
        await client.edits.move_entry(playlist.id, moved, after=await _anchor(client, playlist, after))
        return f"moved an entry of {playlist.name}"

    return _edit(flags, name, work)


def remove(flags: Flags, name: str, entries: Sequence[str]) -> int:
    """The numbers are those of before the first one goes."""

    async def work(client: Client, playlist: Playlist) -> str:
        ids = [await _entry(client, playlist, entry) for entry in entries]
        for entry_id in dict.fromkeys(ids):
            await client.edits.remove_entry(playlist.id, entry_id)
        return f"removed {count(len(set(ids)), 'track')} from {playlist.name}"

    return _edit(flags, name, work)


def rename(flags: Flags, name: str, new_name: str) -> int:
    """Another name."""

    async def work(client: Client, playlist: Playlist) -> str:
        await client.edits.rename_playlist(playlist.id, new_name)
        return f"renamed {playlist.name} to {new_name}"

    return _edit(flags, name, work)


def delete(flags: Flags, name: str) -> int:
    """Gone here at once."""

    async def work() -> int:
        async with opened_client(flags) as client:
            playlist = await client.playlists.find(name)
            await client.edits.delete_playlist(playlist.id)
            return told(Output(flags), playlist, f"deleted {playlist.name}")

    return asyncio.run(work())


async def chosen_source(client: Client, name: str | None, *, is_local: bool) -> SourceId | None:
    """The source that a new playlist belongs to; None: this device only."""
    if is_local and name is not None:
        raise CommandFailed("usage", "of a source, or of this device only: not both", exit_code=ExitCode.USAGE)
    if is_local:
        return None
    if name is not None:
        return (await client.sources.find(name)).id
    active = [one for one in await client.sources.list() if one.is_active and one.type is SourceType.SERVER]
    return active[0].id if active else None


def told(output: Output, playlist: Playlist, text: str) -> int:
    """What was done."""
    output.record({"id": playlist.id, "name": playlist.name, "source": playlist.source_name})
    output.result(text)
    return ExitCode.OK


def _edit(flags: Flags, name: str, work: OfPlaylist) -> int:
    async def edit() -> int:
        async with opened_client(flags) as client:
            playlist = await client.playlists.find(name)
            text = await work(client, playlist)
            return told(Output(flags), playlist, text)

    return asyncio.run(edit())


async def _list_all(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        playlists = await client.playlists.list()
    for playlist in playlists:
        output.record(playlist_record(playlist))
    rows = [
        (
            str(playlist.id),
            playlist.name,
            count(playlist.entries, "track"),
            playlist.source_name or "this device",
            _state(playlist),
        )
        for playlist in playlists
    ]
    for line in table(rows):
        output.result(line)
    output.message(count(len(playlists), "playlist"))
    return ExitCode.OK


async def _show(flags: Flags, name: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        found = await client.playlists.find(name)
        playlist, entries = await client.playlists.read(found.id)
    output.record(playlist_record(playlist) | {"entries": [entry_record(entry) for entry in entries]})
    line = f"{playlist.name}: {count(len(entries), 'track')}, {playlist.source_name or 'this device'}"
    output.result(f"{line} {_state(playlist)}".rstrip())
    rows = [
        (
            f"  {number}",
            entry.title or "unknown track",
            entry.artist or "",
            "" if entry.duration_seconds is None else duration(entry.duration_seconds),
            entry.status.value,
            "waiting" if entry.is_pending else "",
        )
        for number, entry in enumerate(entries, 1)
    ]
    for line in table(rows):
        output.result(line)
    return ExitCode.OK


def playlist_record(playlist: Playlist) -> dict[str, Any]:
    """The JSON that programs rely on, but for the entries."""
    return {
        "id": playlist.id,
        "remote_id": playlist.remote_id,
        "name": playlist.name,
        "source": playlist.source_name,
        "tracks": playlist.entries,
        "pending": playlist.pending,
        "deleted_at_source": playlist.is_orphan,
    }


def entry_record(entry: PlaylistEntry) -> dict[str, Any]:
    """One entry for programs."""
    return {
        "entry_id": entry.id,
        "track_id": entry.track_id,
        "title": entry.title,
        "artist": entry.artist,
        "status": entry.status.value,
        "pending": entry.is_pending,
    }


def _state(playlist: Playlist) -> str:
    if playlist.is_orphan:
        return "(deleted at its source: soul resolve)"
    return f"({playlist.pending} waiting)" if playlist.pending else ""


async def _anchor(client: Client, playlist: Playlist, after: str) -> str | UnsetType | None:
    return None if after == "0" else await _entry(client, playlist, after)


async def _entry(client: Client, playlist: Playlist, name: str) -> str:
    """By its id, or by its number in the list."""
    _, entries = await client.playlists.read(playlist.id)
    if name.isascii() and name.isdigit() and 1 <= int(name) <= len(entries):
        return entries[int(name) - 1].id
    if any(entry.id == name for entry in entries):
        return name
    raise CommandFailed(
        "entry_not_found",
        f"{playlist.name} has no entry {name}",
        hint="soul playlist show numbers them",
        exit_code=ExitCode.NOT_FOUND,
    )
