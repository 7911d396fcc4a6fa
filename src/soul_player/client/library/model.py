"""What the library holds, in the words of the listener: sources, tracks, and where a track is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

from soul_player.client.library.connectivity import Connectivity, SourceAddress, connectivity_of
from soul_player.database.access import Value
from soul_player.protocol.ids import ServerId, TrackId

# Ids of this device, never reused.
SourceId = NewType("SourceId", int)
LocalTrackId = NewType("LocalTrackId", int)
QuestionId = NewType("QuestionId", int)


class SourceType(StrEnum):
    """What kind of place music comes from."""

    SERVER = "server"
    FOLDER = "folder"


class AvailabilityStatus(StrEnum):
    """Where a track's bytes are, as one source knows it."""

    LOCAL_FILE = "local_file"
    CACHED = "cached"
    STREAM_ONLY = "stream_only"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Source:
    """A place music comes from. `tracks`: how many of it are available.

    `addresses`: of one and the same server, the last one that worked first; of a folder, its path alone.
    """

    id: SourceId
    name: str
    type: SourceType
    addresses: tuple[SourceAddress, ...]
    server_id: ServerId | None
    username: str | None
    account_id: str | None
    is_active: bool
    needs_sign_in: bool
    added_at_ms: int
    last_sync_at_ms: int | None
    last_error_code: str | None
    last_error: str | None
    is_offline: bool
    failed_attempts: int
    retry_at_ms: int | None
    tracks: int = 0

    @property
    def url(self) -> str:
        """The address that is tried first."""
        return self.addresses[0].url

    @property
    def connectivity(self) -> Connectivity:
        """Whether it can be used now, as far as is known."""
        return connectivity_of(self.addresses, needs_sign_in=self.needs_sign_in, last_error_code=self.last_error_code)


@dataclass(frozen=True)
class LibraryTrack:
    """A recording, as lists show it. `added_at` is RFC 3339 text; `genres` is a tuple of names."""

    id: LocalTrackId
    status: AvailabilityStatus
    title: str
    artist: str | None
    album: str | None
    album_artist: str | None
    genres: tuple[str, ...]
    year: int | None
    disc_number: int | None
    track_number: int | None
    duration_seconds: float
    added_at: str


@dataclass(frozen=True)
class TrackSource:
    """What one source says of a recording, as it came. `replaygain` is JSON text; `path` is the file on this device."""

    source_id: SourceId
    source_name: str
    remote_id: TrackId
    track_id: LocalTrackId
    status: AvailabilityStatus
    seq: int
    title: str
    artist: str | None
    artists: tuple[str, ...]
    album: str | None
    album_artist: str | None
    album_id: str | None
    track_number: int | None
    disc_number: int | None
    year: int | None
    genres: tuple[str, ...]
    duration_seconds: float
    content_type: str
    bitrate: int | None
    sample_rate: int | None
    channels: int | None
    file_size: int
    file_hash: str | None
    audio_hash: str | None
    fingerprinted: bool
    musicbrainz_recording_id: str | None
    musicbrainz_release_id: str | None
    isrc: str | None
    replaygain: str | None
    artwork_id: str | None
    added_at: str
    updated_at: str
    path: str | None
    title_from_file: bool = False


@dataclass(frozen=True)
class Condition:
    """Which tracks: a piece of SQL over `tracks` (its columns need no prefix), with the values of its `:names`.

    It is joined by AND to a statement whose own names all begin with `page_`, so any other name is free.
    """

    sql: str
    values: Mapping[str, Value] = field(default_factory=dict)


class TrackOrder(StrEnum):
    """How a list is sorted."""

    ARTIST = "artist"
    TITLE = "title"
    ADDED = "added"


# Where a page of a list ended: the sorted values of its last row. To callers it is opaque.
PageKey = tuple[str | int, ...]


@dataclass(frozen=True)
class TrackPage:
    """Some tracks, and the place from which the next page goes on (None: these were the last)."""

    tracks: tuple[LibraryTrack, ...]
    next_after: PageKey | None


class QuestionKind(StrEnum):
    """What a person is asked."""

    MASS_DELETION = "mass_deletion"
    PLAYLIST_DELETED = "playlist_deleted"
    PLAYLIST_CHANGED = "playlist_changed"
    MERGE = "merge"
    SERVER_CHANGED = "server_changed"


class DeletionAnswer(StrEnum):
    """The choices of `mass_deletion`: believe the source, or keep showing the tracks."""

    APPLY = "apply"
    KEEP = "keep"


class PlaylistDeletedAnswer(StrEnum):
    """The choices of `playlist_deleted`: put it back, keep it on this device only, delete it here too."""

    MINE = "mine"
    LOCAL = "local"
    THEIRS = "theirs"


class PlaylistChangedAnswer(StrEnum):
    """The choices of `playlist_changed`: delete it all the same, or keep it."""

    MINE = "mine"
    THEIRS = "theirs"


class MergeAnswer(StrEnum):
    """The choices of `merge`: one recording each, or not."""

    MERGE = "merge"
    SEPARATE = "separate"


class ServerChangedAnswer(StrEnum):
    """The choices of `server_changed`: the same library, rebuilt; a source of its own; nothing is done."""

    REBUILT = "rebuilt"
    ANOTHER = "another"
    LEAVE = "leave"


CHOICES: Mapping[QuestionKind, tuple[str, ...]] = {
    QuestionKind.MASS_DELETION: tuple(answer.value for answer in DeletionAnswer),
    QuestionKind.PLAYLIST_DELETED: tuple(answer.value for answer in PlaylistDeletedAnswer),
    QuestionKind.PLAYLIST_CHANGED: tuple(answer.value for answer in PlaylistChangedAnswer),
    QuestionKind.MERGE: tuple(answer.value for answer in MergeAnswer),
    QuestionKind.SERVER_CHANGED: tuple(answer.value for answer in ServerChangedAnswer),
}


@dataclass(frozen=True)
class Question:
    """A decision that waits. `evidence` depends on the kind: `{"tracks": n, "of": m}` for a mass deletion.

    `playlist_id`: the one that it is about, where it is still shown.
    """

    id: QuestionId
    kind: QuestionKind
    source_id: SourceId
    source_name: str
    evidence: Mapping[str, Any]
    asked_at_ms: int
    choices: tuple[str, ...]
    playlist_id: int | None = None


@dataclass(frozen=True)
class SyncState:
    """How far a feed of a source was read. `head` is None while a run is under way (or none ever ended)."""

    source_id: SourceId
    feed: str
    account_id: str | None
    cursor: str | None
    era: str | None
    head: int | None
    run: int
    progress_done: int
    progress_total: int | None
    sweep_owed: int
    last_reset_at_ms: int | None
    last_reset_code: str | None


@dataclass(frozen=True)
class Stored:
    """What a page changed in the library."""

    added: int = 0
    updated: int = 0
    ignored: int = 0
