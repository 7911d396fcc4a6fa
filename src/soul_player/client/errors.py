"""What can go wrong for a client, as a closed tree: the class says what the caller can do about it."""


class ClientError(Exception):
    """Base of everything that a person may have to read. `code` is for programs, `hint` says what to do next."""

    code = "failed"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


# What was asked for ---------------------------------------------------------------------------------------------------


class ConfigInvalid(ClientError):
    """A setting is unknown or has a value that cannot be."""

    code = "config_invalid"


class AddressInvalid(ClientError):
    """The address of a source cannot be used."""

    code = "address_invalid"


class FolderInvalid(ClientError):
    """The folder cannot be a source."""

    code = "folder_invalid"


class SourceNotFound(ClientError):
    """No source has this name or id."""

    code = "source_not_found"


class SourceExists(ClientError):
    """This account of this server (or this name) is a source already."""

    code = "source_exists"


class TrackNotFound(ClientError):
    """No track has this id, or it has no source that can give its bytes."""

    code = "track_not_found"


class FileUnwritable(ClientError):
    """A file cannot be written where it was asked for."""

    code = "file_unwritable"


class DownloadNotFound(ClientError):
    """No task of the download queue has this id."""

    code = "download_not_found"


class RuleNotFound(ClientError):
    """No rule has this name or id."""

    code = "rule_not_found"


class RuleInvalid(ClientError):
    """The rule cannot be: its query, its name or its numbers."""

    code = "rule_invalid"


class QuestionNotFound(ClientError):
    """No open question has this id, or it has no such choice."""

    code = "question_not_found"


class PlaylistNotFound(ClientError):
    """No playlist, or no entry of it, has this name or id."""

    code = "playlist_not_found"


class EditInvalid(ClientError):
    """The edit can never work as it was asked for; nothing was changed."""

    code = "edit_invalid"


class FailedEditNotFound(ClientError):
    """No failed edit that waits for a person has this id, or that cannot be done to it."""

    code = "failed_edit_not_found"


class HomeLocked(ClientError):
    """Another process of this home is syncing: syncing belongs to the holder of `client.lock`."""

    code = "home_locked"


# Talking to a source --------------------------------------------------------------------------------------------------


class SyncError(ClientError):
    """Base of what a source, or the way to it, can do to a sync (protocol, section 7)."""

    code = "sync_failed"


class OfflineError(SyncError):
    """The server is not there, or something else answers in its place. A state, not a failure."""

    code = "offline"


class TransientSyncError(SyncError):
    """Trying again later may help. `retry_after_seconds`: the server said when."""

    code = "temporary"

    def __init__(self, message: str, *, hint: str | None = None, retry_after_seconds: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class NetworkTimeout(TransientSyncError):
    """It took too long."""

    code = "timeout"


class ConnectionLost(TransientSyncError):
    """The connection ended in the middle of an answer."""

    code = "connection_lost"


class RateLimited(TransientSyncError):
    """The server asks to come back later."""

    code = "rate_limited"


class ServerUnavailable(TransientSyncError):
    """The server, or the proxy before it, cannot answer now."""

    code = "server_unavailable"


class ServerFailed(TransientSyncError):
    """The server failed on this request (500)."""

    code = "server_failed"


class SignInNeeded(SyncError):
    """The account is signed out: nothing is asked of the server until a person signs in. Nothing is lost."""

    code = "sign_in_needed"


class TokenRefused(SyncError):
    """An access token was refused. Cured inside by one refresh; seen outside only as `SignInNeeded`."""

    code = "token_refused"


class CredentialsRefused(SyncError):
    """Wrong name or password."""

    code = "invalid_credentials"


class PermanentSyncError(SyncError):
    """Repeating it can never help. `problem_code` is the server's own."""

    code = "refused"

    def __init__(self, message: str, *, problem_code: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problem_code = problem_code


class GoneError(SyncError):
    """What was asked for is not there (404). `problem_code` tells an entity from an endpoint."""

    code = "gone"

    def __init__(self, message: str, *, problem_code: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problem_code = problem_code


class ResetRequired(SyncError):
    """The position is no longer servable (410): read the feed from the start. `problem_code` says why."""

    code = "reset_required"

    def __init__(self, message: str, *, problem_code: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problem_code = problem_code


class ResetTooOften(SyncError):
    """The server refused the position again within an hour of the last start from nothing."""

    code = "reset_too_often"


class RequestTooLarge(SyncError):
    """The server takes less at once (413)."""

    code = "request_too_large"


class DiskFull(SyncError):
    """No room left on this device."""

    code = "disk_full"


class LibraryUnavailable(TransientSyncError):
    """The local library could not be written now."""

    code = "library_unavailable"


class SecurityError(SyncError):
    """The connection cannot be trusted. Never retried silently, never downgraded."""

    code = "security"


class CertificateUnknown(SecurityError):
    """No authority vouches for the certificate. `fingerprint`: what a person may say yes to."""

    code = "certificate_unknown"

    def __init__(self, message: str, *, fingerprint: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fingerprint = fingerprint


class CertificateChanged(SecurityError):
    """Not the certificate that was pinned. `fingerprint`: the one that was shown."""

    code = "certificate_changed"

    def __init__(self, message: str, *, fingerprint: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fingerprint = fingerprint


class InsecureAddress(SecurityError):
    """Plain HTTP to an address outside this machine and private networks."""

    code = "insecure_address"


class ServerChanged(SecurityError):
    """Another server answers at the address of a known one. Nothing was sent to it. `server_id`: which one."""

    code = "server_changed"

    def __init__(
        self, message: str, *, server_id: str, name: str | None = None, url: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.server_id, self.name, self.url = server_id, name, url


class ProtocolError(SyncError):
    """The answer is malformed. Nothing of it was applied."""

    code = "protocol"


class VersionUnsupported(ProtocolError):
    """The server speaks another version of the protocol: it, or this program, is too old."""

    code = "version_unsupported"


class AnswerTooLarge(ProtocolError):
    """The answer is larger than any that this client takes."""

    code = "answer_too_large"


class BytesDiffer(ProtocolError):
    """A file's bytes are not those that the library knows."""

    code = "bytes_differ"
