"""A scan of the server's music folders, as it is told to admins."""

from enum import StrEnum

import msgspec


class ScanState(StrEnum):
    """`held`: files are missing in such number that nothing is retired until a person confirms it."""

    IDLE = "idle"
    SCANNING = "scanning"
    HASHING = "hashing"
    HELD = "held"


class ScanProgress(msgspec.Struct, frozen=True):
    """`done` of `total` files of the phase (`walk`, `tags`, `hashes`)."""

    phase: str
    done: int
    total: int


class Unreadable(msgspec.Struct, frozen=True):
    """A file or folder that was left out, and why. `path` is for people: bytes that are no UTF-8 are escaped."""

    path: str
    reason: str


class ScanSummary(msgspec.Struct, frozen=True):
    """What one finished scan did."""

    added: int
    updated: int
    moved: int
    removed: int
    unreadable: tuple[Unreadable, ...]
    seconds: float
    finished_at: str


class ScanStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /api/admin/scan`. `root` and `missing` say what is held, and are what a confirmation repeats."""

    state: ScanState
    code: str | None = None
    root: str | None = None
    missing: int | None = None
    progress: ScanProgress | None = None
    last: ScanSummary | None = None


class ScanConfirmation(msgspec.Struct, frozen=True):
    """`POST /api/admin/scan/confirm`: this many missing files of this root are to be retired, not more."""

    root: str
    missing: int
