"""A folder of this device as a source: which one may be added."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from soul_player.client.errors import FolderInvalid, SourceExists
from soul_player.client.library.model import Source, SourceType
from soul_player.client.library.source_names import quoted
from soul_player.folders.roots import is_inside, shown


async def checked_folder(folder: str | bytes | os.PathLike[str], home: Path) -> bytes:
    """Its real path. Raises `FolderInvalid` for what is no folder, cannot be listed, or is this library's own."""
    return await asyncio.to_thread(_checked, os.fsencode(folder), os.fsencode(home))


def require_apart(path: bytes, sources: Sequence[Source]) -> None:
    """Raises `SourceExists` when the folder, one above it or one below it is a source already."""
    for source in sources:
        if source.type is not SourceType.FOLDER:
            continue
        other = os.fsencode(source.url)
        if path == other:
            raise SourceExists(f"{shown(path)} is the source {source.name} already")
        if is_inside(path, other):
            raise SourceExists(f"{shown(path)} lies in {shown(other)}, which is the source {source.name} already")
        if is_inside(other, path):
            raise SourceExists(
                f"{shown(path)} holds {shown(other)}, which is the source {source.name} already",
                hint=f"remove that one first: soul source remove {quoted(source.name)}",
            )


def _checked(folder: bytes, home: bytes) -> bytes:
    if not folder:
        # Where this process happens to be, for the system: most likely a variable that was never set.
        raise FolderInvalid("a folder has a name")
    if b"\0" in folder:
        raise FolderInvalid(f"{shown(folder)!r} can be no folder's name")
    path, home = os.path.realpath(folder), os.path.realpath(home)
    try:
        with os.scandir(path):
            pass
    except NotADirectoryError as error:
        raise FolderInvalid(f"{shown(folder)} is a file, no folder") from error
    except FileNotFoundError as error:
        raise FolderInvalid(f"there is no folder {shown(folder)}") from error
    except OSError as error:
        # Also a link that leads to itself.
        raise FolderInvalid(f"{shown(folder)} cannot be listed: {(error.strerror or str(error)).lower()}") from error
    if is_inside(path, home):
        raise FolderInvalid(f"{shown(folder)} is this library's own, where its copies are kept")
    return path
