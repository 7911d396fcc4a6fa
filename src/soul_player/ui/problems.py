"""Why the local API refuses something, and the one mapping from the client's errors to a status."""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from soul_player.client import (
    AddressInvalid,
    AlbumNotFound,
    ArtistNotFound,
    CertificateChanged,
    CertificateUnknown,
    ClientError,
    ConfigInvalid,
    CredentialsRefused,
    DownloadNotFound,
    EditInvalid,
    FailedEditNotFound,
    FolderInvalid,
    HomeLocked,
    NothingPlays,
    OfflineError,
    PastTheEnd,
    PlaylistAmbiguous,
    PlaylistNotFound,
    QuestionNotFound,
    RuleInvalid,
    RuleNotFound,
    SecurityError,
    SignInNeeded,
    SourceExists,
    SourceNotFound,
    TrackNotFound,
    TransientSyncError,
)

# 401 is about this API's own session alone: a source that wants its password is a conflict.
_STATUSES: Sequence[tuple[tuple[type[ClientError], ...], HTTPStatus]] = (
    (
        (
            SourceNotFound,
            TrackNotFound,
            AlbumNotFound,
            ArtistNotFound,
            QuestionNotFound,
            PlaylistNotFound,
            FailedEditNotFound,
            DownloadNotFound,
            RuleNotFound,
        ),
        HTTPStatus.NOT_FOUND,
    ),
    (
        (ConfigInvalid, AddressInvalid, FolderInvalid, EditInvalid, RuleInvalid, PlaylistAmbiguous),
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    ((PastTheEnd,), HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
    ((SourceExists, HomeLocked, SignInNeeded, CredentialsRefused, SecurityError), HTTPStatus.CONFLICT),
    ((OfflineError, TransientSyncError, NothingPlays), HTTPStatus.SERVICE_UNAVAILABLE),
)


class LocalProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document (RFC 9457). `hint`: what to do next. `fingerprint`: of a certificate that waits for a yes.

    `position`: the character of a query, counted from 0, where it is wrong.
    """

    title: str
    status: int
    code: str
    detail: str | None = None
    hint: str | None = None
    fingerprint: str | None = None
    position: int | None = None
    type: str = "about:blank"


class Refused(Exception):
    """A request that is answered with a problem document. `code` is for programs, and stays."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        hint: str | None = None,
        fingerprint: str | None = None,
        position: int | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint
        self.fingerprint = fingerprint
        self.position = position
        self.headers = headers

    def body(self) -> bytes:
        """The problem document."""
        problem = LocalProblem(
            title=self.status.phrase,
            status=self.status.value,
            code=self.code,
            detail=self.detail,
            hint=self.hint,
            fingerprint=self.fingerprint,
            position=self.position,
        )
        return msgspec.json.encode(problem)


def refused_by_client(error: ClientError) -> Refused:
    """What the client cannot do, in its own words."""
    status = next((status for kinds, status in _STATUSES if isinstance(error, kinds)), HTTPStatus.INTERNAL_SERVER_ERROR)
    fingerprint = error.fingerprint if isinstance(error, CertificateUnknown | CertificateChanged) else None
    return Refused(status, error.code, error.message, hint=error.hint, fingerprint=fingerprint)


def invalid(detail: str) -> Refused:
    """422: what was sent has a wrong shape, or a value that cannot be."""
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail)
