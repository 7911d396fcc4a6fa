"""The operations: every edit that travels from a device to a server (protocol, section 4)."""

import math
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from soul_player.protocol.ids import BadId, id_bytes
from soul_player.protocol.times import BadTime, time_ms

ERA_CHARS_MAX = 64
NAME_CHARS_MAX = 500
OPERATIONS_PER_PUSH_MAX = 500
BYTES_PER_PUSH_MAX = 1_048_576
ENTRIES_PER_PLAYLIST_MAX = 10_000
RATING_MAX = 5
# Databases count in 64 bits, and JSON readers elsewhere in 53.
N_MAX = 2**53 - 1
_DAY_SECONDS = 86_400


class InvalidOperation(ValueError):
    """This operation can never work; the text says what is wrong with it."""


class Operation(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """What all have: an id minted when the user acted, its number on that device, and the time of the act."""

    op_id: str
    n: int
    at: str


class PlayAdd(Operation, frozen=True, tag="play.add"):
    """A track was heard for `duration_played` seconds, from `played_at` on."""

    play_id: str
    track_id: str
    played_at: str
    duration_played: float


class FavouriteSet(Operation, frozen=True, tag="favourite.set"):
    """A track is a favourite, or no longer."""

    track_id: str
    favourite: bool


class RatingSet(Operation, frozen=True, tag="rating.set"):
    """1..5, or None for none."""

    track_id: str
    rating: int | None


class PlaylistCreate(Operation, frozen=True, tag="playlist.create"):
    """A new, empty playlist under an id that the device minted."""

    playlist_id: str
    name: str
    description: str | None = None


class PlaylistRename(Operation, frozen=True, tag="playlist.rename"):
    """Another name."""

    playlist_id: str
    name: str


class PlaylistDelete(Operation, frozen=True, tag="playlist.delete"):
    """`seen_seq`: the newest position of it that the deleter had seen; who left it out wants no questions.

    `seen_era`: the history that this position belongs to. After a restore, one of the lost part means nothing.
    """

    playlist_id: str
    seen_seq: int | None = None
    seen_era: str | UnsetType = UNSET


class EntryAdd(Operation, frozen=True, tag="entry.add"):
    """A track is put after the entry `after`: None is the first place, UNSET the last."""

    playlist_id: str
    entry_id: str
    track_id: str
    after: str | UnsetType | None = UNSET


class EntryMove(Operation, frozen=True, tag="entry.move"):
    """An entry is put after another one: None is the first place, UNSET the last."""

    entry_id: str
    after: str | UnsetType | None = UNSET


class EntryRemove(Operation, frozen=True, tag="entry.remove"):
    """An entry is taken out."""

    entry_id: str


AnyOperation = (
    PlayAdd
    | FavouriteSet
    | RatingSet
    | PlaylistCreate
    | PlaylistRename
    | PlaylistDelete
    | EntryAdd
    | EntryMove
    | EntryRemove
)

_decoder: msgspec.json.Decoder[AnyOperation] = msgspec.json.Decoder(AnyOperation)
_ID_FIELDS = ("op_id", "track_id", "play_id", "playlist_id", "entry_id", "after")
_TIME_FIELDS = ("at", "played_at")


def parse_operation(raw: bytes) -> AnyOperation:
    """One operation of a batch. Raises `InvalidOperation` for an unknown type and for any value out of bounds."""
    try:
        operation = _decoder.decode(raw)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        # It repeats what came, and goes where a NUL cannot be kept.
        raise InvalidOperation("".join(char if char.isprintable() else "?" for char in str(error)[:200])) from error
    check_operation(operation)
    return operation


def check_operation(operation: AnyOperation) -> None:
    """What the types alone cannot say. A device checks its own operations with it before it keeps them."""
    if not 1 <= operation.n <= N_MAX:
        raise InvalidOperation("n must be 1 or more")
    for field in _ID_FIELDS:
        _check_id(field, getattr(operation, field, None))
    for field in _TIME_FIELDS:
        _check_time(field, getattr(operation, field, None))
    match operation:
        case PlaylistCreate(name=name, description=description):
            _check_name(name)
            _check_text("description", description or "")
        case PlaylistRename(name=name):
            _check_name(name)
        case RatingSet(rating=rating) if rating is not None and not 1 <= rating <= RATING_MAX:
            raise InvalidOperation(f"a rating is 1..{RATING_MAX}, or null for none")
        case PlaylistDelete(seen_seq=seen_seq) if seen_seq is not None and not 0 <= seen_seq <= N_MAX:
            raise InvalidOperation("seen_seq is no position")
        case PlaylistDelete(seen_era=str(seen_era)) if len(seen_era) > ERA_CHARS_MAX or not seen_era.isprintable():
            raise InvalidOperation("seen_era is no era")
        case PlayAdd(duration_played=seconds) if not (math.isfinite(seconds) and 0 <= seconds <= _DAY_SECONDS):
            raise InvalidOperation("duration_played must be seconds, within a day")
        case _:
            pass


def _check_id(field: str, value: str | UnsetType | None) -> None:
    if value is None or value is UNSET:
        return
    assert isinstance(value, str)
    try:
        id_bytes(value)
    except BadId as error:
        raise InvalidOperation(f"{field} is no UUID in lower case") from error


def _check_time(field: str, value: str | None) -> None:
    if value is None:
        return
    try:
        unix_ms = time_ms(value)
    except BadTime as error:
        raise InvalidOperation(f"{field} is no RFC 3339 time with a zone") from error
    if unix_ms < 0:
        raise InvalidOperation(f"{field} lies before 1970")


def _check_name(name: str) -> None:
    if not name.strip():
        raise InvalidOperation("a name must not be empty")
    _check_text("name", name)


def _check_text(field: str, text: str) -> None:
    if len(text) > NAME_CHARS_MAX:
        raise InvalidOperation(f"{field} is longer than {NAME_CHARS_MAX} characters")
    if "\0" in text:
        raise InvalidOperation(f"{field} holds a NUL")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidOperation(f"{field} holds half a character")


def comparable(operation: AnyOperation) -> bytes:
    """The operation as a value, for telling whether an id was used again for something else.

    `n` is left out: a copied home numbers its operations anew and keeps their ids (section 4, `device_cloned`).
    """
    fields = msgspec.to_builtins(operation)
    del fields["n"]
    return msgspec.json.encode(fields, order="deterministic")


def comparable_raw(fields: dict[str, Any]) -> bytes:
    """The same for one that does not parse."""
    return msgspec.json.encode({name: value for name, value in fields.items() if name != "n"}, order="deterministic")


class OutcomeStatus(StrEnum):
    """What became of an operation (section 4)."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    RETRY = "retry"


class Reason(StrEnum):
    """Why an operation was not applied."""

    INVALID = "invalid"
    OP_ID_REUSED = "op_id_reused"
    PLAYLIST_FULL = "playlist_full"
    PLAYLIST_DELETED = "playlist_deleted"
    PLAYLIST_CHANGED = "playlist_changed"
    UNKNOWN_TRACK = "unknown_track"
    UNKNOWN_PLAYLIST = "unknown_playlist"
    UNKNOWN_ENTRY = "unknown_entry"
    BUSY = "busy"
