"""What an answer means: the table of protocol section 7, row by row."""

import json

import pytest

from soul_player.client.errors import (
    CredentialsRefused,
    GoneError,
    OfflineError,
    PermanentSyncError,
    RateLimited,
    RequestTooLarge,
    ResetRequired,
    ServerFailed,
    ServerUnavailable,
    SyncError,
    TokenRefused,
    TransientSyncError,
)
from soul_player.client.sources.symptoms import Answer, diagnose, parse_retry_after

NOW_MS = 1_750_000_000_000
JSON = "application/json"
PROBLEM = "application/problem+json"
HTML = "text/html"


def problem(status: int, code: str, *, retry_after: str | None = None) -> Answer:
    """As our server answers."""
    body = json.dumps({"title": "No", "status": status, "code": code, "detail": f"because {code}"}).encode()
    return Answer(status, PROBLEM, body, retry_after)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        # Offline: neither our JSON nor a problem with a code of ours.
        (Answer(200, HTML, b"<html>Please pay</html>"), OfflineError),
        (Answer(200, "", b""), OfflineError),
        (Answer(302, HTML, b""), OfflineError),
        (Answer(401, HTML, b"proxy says no"), OfflineError),
        (Answer(403, HTML, b"blocked by policy"), OfflineError),
        (Answer(404, HTML, b"nginx"), OfflineError),
        (Answer(407, HTML, b"proxy"), OfflineError),
        (Answer(410, HTML, b"gone"), OfflineError),
        (Answer(500, HTML, b"oops"), OfflineError),
        (Answer(511, HTML, b"sign in to the hotel"), OfflineError),
        (Answer(410, JSON, b'{"code":"cursor_expired","title":"x","status":410}'), OfflineError),
        (problem(410, "a_code_of_tomorrow"), OfflineError),
        (Answer(401, PROBLEM, b"{not json"), OfflineError),
        # Transient, in whatever words.
        (Answer(408, HTML, b""), TransientSyncError),
        (Answer(425, HTML, b""), RateLimited),
        (Answer(429, HTML, b""), RateLimited),
        (problem(429, "too_many_attempts"), RateLimited),
        (Answer(502, HTML, b""), ServerUnavailable),
        (Answer(503, HTML, b""), ServerUnavailable),
        (problem(503, "not_ready"), ServerUnavailable),
        (Answer(504, HTML, b""), TransientSyncError),
        (problem(500, "internal"), ServerFailed),
        # Auth.
        (problem(401, "token_expired"), TokenRefused),
        (problem(401, "token_revoked"), TokenRefused),
        (problem(401, "auth_required"), TokenRefused),
        (problem(401, "invalid_credentials"), CredentialsRefused),
        # Permanent.
        (problem(403, "admin_only"), PermanentSyncError),
        (problem(415, "unsupported_media_type"), PermanentSyncError),
        (problem(422, "invalid_limit"), PermanentSyncError),
        (problem(400, "bad_request"), PermanentSyncError),
        # Gone, reset, size.
        (problem(404, "track_gone"), GoneError),
        (problem(404, "not_found"), GoneError),
        (problem(410, "cursor_invalid"), ResetRequired),
        (problem(410, "cursor_expired"), ResetRequired),
        (problem(410, "cursor_diverged"), ResetRequired),
        (problem(413, "too_large"), RequestTooLarge),
        (Answer(413, HTML, b"nginx"), RequestTooLarge),
    ],
)
def test_each_symptom_has_its_class(answer: Answer, kind: type[SyncError]) -> None:
    error = diagnose(answer, now_ms=NOW_MS)
    assert type(error) is kind


def test_an_answer_of_ours_is_none() -> None:
    assert diagnose(Answer(200, JSON, b"{}"), now_ms=NOW_MS) is None
    assert diagnose(Answer(204, "", b""), now_ms=NOW_MS) is None


def test_the_error_tells_what_the_server_said() -> None:
    error = diagnose(problem(410, "cursor_expired"), now_ms=NOW_MS)
    assert isinstance(error, ResetRequired)
    assert (error.problem_code, error.message) == ("cursor_expired", "because cursor_expired")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("17", 17.0),
        ("Sun, 15 Jun 2025 15:06:50 GMT", 10.0),
        ("Sun, 15 Jun 2025 15:06:30 GMT", 0.0),
        ("3601", 3600.0),
        ("9" * 5000, 3600.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_honoured_up_to_an_hour(text: str | None, seconds: float | None) -> None:
    assert parse_retry_after(text, now_ms=NOW_MS) == seconds


def test_retry_after_reaches_the_error() -> None:
    error = diagnose(problem(503, "not_ready", retry_after="17"), now_ms=NOW_MS)
    assert isinstance(error, ServerUnavailable)
    assert error.retry_after_seconds == 17.0
