"""Downloads in the words of the listener: what waits, what is kept and why, and how much room it takes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.protocol.quality import StreamQuality

# Ids of this device, never reused.
TaskId = NewType("TaskId", int)
CopyId = NewType("CopyId", int)
RuleId = NewType("RuleId", int)

PRIORITY_ASKED = 100
PRIORITY_AUTOMATIC = 10
# What a person may say.
PRIORITY_MAX = 1_000


class TaskState(StrEnum):
    """Where a task of the queue stands. One that is done or cancelled has no row any more."""

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"
    FAILED = "failed"


class WaitsFor(StrEnum):
    """Why a waiting task does not start now."""

    TURN = "turn"
    SOURCE = "source"  # it is offline
    SIGN_IN = "sign_in"
    RETRY = "retry"  # something went wrong that may be over soon
    ROOM = "room"  # the disk or the limit is full
    HOLDER = "holder"  # no source that is known has the track now
    TRANSCODE = "transcode"  # the server makes the quality that was asked for


class RuleKind(StrEnum):
    """Who wants the tracks here."""

    ASKED = "asked"
    BUILT_IN = "built_in"
    OWN = "own"


@dataclass(frozen=True)
class DownloadTask:
    """One recording that is to be fetched. `not_before_ms`: when it may start; `attempts`: that failed in a row."""

    id: TaskId
    track_id: LocalTrackId
    quality: StreamQuality
    priority: int
    place: int
    state: TaskState
    waits_for: WaitsFor | None
    waits_source_id: SourceId | None
    not_before_ms: int
    source_id: SourceId | None
    bytes_done: int
    bytes_total: int | None
    resumed_bytes: int
    attempts: int
    error_code: str | None
    error: str | None

    @property
    def is_asked(self) -> bool:
        """By a person; else it is automatic."""
        return self.priority > PRIORITY_AUTOMATIC


@dataclass(frozen=True)
class Copy:
    """A file that is whole, verified and durable. `sha256` is of these bytes, the hashes are of the original."""

    id: CopyId
    sha256: bytes
    size_bytes: int
    content_type: str
    quality: StreamQuality
    file_hash: str | None
    audio_hash: str | None
    used_at_ms: int
    verified_at_ms: int


@dataclass(frozen=True)
class NewCopy:
    """What is known of a file when it became whole."""

    sha256: bytes
    size_bytes: int
    content_type: str
    quality: StreamQuality
    file_hash: str | None
    audio_hash: str | None


@dataclass(frozen=True)
class Rule:
    """Which tracks are kept here, and how much they weigh against others. `tracks`, `size_bytes`: what it keeps now.

    `is_live`: it is looked at again after each sync. A rule that is not holds what it found once, if it was asked for
    by hand; every other one is switched off, and keeps nothing.
    """

    id: RuleId
    kind: RuleKind
    name: str
    query: str
    is_live: bool
    weight: int
    budget_bytes: int | None
    quality: StreamQuality = StreamQuality.ORIGINAL
    tracks: int = 0
    size_bytes: int = 0


@dataclass(frozen=True)
class Storage:
    """Bytes of the copies on this device: those that a person asked for, and the others."""

    kept_bytes: int
    automatic_bytes: int
    copies: int


@dataclass(frozen=True)
class QueueCounts:
    """How many tasks wait (or are paused), are under way, and have failed."""

    pending: int
    active: int
    failed: int
