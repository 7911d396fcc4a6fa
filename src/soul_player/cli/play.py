"""`soul play`: the chosen bytes of a track into a file or a pipe, and what was heard of them."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, ReaderGone
from soul_player.cli.tracks import find_track
from soul_player.client import Audio, Client, LibraryTrack, Part
from soul_player.protocol.quality import StreamQuality

STDOUT = "-"
NO_PLAYER_HINT = "sound comes by a pipe: soul play TRACK --output - | mpv -     (--record-only just records a play)"


def play(flags: Flags, track: str, *, output: str | None, quality: str | None, start_seconds: float) -> int:
    """The player itself comes with the page; until one runs, the bytes go where they are told."""
    if output is None:
        raise CommandFailed(
            "no_player", "no player is running in this home", hint=NO_PLAYER_HINT, exit_code=ExitCode.USAGE
        )
    wanted = None if quality is None else StreamQuality(quality)
    return asyncio.run(_play(flags, track, output=output, quality=wanted, start_seconds=start_seconds))


async def _play(flags: Flags, name: str, *, output: str, quality: StreamQuality | None, start_seconds: float) -> int:
    says = Output(flags)
    async with opened_client(flags) as client:
        track = await find_track(client, name)
        if start_seconds and start_seconds >= track.duration_seconds:
            raise CommandFailed(
                "usage", f"{track.title} ends before that: it is {track.duration_seconds:.0f} s long",
                exit_code=ExitCode.USAGE,
            )  # fmt: skip
        part = Part(start_seconds=start_seconds)
        async with client.playback.open(track.id, quality=quality, part=part) as audio:
            says.message(_said(track, audio))
            if output == STDOUT:
                written = await _into_pipe(client, track, audio)
            else:
                written = await _into_file(audio, Path(output))
    if output != STDOUT:
        says.record(
            {"id": track.id, "title": track.title, "path": output, "bytes": written, "quality": audio.quality.value,
             "content_type": audio.content_type, "source": audio.source_name, "status": audio.origin.value}
        )  # fmt: skip
        says.result(f"{track.title}: {written:,} bytes in {output}")
    return ExitCode.OK


async def _into_pipe(client: Client, track: LibraryTrack, audio: Audio) -> int:
    """What is behind the pipe takes bytes as it plays: no more can have been heard than the time that this took."""
    began = time.monotonic()
    session = client.playback.session(track.id, source_id=audio.source_id)
    try:
        return await _write(audio, sys.stdout.buffer)
    except BrokenPipeError as error:
        # The player was closed, which is its right; so is what it has played.
        raise ReaderGone from error
    finally:
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.flush()
        session.heard_seconds = min(time.monotonic() - began, track.duration_seconds)
        await session.finish()


async def _into_file(audio: Audio, target: Path) -> int:
    """Under its name only once it is whole; a device or a pipe stays what it is."""
    is_put_in_place = _is_free_or_file(target)
    written_to = target.with_name(target.name + ".part") if is_put_in_place else target
    try:
        with written_to.open("wb") as file:
            written = await _write(audio, file)
        if is_put_in_place:
            written_to.replace(target)
    except OSError as error:
        raise CommandFailed("file_unwritable", f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        if is_put_in_place:
            written_to.unlink(missing_ok=True)
    return written


def _is_free_or_file(target: Path) -> bool:
    return target.is_file() or not target.exists()


async def _write(audio: Audio, file: BinaryIO) -> int:
    written = 0
    async for piece in audio:
        await asyncio.to_thread(_write_all, file.write, piece)
        written += len(piece)
    await asyncio.to_thread(file.flush)
    return written


def _write_all(write: Callable[[bytes | memoryview], int], piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[write(rest) :]


def _said(track: LibraryTrack, audio: Audio) -> str:
    where = f"from {audio.source_name}" if audio.source_id is not None else "from this device"
    return f"{track.title}, {where}, {audio.quality.value} ({audio.content_type})"
