"""Pure: whether missing tracks may go, or a person must say so first (protocol, section 5: absence is not deletion)."""

from dataclasses import dataclass

TRACKS_MIN = 50
SHARE_MAX = 0.2


@dataclass(frozen=True, slots=True)
class RootCount:
    """One root after a scan. `known` tracks were in it before, `files` were seen now, `missing` did not turn up."""

    known: int
    files: int
    missing: int
    is_configured: bool = True
    is_listed: bool = True
    confirmed_missing: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing of this root is retired until these many missing tracks are confirmed."""

    root_id: int
    root: str
    missing: int


def must_hold(count: RootCount) -> bool:
    """An unmounted, emptied, unreadable or unconfigured root, or one that would lose a great part of its tracks."""
    if count.missing == 0:
        return False
    if count.confirmed_missing is not None and count.missing <= count.confirmed_missing:
        return False
    if not count.is_configured or not count.is_listed or count.files == 0:
        return True
    return count.known >= TRACKS_MIN and count.missing > SHARE_MAX * count.known
