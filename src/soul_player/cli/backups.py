"""`soul backup` and `soul restore`: a home's databases and settings in one file, and back."""

import os
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from soul_player.cli.ask import confirmed
from soul_player.cli.client_home import client_failures
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.server_home import server_config, server_failures
from soul_player.cli.words import size
from soul_player.client import CONFIG_FILE as CLIENT_FILE
from soul_player.client import LIBRARY_FILE, back_up_library, restore_library
from soul_player.server import FILE_NAME as SERVER_FILE
from soul_player.server import ServerConfig, back_up, restore

# The names of the parts inside the file. Nothing else in it is looked at, so no name in it becomes a path.
STORE_PART = "server.db"
_SETTINGS = (SERVER_FILE, CLIENT_FILE)


def backup_home(flags: Flags, file: str, *, settings: Mapping[str, object]) -> int:
    """One file, readable by its owner only; never over one that is there."""
    output = Output(flags)
    target = Path(file).absolute()
    if target.exists():
        raise CommandFailed("exists", f"{target} is there already: a backup never overwrites")
    if not target.parent.is_dir():
        raise CommandFailed("no_folder", f"there is no folder {target.parent}", exit_code=ExitCode.NOT_FOUND)
    # Beside the target: the last step is then a rename on one disk.
    with tempfile.TemporaryDirectory(prefix=".soul-backup-", dir=target.parent) as folder:
        with server_failures(), client_failures():
            parts = _collect(flags, server_config(flags, settings), Path(folder))
        if not any(name in (STORE_PART, LIBRARY_FILE) for name in parts):
            raise CommandFailed(
                "nothing", f"{flags.home} holds neither a server nor a library", exit_code=ExitCode.NOT_FOUND
            )
        packed = Path(folder) / "packed"
        _pack(Path(folder), parts, packed)
        os.link(packed, target)
    output.record({"file": str(target), "bytes": target.stat().st_size, "parts": parts})
    output.result(f"{target}: {', '.join(parts)} ({size(target.stat().st_size)})")
    return ExitCode.OK


def restore_home(flags: Flags, file: str, *, settings: Mapping[str, object]) -> int:
    """After a yes, every part of the backup takes the place of what this home has; what it had is kept beside it."""
    output = Output(flags)
    source = Path(file).absolute()
    if not source.is_file():
        raise CommandFailed("not_found", f"there is no file {source}", exit_code=ExitCode.NOT_FOUND)
    home = flags.make_home()
    with tempfile.TemporaryDirectory(prefix=".soul-restore-", dir=home) as folder:
        parts = _unpack(source, Path(folder))
        if not confirmed(f"Put {', '.join(parts)} of {source} in the place of what is in {home}?", yes=flags.yes):
            raise CommandFailed("not_confirmed", "nothing was changed")
        kept = _put_back(flags, parts, Path(folder), settings)
    output.record({"restored": parts, "kept": [str(path) for path in kept]})
    output.result(f"restored {', '.join(parts)} into {home}")
    for path in kept:
        output.result(f"what was there before is kept as {path}")
    return ExitCode.OK


def _collect(flags: Flags, config: ServerConfig, folder: Path) -> list[str]:
    """The parts, each one moment of its database; their names."""
    parts = []
    store = config.database_url.removeprefix("sqlite:///")
    if store == config.database_url or Path(store).is_file():
        # For a store in PostgreSQL this says how it is backed up instead.
        back_up(config, folder / STORE_PART)
        parts.append(STORE_PART)
    if (flags.home / LIBRARY_FILE).is_file():
        back_up_library(flags.home, folder / LIBRARY_FILE)
        parts.append(LIBRARY_FILE)
    for name in _SETTINGS:
        kept = flags.home / name
        if kept.is_file():
            (folder / name).write_bytes(kept.read_bytes())
            parts.append(name)
    return parts


def _pack(folder: Path, parts: list[str], packed: Path) -> None:
    with os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
            for name in parts:
                archive.add(folder / name, arcname=name, recursive=False)
        file.flush()
        os.fsync(file.fileno())


def _unpack(source: Path, folder: Path) -> list[str]:
    """The parts whose names we know, each as a plain file of the same name."""
    parts = []
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for name in (STORE_PART, LIBRARY_FILE, *_SETTINGS):
                if name not in archive.getnames():
                    continue
                content = archive.extractfile(name)
                if content is None:
                    raise CommandFailed("bad_backup", f"{source} is no backup of a Soul Player home: {name} is no file")
                with (folder / name).open("xb") as part:
                    while piece := content.read(1 << 20):
                        part.write(piece)
                parts.append(name)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CommandFailed("bad_backup", f"{source} is no backup of a Soul Player home: {error}") from error
    if not parts:
        raise CommandFailed("bad_backup", f"{source} is no backup of a Soul Player home")
    return parts


def _put_back(flags: Flags, parts: list[str], folder: Path, settings: Mapping[str, object]) -> list[Path]:
    """The databases first: they refuse while somebody uses them, and then nothing was changed."""
    kept = []
    with server_failures(), client_failures():
        if STORE_PART in parts:
            former = restore(server_config(flags, settings), folder / STORE_PART)
            kept += [former] if former else []
        if LIBRARY_FILE in parts:
            former = restore_library(flags.home, folder / LIBRARY_FILE)
            kept += [former] if former else []
    for name in _SETTINGS:
        if name in parts:
            (folder / name).replace(flags.home / name)
    return kept
