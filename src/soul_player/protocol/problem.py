"""The problem document (RFC 9457) and the closed list of its codes."""

from enum import StrEnum

import msgspec

PROBLEM_CONTENT_TYPE = "application/problem+json"


class ProblemCode(StrEnum):
    """Every code that an error of this protocol can carry. Codes are added, never removed or renamed."""

    # The request itself.
    BAD_REQUEST = "bad_request"  # 400: no JSON, a header that does not parse
    INVALID = "invalid"  # 422: JSON of a wrong shape
    INVALID_LIMIT = "invalid_limit"  # 422: limit outside 1..1000
    INVALID_QUALITY = "invalid_quality"  # 422
    INVALID_SIZE = "invalid_size"  # 422: artwork size out of bounds
    DEVICE_MISMATCH = "device_mismatch"  # 422
    NOT_FOUND = "not_found"  # 404: no such route
    METHOD_NOT_ALLOWED = "method_not_allowed"  # 405
    TOO_LARGE = "too_large"  # 413
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"  # 415
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"  # 416
    # Who asks.
    AUTH_REQUIRED = "auth_required"  # 401: no token, or not one of ours
    TOKEN_EXPIRED = "token_expired"  # noqa: S105  # 401: refresh and repeat
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  # 401: sign in again
    INVALID_CREDENTIALS = "invalid_credentials"  # 401: wrong name or password
    ADMIN_ONLY = "admin_only"  # 403
    FOREIGN_ORIGIN = "foreign_origin"  # 403
    TOO_MANY_ATTEMPTS = "too_many_attempts"  # 429
    # What is asked for.
    TRACK_GONE = "track_gone"  # 404: deleted, or never there
    ARTWORK_NOT_FOUND = "artwork_not_found"  # 404
    FINGERPRINT_NOT_FOUND = "fingerprint_not_found"  # 404
    USER_NOT_FOUND = "user_not_found"  # 404
    DEVICE_NOT_FOUND = "device_not_found"  # 404
    USER_EXISTS = "user_exists"  # 409
    LAST_ADMIN = "last_admin"  # 409: the last admin cannot be removed
    SCAN_RUNNING = "scan_running"  # 409
    NOTHING_HELD = "nothing_held"  # 409: a confirmation that fits no held scan
    DEVICE_CLONED = "device_cloned"  # 409
    TRANSCODE_FAILED = "transcode_failed"  # 422: this file cannot be made into another quality; its original can be had
    TRANSCODES_BUSY = "transcodes_busy"  # 503: as many are made as may be
    FILE_UNREADABLE = "file_unreadable"  # 503: on the disk, yet it cannot be read now
    # Positions.
    CURSOR_INVALID = "cursor_invalid"  # 410
    CURSOR_EXPIRED = "cursor_expired"  # 410
    CURSOR_DIVERGED = "cursor_diverged"  # 410
    ACK_DIVERGED = "ack_diverged"  # 410
    # The server itself.
    MASS_DELETION_HELD = "mass_deletion_held"
    NOT_READY = "not_ready"  # 503: starting, stopping, or the database is away
    INTERNAL = "internal"  # 500


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error as it travels. `code` stays text, so that a client survives a code it does not know."""

    title: str
    status: int
    code: str
    detail: str | None = None
    type: str = "about:blank"


KNOWN_CODES = frozenset(code.value for code in ProblemCode)
