"""Pure: the disk against what is known of it -> added, changed, missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from soul_player.audio.source import Stamp
from soul_player.folders.roots import is_inside
from soul_player.folders.walk import LeftOut, Listing

# What is known of one file: (path, size_bytes, mtime_ns, inode, and whatever its owner keeps beside). Rows as they
# come from a database: making anything else of them costs more than comparing them.
KnownFile = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A file whose stamp is no longer the one that is known."""

    path: bytes
    stamp: Stamp
    known: KnownFile


@dataclass(slots=True)
class Comparison:
    """What a walk found in one root, beside what was known. `files` counts all music files that were seen; `unchanged`
    are the folders that were not compared, because they are as they were."""

    added: list[tuple[bytes, Stamp]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    missing: list[KnownFile] = field(default_factory=list)
    images: dict[bytes, tuple[bytes, Stamp]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    unlisted: list[bytes] = field(default_factory=list)
    unchanged: set[bytes] = field(default_factory=set)
    files: int = 0
    is_root_listed: bool = True


class Comparing:
    """Takes the listings of a walk one by one, so that the disk is never held in memory as a whole."""

    def __init__(self, known: Mapping[bytes, KnownFile], *, full: bool = False) -> None:
        self._left = dict(known)
        self._full = full
        self._found = Comparison()

    def know(self, known: Mapping[bytes, KnownFile]) -> None:
        """What there was to compare with, when only what is unchanged was seen until now."""
        self._left = dict(known)

    def pass_over(self, listing: Listing) -> None:
        """One folder that is as it was when everything in it was known."""
        self._found.unchanged.add(listing.folder)
        self._count(listing)

    def see(self, listing: Listing) -> None:
        """One folder. A path is seen once; `full` takes every known file for changed."""
        found = self._found
        self._count(listing)
        if not listing.is_complete:
            found.unlisted.append(listing.folder)
            if listing.folder == b"":
                found.is_root_listed = False
        forget, full = self._left.pop, self._full
        for path, stamp in listing.files:
            was = forget(path, None)
            if was is None:
                found.added.append((path, Stamp(*stamp)))
            elif was[1:4] != stamp or full:
                found.changed.append(Changed(path, Stamp(*stamp), was))

    def finish(self) -> Comparison:
        """What was known and not seen is missing, but for what lies below a folder that could not be listed."""
        unlisted, unchanged = set(self._found.unlisted), self._found.unchanged
        for path, known in self._left.items():
            if unchanged and folder_of(path) in unchanged:
                continue
            if not (unlisted and _is_below_any(path, unlisted)):
                self._found.missing.append(known)
        return self._found

    def _count(self, listing: Listing) -> None:
        found = self._found
        found.files += len(listing.files)
        if listing.left_out:
            found.left_out.extend(listing.left_out)
        if listing.image is not None:
            found.images[listing.folder] = listing.image


def folder_of(path: bytes) -> bytes:
    """The folder that a file below the root lies in; empty for the root itself."""
    return path[: max(path.rfind(b"/"), 0)]


def _is_below_any(path: bytes, folders: set[bytes]) -> bool:
    if b"" in folders:
        return True
    at = path.rfind(b"/")
    while at > 0:
        if path[:at] in folders:
            return True
        at = path.rfind(b"/", 0, at)
    return False


def is_hidden_below(path: bytes, folders: list[bytes]) -> bool:
    """Whether a path lies in one of the folders that could not be listed."""
    return any(folder == b"" or is_inside(path, folder) for folder in folders)
