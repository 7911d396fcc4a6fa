"""Why the server refuses something, and the one mapping from that to a status and a problem document."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from soul_player.protocol.problem import Problem, ProblemCode

STATUS_OF_CODE: Mapping[ProblemCode, HTTPStatus] = {
    ProblemCode.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    ProblemCode.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INVALID_LIMIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INVALID_QUALITY: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INVALID_SIZE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.DEVICE_MISMATCH: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ProblemCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.RANGE_NOT_SATISFIABLE: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    ProblemCode.AUTH_REQUIRED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_EXPIRED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_REVOKED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.INVALID_CREDENTIALS: HTTPStatus.UNAUTHORIZED,
    ProblemCode.ADMIN_ONLY: HTTPStatus.FORBIDDEN,
    ProblemCode.FOREIGN_ORIGIN: HTTPStatus.FORBIDDEN,
    ProblemCode.TOO_MANY_ATTEMPTS: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.TRACK_GONE: HTTPStatus.NOT_FOUND,
    ProblemCode.ARTWORK_NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.FINGERPRINT_NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.USER_NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.DEVICE_NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.USER_EXISTS: HTTPStatus.CONFLICT,
    ProblemCode.LAST_ADMIN: HTTPStatus.CONFLICT,
    ProblemCode.SCAN_RUNNING: HTTPStatus.CONFLICT,
    ProblemCode.NOTHING_HELD: HTTPStatus.CONFLICT,
    ProblemCode.DEVICE_CLONED: HTTPStatus.CONFLICT,
    ProblemCode.TRANSCODE_FAILED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.TRANSCODES_BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemCode.FILE_UNREADABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemCode.CURSOR_INVALID: HTTPStatus.GONE,
    ProblemCode.CURSOR_EXPIRED: HTTPStatus.GONE,
    ProblemCode.CURSOR_DIVERGED: HTTPStatus.GONE,
    ProblemCode.ACK_DIVERGED: HTTPStatus.GONE,
    ProblemCode.MASS_DELETION_HELD: HTTPStatus.CONFLICT,
    ProblemCode.NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class ServerError(Exception):
    """Base of the errors that a person who runs the server may have to read."""


class ConfigError(ServerError):
    """A setting is wrong: it must be changed before the server can start."""


class StartError(ServerError):
    """The server cannot start now; its text says what stands in the way."""


class AccountError(ServerError):
    """An account cannot be made, changed or removed as asked; `code` says why."""

    def __init__(self, code: ProblemCode, text: str) -> None:
        super().__init__(text)
        self.code = code


class BackupError(ServerError):
    """A backup cannot be made or restored; nothing was changed."""


class ScanError(ServerError):
    """A scan cannot begin, or another one does not end."""


class RequestRefused(ServerError):
    """A request that is answered with a problem document."""

    def __init__(
        self,
        code: ProblemCode,
        detail: str | None = None,
        *,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        status: HTTPStatus | None = None,
    ) -> None:
        super().__init__(detail or code.value)
        self.code = code
        self.detail = detail
        self.headers = headers
        self.status = status or STATUS_OF_CODE[code]


def problem_body(refused: RequestRefused) -> bytes:
    """The problem document (RFC 9457)."""
    problem = Problem(
        title=refused.status.phrase, status=refused.status.value, code=refused.code.value, detail=refused.detail
    )
    return msgspec.json.encode(problem)
