"""Pure: the disk against what is known of it -> added, changed, missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from soul_player.audio.source import Stamp
from soul_player.folders.roots import is_inside
from soul_player.folders.walk import LeftOut, Listing

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Changed(Generic[Known]):
    """A file whose stamp is no longer the one that is known."""

    path: bytes
    stamp: Stamp
    known: Known


@dataclass(slots=True)
class Comparison(Generic[Known]):
    """What a walk found in one root, beside what was known. `files` counts all music files that were seen."""

    added: list[tuple[bytes, Stamp]] = field(default_factory=list)
    changed: list[Changed[Known]] = field(default_factory=list)
    missing: list[tuple[bytes, Known]] = field(default_factory=list)
    images: dict[bytes, tuple[bytes, Stamp]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    unlisted: list[bytes] = field(default_factory=list)
    files: int = 0
    is_root_listed: bool = True


class Comparing(Generic[Known]):
    """Takes the listings of a walk one by one, so that the disk is never held in memory as a whole."""

    def __init__(self, known: Mapping[bytes, tuple[tuple[int, int, int], Known]], *, full: bool = False) -> None:
        self._left = dict(known)
        self._full = full
        self._found: Comparison[Known] = Comparison()

    def see(self, listing: Listing) -> None:
        """One folder. A path is seen once; `full` takes every known file for changed."""
        found = self._found
        found.files += len(listing.files)
        if listing.left_out:
            found.left_out.extend(listing.left_out)
        if listing.image is not None:
            found.images[listing.folder] = listing.image
        if not listing.is_complete:
            found.unlisted.append(listing.folder)
            if listing.folder == b"":
                found.is_root_listed = False
        forget = self._left.pop
        for path, stamp in listing.files:
            was = forget(path, None)
            if was is None:
                found.added.append((path, stamp))
            elif was[0] != stamp or self._full:
                found.changed.append(Changed(path, stamp, was[1]))

    def finish(self) -> Comparison[Known]:
        """What was known and not seen is missing, but for what lies below a folder that could not be listed."""
        unlisted = set(self._found.unlisted)
        for path, (_, known) in self._left.items():
            if not (unlisted and _is_below_any(path, unlisted)):
                self._found.missing.append((path, known))
        return self._found


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
