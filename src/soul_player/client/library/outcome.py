"""How a sync of one source ended, as it is told to people and programs."""

from dataclasses import dataclass
from enum import StrEnum


class SyncStatus(StrEnum):
    """How it ended."""

    SYNCED = "synced"
    FAILED = "failed"
    OFFLINE = "offline"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class SyncFailure:
    """An error as text: `code` is that of its class in client/errors.py."""

    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True)
class LeftOutFile:
    """A file or folder of a local source that was not taken, and why. `path` is for people."""

    path: str
    reason: str


@dataclass(frozen=True)
class SyncResult:
    """One source's part of `soul sync --json`. What later parts of the sync count is 0 until they are there."""

    name: str
    status: SyncStatus
    tracks_synced: int = 0
    tracks_updated: int = 0
    tracks_deleted: int = 0
    playlists_synced: int = 0
    pushed: int = 0
    conflicts: int = 0
    downloaded_files: int = 0
    requests: int = 0
    bytes_received: int = 0
    seconds: float = 0.0
    error: SyncFailure | None = None
    unreadable: tuple[LeftOutFile, ...] = ()
