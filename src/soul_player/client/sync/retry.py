"""When to try again: pure decisions, and the thin loop that waits."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from soul_player.client.errors import ProtocolError, SyncError, TransientSyncError
from soul_player.client.library.model import Source
from soul_player.edges import Randomness

T = TypeVar("T")

# Within one attempt (protocol, section 7).
DELAYS_SECONDS = (2.0, 4.0, 8.0)
JITTER = (0.5, 1.0)
# A server that asks for more than this is left alone until a later attempt.
WAIT_SECONDS_MAX = 30.0
# Between attempts.
BACKOFF_FIRST_SECONDS = 30.0
BACKOFF_SECONDS_MAX = 1_800.0
# A malformed answer may have been damaged on its way: once more, then it is the server's own.
MALFORMED_RETRIES = 1


@dataclass(frozen=True)
class Again:
    """Try again after this wait."""

    seconds: float


@dataclass(frozen=True)
class GiveUp:
    """This attempt is over."""


RetryDecision = Again | GiveUp


def decide(error: SyncError, *, failures: int, jitter: float) -> RetryDecision:
    """`failures`: how often this attempt failed, this time included. `jitter` is 0.5 to 1.0."""
    assert failures >= 1, failures
    match error:
        case ProtocolError() if failures <= MALFORMED_RETRIES:
            return Again(0.0)
        case TransientSyncError() if failures <= len(DELAYS_SECONDS):
            seconds = max(DELAYS_SECONDS[failures - 1] * jitter, error.retry_after_seconds or 0.0)
            return Again(seconds) if seconds <= WAIT_SECONDS_MAX else GiveUp()
        case _:
            # Offline is a state to be told at once; the others are decisions of a server or a person.
            return GiveUp()


def backoff_seconds(error: SyncError, *, failed_attempts: int, jitter: float) -> float:
    """How long a source is left alone after an attempt failed; the failed one is counted in `failed_attempts`."""
    assert failed_attempts >= 1, failed_attempts
    doublings = min(failed_attempts - 1, 20)
    seconds = min(BACKOFF_FIRST_SECONDS * (1 << doublings), BACKOFF_SECONDS_MAX) * jitter
    asked = error.retry_after_seconds if isinstance(error, TransientSyncError) else None
    return max(seconds, asked or 0.0)


def seconds_left(source: Source | None, *, now_ms: int) -> float:
    """How long it is still left alone after it failed, by what was written down of it.

    Nothing was, when the library could not be written: on a full disk even that finds no room.
    """
    retry_at_ms = None if source is None else source.retry_at_ms
    left = ((retry_at_ms or 0) - now_ms) / 1000
    return left if left > 0 else BACKOFF_FIRST_SECONDS


async def sync_with_retry(
    attempt: Callable[[], Awaitable[T]],
    *,
    randomness: Randomness,
    on_retry: Callable[[SyncError, float], None],
) -> T:
    """Run `attempt` until it ends well or trying again makes no sense. It goes on from where the last one stopped."""
    failures = 0
    while True:
        try:
            return await attempt()
        except SyncError as error:
            failures += 1
            decision = decide(error, failures=failures, jitter=randomness.uniform(*JITTER))
            if isinstance(decision, GiveUp):
                raise
            on_retry(error, decision.seconds)
            await asyncio.sleep(decision.seconds)
