"""What is on the disk below a root: music files with their stamps, folder by folder."""

import os
import stat as stat_module
from collections.abc import Iterator
from dataclasses import dataclass, field

from soul_player.audio.artwork import folder_images
from soul_player.audio.formats import MUSIC_SUFFIXES
from soul_player.audio.source import Stamp
from soul_player.folders.roots import is_inside

# Kept by file servers beside the music: thumbnails, wastebaskets.
_SKIPPED_FOLDERS = frozenset((b"@eaDir", b"#recycle", b"$RECYCLE.BIN", b"System Volume Information", b"lost+found"))
_DOT = ord(".")
_IMAGE_SUFFIXES = frozenset((b".jpg", b".jpeg", b".png", b".webp", b".gif", b".bmp"))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that was not taken, and why, in words for people."""

    path: bytes
    reason: str


# The fields of a `Stamp`, bare: making the class of them would be a tenth of a walk, and most are only compared.
PlainStamp = tuple[int, int, int]


@dataclass(slots=True)
class Listing:
    """One folder: its music (paths below the root), its picture, and what was left out.

    `is_complete` is False when the folder could not be listed to its end: what is not in it is not missing.
    """

    folder: bytes
    files: list[tuple[bytes, PlainStamp]] = field(default_factory=list)
    image: tuple[bytes, Stamp] | None = None
    left_out: list[LeftOut] = field(default_factory=list)
    is_complete: bool = True


def walk(root: bytes) -> Iterator[Listing]:
    """Every folder below `root`, itself first. Never raises for what is on the disk: it is told in the listings.

    Links are not followed. One that stays inside the root leads to what is found under its own name anyway; one that
    leads out is refused. So no loop of links can hold the walk.
    """
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        listing = Listing(folder)
        try:
            with os.scandir(root + b"/" + folder if folder else root) as entries:
                below = _list(root, entries, listing)
        except OSError as error:
            listing.is_complete = False
            listing.left_out.append(LeftOut(folder, f"the folder cannot be listed: {_why(error)}"))
        else:
            # Sorted, so that two walks over the same disk are alike whatever order the file system likes.
            waiting.extend(sorted(below, reverse=True))
        yield listing


def _list(root: bytes, entries: "Iterator[os.DirEntry[bytes]]", listing: Listing) -> list[bytes]:
    """Fill the listing; the folders below. Runs once for every file of a library at every scan."""
    prefix = listing.folder + b"/" if listing.folder else b""
    take, suffixes = listing.files.append, MUSIC_SUFFIXES
    below: list[bytes] = []
    images: list[bytes] = []
    for entry in entries:
        name = entry.name
        suffix = name[name.rfind(b".") :]
        if suffix not in suffixes:
            suffix = suffix.lower()
        if name[0] == _DOT:
            continue
        if suffix in suffixes and entry.is_file(follow_symlinks=False):
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                # Gone between the listing and this: whether it is missing, the next scan will tell.
                listing.is_complete = False
                listing.left_out.append(LeftOut(prefix + name, _why(error)))
                continue
            take((prefix + name, (status.st_size, status.st_mtime_ns, status.st_ino)))
        elif entry.is_dir(follow_symlinks=False):
            if name not in _SKIPPED_FOLDERS:
                below.append(prefix + name)
        else:
            _look_at_other(root, entry, prefix + name, suffix, listing, images)
    if images:
        listing.image = _image(os.path.join(root, listing.folder), images)
    return below


def _look_at_other(  # noqa: PLR0917  # a part of the loop above
    root: bytes, entry: "os.DirEntry[bytes]", path: bytes, suffix: bytes, listing: Listing, images: list[bytes]
) -> None:
    if entry.is_symlink():
        _refuse_link(root, path, listing, is_music=suffix in MUSIC_SUFFIXES)
    elif suffix in _IMAGE_SUFFIXES:
        images.append(entry.name)
    elif suffix in MUSIC_SUFFIXES:
        listing.left_out.append(LeftOut(path, "not a regular file"))


def _refuse_link(root: bytes, path: bytes, listing: Listing, *, is_music: bool) -> None:
    target = os.path.realpath(os.path.join(root, path))
    if is_inside(target, os.path.realpath(root)):
        if is_music and not os.path.exists(target):
            listing.left_out.append(LeftOut(path, "a link that leads nowhere"))
    elif is_music or os.path.isdir(target):
        listing.left_out.append(LeftOut(path, "a link that leads out of the music folder is not followed"))


def _image(folder: bytes, names: list[bytes]) -> tuple[bytes, Stamp] | None:
    for name in folder_images(names):
        try:
            status = os.lstat(os.path.join(folder, name))
        except OSError:
            # A picture that vanished is as good as none; the next one is looked at.
            continue
        if stat_module.S_ISREG(status.st_mode):
            return name, Stamp.of(status)
    return None


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
