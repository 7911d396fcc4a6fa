"""What each route takes and gives, for the OpenAPI document: the words beside the route table."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from soul_player.protocol.fingerprint import Fingerprint, Fingerprints, FingerprintsRequest
from soul_player.protocol.page import Heads, TracksPage
from soul_player.protocol.playlist import Digest, PlaylistsPage, UserDataPage
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.push import PushRequest, PushResponse
from soul_player.protocol.quality import StreamFormat, StreamQuality
from soul_player.protocol.scan import ScanConfirmation, ScanStatus
from soul_player.protocol.server_info import ServerInfo
from soul_player.protocol.session import (
    DeviceList,
    LoginRequest,
    NewUser,
    PasswordRequest,
    RefreshRequest,
    SignedIn,
    User,
    UserList,
)
from soul_player.protocol.track import Track

Schema = Mapping[str, object]
Message = type[msgspec.Struct]


@dataclass(frozen=True)
class Parameter:
    """A query parameter or a request header."""

    name: str
    schema: Schema
    description: str
    place: str = "query"


@dataclass(frozen=True)
class Bytes:
    """An answer that is no JSON."""

    content_type: str


@dataclass(frozen=True)
class Operation:
    """`answers` by status; None is an answer without a body. Problems that every such route has are not repeated."""

    summary: str
    answers: Mapping[int, Message | Bytes | Schema | None]
    body: Message | None = None
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[ProblemCode, ...] = ()


_LIMIT = Parameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "How many rows a page may have."
)
_CURSOR = Parameter("cursor", {"type": "string", "maxLength": 512}, "The last page's next_cursor; none begins anew.")
_ACK = Parameter("ack", {"type": "string", "maxLength": 512}, "The last ack that this user's edits were answered with.")
_SCOPE = Parameter("scope", {"type": "string"}, "Which scope; none is the user's own.")
_QUALITY = Parameter(
    "quality",
    {"type": "string", "enum": list(StreamQuality), "default": StreamQuality.ORIGINAL.value},
    "The file's own bytes, or a transcode that never has more bits a second than they.",
)
_FORMAT = Parameter(
    "format",
    {"type": "string", "enum": list(StreamFormat), "default": StreamFormat.OPUS.value},
    "What a transcode is made of: the first that the player can.",
)
_START_SECONDS = Parameter(
    "start_seconds", {"type": "number", "minimum": 0, "maximum": 1_000_000}, "Where a transcode begins."
)
_SIZE = Parameter("size", {"type": "integer", "minimum": 64, "maximum": 1200}, "Pixels of the square it is to fit in.")
_RANGE = Parameter("Range", {"type": "string"}, "One range of bytes; several are answered with the whole.", "header")
_IF_RANGE = Parameter("If-Range", {"type": "string"}, "The tag of the bytes that are there already.", "header")
_IF_NONE_MATCH = Parameter("If-None-Match", {"type": "string"}, "The tag of an earlier answer.", "header")
_WAIT = Parameter("wait", {"type": "boolean", "default": False}, "Answer when it is done, with 200.")
_FULL = Parameter("full", {"type": "boolean", "default": False}, "Read every file anew, also the unchanged ones.")

_AUDIO = Bytes("audio/*")
_FILE_ANSWERS: Mapping[int, Message | Bytes | Schema | None] = {200: _AUDIO, 206: _AUDIO, 304: None}
_FILE_PROBLEMS = (
    ProblemCode.TRACK_GONE,
    ProblemCode.RANGE_NOT_SATISFIABLE,
    ProblemCode.INVALID_QUALITY,
    ProblemCode.TRANSCODE_FAILED,
    ProblemCode.TRANSCODES_BUSY,
    ProblemCode.FILE_UNREADABLE,
)
_USER_FEED_PROBLEMS = (
    ProblemCode.INVALID_LIMIT,
    ProblemCode.CURSOR_INVALID,
    ProblemCode.CURSOR_EXPIRED,
    ProblemCode.CURSOR_DIVERGED,
    ProblemCode.ACK_DIVERGED,
)
_TRANSCODING: Schema = {"type": "object", "properties": {"state": {"const": "transcoding"}}, "required": ["state"]}
_HEALTH: Schema = {"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]}

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("GET", "/api/health"): Operation("Whether the server can do its work; 503 says why not.", {200: _HEALTH}),
    ("GET", "/api/server"): Operation(
        "What the server is; more of it to somebody who is signed in.",
        {200: ServerInfo},
        problems=(ProblemCode.AUTH_REQUIRED, ProblemCode.TOKEN_EXPIRED, ProblemCode.TOKEN_REVOKED),
    ),
    ("POST", "/api/auth/login"): Operation(
        "Sign a device in.",
        {200: SignedIn},
        body=LoginRequest,
        problems=(ProblemCode.INVALID_CREDENTIALS, ProblemCode.TOO_MANY_ATTEMPTS),
    ),
    ("POST", "/api/auth/refresh"): Operation(
        "New tokens for a refresh token; a repeat gets the same one.",
        {200: SignedIn},
        body=RefreshRequest,
        problems=(ProblemCode.TOKEN_REVOKED,),
    ),
    ("POST", "/api/auth/logout"): Operation("Sign this device out, at once.", {204: None}),
    ("POST", "/api/auth/password"): Operation(
        "Set a new password; the other devices are signed out.",
        {204: None},
        body=PasswordRequest,
        problems=(ProblemCode.INVALID_CREDENTIALS, ProblemCode.TOO_MANY_ATTEMPTS),
    ),
    ("GET", "/api/auth/devices"): Operation("The devices that are signed in.", {200: DeviceList}),
    ("DELETE", "/api/auth/devices/{device_id}"): Operation(
        "Sign one device out, at once.", {204: None}, problems=(ProblemCode.DEVICE_NOT_FOUND,)
    ),
    ("GET", "/api/sync/heads"): Operation(
        "The newest position of every scope: an idle sync is this request.",
        {200: Heads, 304: None},
        parameters=(_ACK, _IF_NONE_MATCH),
        problems=(ProblemCode.ACK_DIVERGED,),
    ),
    ("GET", "/api/sync/tracks"): Operation(
        "What changed after a cursor; everything without one.",
        {200: TracksPage, 304: None},
        parameters=(_LIMIT, _CURSOR, _IF_NONE_MATCH),
        problems=(
            ProblemCode.INVALID_LIMIT,
            ProblemCode.CURSOR_INVALID,
            ProblemCode.CURSOR_EXPIRED,
            ProblemCode.CURSOR_DIVERGED,
        ),
    ),
    ("GET", "/api/sync/playlists"): Operation(
        "What changed in the user's playlists and their entries.",
        {200: PlaylistsPage, 304: None},
        parameters=(_LIMIT, _CURSOR, _ACK, _IF_NONE_MATCH),
        problems=_USER_FEED_PROBLEMS,
    ),
    ("GET", "/api/sync/user-data"): Operation(
        "What changed in the user's favourites, ratings and play counts.",
        {200: UserDataPage, 304: None},
        parameters=(_LIMIT, _CURSOR, _ACK, _IF_NONE_MATCH),
        problems=_USER_FEED_PROBLEMS,
    ),
    ("GET", "/api/sync/digest"): Operation(
        "Proves that two sides hold the same rows.",
        {200: Digest},
        parameters=(_SCOPE,),
        problems=(ProblemCode.NOT_FOUND,),
    ),
    ("POST", "/api/sync/push"): Operation(
        "Take edits, each once.",
        {200: PushResponse},
        body=PushRequest,
        problems=(ProblemCode.DEVICE_MISMATCH, ProblemCode.DEVICE_CLONED, ProblemCode.ACK_DIVERGED),
    ),
    ("GET", "/api/tracks/{track_id}"): Operation("One track.", {200: Track}, problems=(ProblemCode.TRACK_GONE,)),
    ("GET", "/api/tracks/{track_id}/stream"): Operation(
        "Its bytes, to hear.",
        _FILE_ANSWERS,
        parameters=(_QUALITY, _FORMAT, _START_SECONDS, _RANGE, _IF_RANGE, _IF_NONE_MATCH),
        problems=_FILE_PROBLEMS,
    ),
    ("GET", "/api/tracks/{track_id}/download"): Operation(
        "Its bytes, to keep; always with the tag that verifies them.",
        {**_FILE_ANSWERS, 202: _TRANSCODING},
        parameters=(_QUALITY, _FORMAT, _RANGE, _IF_RANGE, _IF_NONE_MATCH),
        problems=_FILE_PROBLEMS,
    ),
    ("GET", "/api/tracks/{track_id}/artwork"): Operation(
        "Its picture.",
        {200: Bytes("image/*"), 304: None},
        parameters=(_SIZE, _IF_NONE_MATCH),
        problems=(ProblemCode.TRACK_GONE, ProblemCode.ARTWORK_NOT_FOUND, ProblemCode.INVALID_SIZE),
    ),
    ("GET", "/api/tracks/{track_id}/fingerprint"): Operation(
        "How it sounds, in words.",
        {200: Fingerprint},
        problems=(ProblemCode.TRACK_GONE, ProblemCode.FINGERPRINT_NOT_FOUND),
    ),
    ("POST", "/api/tracks/fingerprints"): Operation(
        "How many of them sound.", {200: Fingerprints}, body=FingerprintsRequest
    ),
    ("GET", "/api/admin/scan"): Operation("How the scan stands.", {200: ScanStatus}),
    ("POST", "/api/admin/scan"): Operation(
        "Look for music.", {200: ScanStatus, 202: ScanStatus}, parameters=(_WAIT, _FULL)
    ),
    ("POST", "/api/admin/scan/confirm"): Operation(
        "Let so many missing tracks of a root go, with a scan that begins at once.",
        {200: ScanStatus, 202: ScanStatus},
        parameters=(_WAIT,),
        body=ScanConfirmation,
        problems=(ProblemCode.NOTHING_HELD,),
    ),
    ("GET", "/api/admin/users"): Operation("Every account.", {200: UserList}),
    ("POST", "/api/admin/users"): Operation(
        "Make an account.", {201: User}, body=NewUser, problems=(ProblemCode.USER_EXISTS,)
    ),
    ("DELETE", "/api/admin/users/{user_id}"): Operation(
        "Remove an account; its devices are signed out.",
        {204: None},
        problems=(ProblemCode.USER_NOT_FOUND, ProblemCode.LAST_ADMIN),
    ),
    ("GET", "/metrics"): Operation(
        "What is counted, for Prometheus: with the token of the settings, or an admin's.", {200: Bytes("text/plain")}
    ),
}
