"""`soul playlist export` and `import`: m3u8 files."""

import asyncio
import sys
from pathlib import Path

from soul_player.cli.client_home import client_failures, opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.playlists import chosen_source
from soul_player.cli.words import count
from soul_player.client import FILE_BYTES_MAX, m3u8_text


def export_file(flags: Flags, name: str, file: str) -> int:
    """As other players read it."""

    async def work() -> int:
        output = Output(flags)
        async with opened_client(flags) as client:
            playlist = await client.playlists.find(name)
            text = await client.edits.export_m3u8(playlist.id)
        if file == "-":
            sys.stdout.write(text)
            return ExitCode.OK
        await asyncio.to_thread(_write, Path(file), text)
        output.record({"id": playlist.id, "file": file, "tracks": playlist.entries})
        output.result(f"wrote {count(playlist.entries, 'track')} to {file}")
        return ExitCode.OK

    return asyncio.run(work())


def import_file(flags: Flags, file: str, *, source: str | None, is_local: bool) -> int:
    """Exit code 6 when some of it matches no track: the playlist is made of the rest. Of none, nothing is made."""

    async def work() -> int:
        output = Output(flags)
        with client_failures():
            text = m3u8_text(await asyncio.to_thread(_read, Path(file)))
        async with opened_client(flags) as client:
            source_id = await chosen_source(client, source, is_local=is_local)
            done = await client.edits.import_m3u8(text, name=Path(file).stem, source_id=source_id)
        unmatched = [{"line": line.number, "location": line.location} for line in done.unmatched]
        output.record({"id": done.playlist_id, "name": done.name, "matched": done.matched, "unmatched": unmatched})
        output.result(f"made {done.name} ({done.playlist_id}) of {count(done.matched, 'track')}")
        for line in done.unmatched:
            output.message(f"  line {line.number} matches no track of yours: {line.location}")
        return ExitCode.PARTLY_DONE if done.unmatched else ExitCode.OK

    return asyncio.run(work())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # A pipe and a device have no size that could be asked for.
            content = file.read(FILE_BYTES_MAX + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CommandFailed("file_not_found", f"there is no file {path}", exit_code=ExitCode.NOT_FOUND) from error
    except IsADirectoryError as error:
        raise CommandFailed("file_unreadable", f"{path} is a folder, no file", exit_code=ExitCode.USAGE) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that can be no file's name"
        raise CommandFailed("file_unreadable", f"{path} cannot be read: {reason}") from error
    if len(content) > FILE_BYTES_MAX:
        raise CommandFailed("file_too_large", f"{path} is larger than any playlist", exit_code=ExitCode.USAGE)
    return content


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise CommandFailed("file_unwritable", f"{path} cannot be written: {error.strerror}") from error
