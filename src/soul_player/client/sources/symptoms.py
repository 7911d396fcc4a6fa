"""Pure: an answer that is no success -> what it means for the caller (protocol, section 7, row by row)."""

import email.utils
import math
from dataclasses import dataclass

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
from soul_player.protocol.codec import NotJson, WrongShape, decode
from soul_player.protocol.problem import KNOWN_CODES, PROBLEM_CONTENT_TYPE, Problem, ProblemCode

JSON_CONTENT_TYPE = "application/json"
RETRY_AFTER_SECONDS_MAX = 3_600.0
_DETAIL_CHARS_MAX = 500


@dataclass(frozen=True)
class Answer:
    """What came: the status, the type of the content, and the body in plain bytes."""

    status: int
    content_type: str
    body: bytes
    retry_after: str | None = None


def diagnose(answer: Answer, *, now_ms: int) -> SyncError | None:
    """None: an answer of ours that was asked for. Else the error to raise."""
    status = answer.status
    retry_after_seconds = parse_retry_after(answer.retry_after, now_ms=now_ms)
    problem = read_problem(answer)
    said = _said(problem, status)
    match status:
        # A proxy before the server says these in its own words.
        case 408 | 504:
            return TransientSyncError(said, retry_after_seconds=retry_after_seconds)
        case 425 | 429:
            return RateLimited(said, retry_after_seconds=retry_after_seconds)
        case 502 | 503:
            return ServerUnavailable(said, retry_after_seconds=retry_after_seconds)
        case 413:
            return RequestTooLarge(said)
        case 204:
            return None
        case 200 | 202 | 206:
            if answer.content_type == JSON_CONTENT_TYPE:
                return None
        case _ if problem is not None:
            return _of_problem(status, problem, said, retry_after_seconds)
    return OfflineError(
        f"something other than a Soul Player server answers there (status {status}, "
        f"{answer.content_type or 'no content type'})",
        hint="a captive portal or a proxy may be in the way, or the address is wrong",
    )


def _of_problem(status: int, problem: Problem, said: str, retry_after_seconds: float | None) -> SyncError:
    match status:
        case 401 if problem.code == ProblemCode.INVALID_CREDENTIALS:
            return CredentialsRefused(said)
        case 401:
            return TokenRefused(said)
        case 404:
            return GoneError(said, problem_code=problem.code)
        case 410:
            return ResetRequired(said, problem_code=problem.code)
        case _ if status >= 500:
            return ServerFailed(said, retry_after_seconds=retry_after_seconds)
        case _:
            return PermanentSyncError(said, problem_code=problem.code)


def read_problem(answer: Answer) -> Problem | None:
    """A problem document with a code of ours; None for anything else."""
    if answer.content_type != PROBLEM_CONTENT_TYPE:
        return None
    try:
        problem = decode(answer.body, Problem)
    except (NotJson, WrongShape):
        return None
    return problem if problem.code in KNOWN_CODES else None


def parse_retry_after(text: str | None, *, now_ms: int) -> float | None:
    """Seconds from now, at most an hour; a number or a date (RFC 9110, 10.2.3). None: not said, or not readable."""
    if text is None:
        return None
    try:
        seconds = float(text) if text.strip().isdecimal() else _seconds_until(text, now_ms)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX) if math.isfinite(seconds) else RETRY_AFTER_SECONDS_MAX


def _seconds_until(text: str, now_ms: int) -> float:
    return email.utils.parsedate_to_datetime(text).timestamp() - now_ms / 1000


def _said(problem: Problem | None, status: int) -> str:
    if problem is None:
        return f"the server answered with status {status}"
    return (problem.detail or problem.title)[:_DETAIL_CHARS_MAX]
