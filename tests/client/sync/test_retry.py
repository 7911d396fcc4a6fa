"""How often and how long: protocol section 7."""

import asyncio

import pytest

from soul_player.client.errors import (
    AnswerTooLarge,
    CertificateChanged,
    ConnectionLost,
    CredentialsRefused,
    DiskFull,
    GoneError,
    NetworkTimeout,
    OfflineError,
    PermanentSyncError,
    ProtocolError,
    RateLimited,
    RequestTooLarge,
    ResetTooOften,
    SecurityError,
    ServerChanged,
    ServerFailed,
    ServerUnavailable,
    SignInNeeded,
    SyncError,
)
from soul_player.client.sync.retry import Again, GiveUp, RetryDecision, backoff_seconds, decide, sync_with_retry
from tests.conftest import run
from tests.edges.seeded_randomness import SeededRandomness

TRANSIENT: list[type[SyncError]] = [NetworkTimeout, ConnectionLost, RateLimited, ServerUnavailable, ServerFailed]


@pytest.mark.parametrize("kind", TRANSIENT)
@pytest.mark.parametrize(
    ("failures", "decision"),
    [(1, Again(2.0)), (2, Again(4.0)), (3, Again(8.0)), (4, GiveUp())],
)
def test_transient_errors_are_tried_three_times_more(
    kind: type[SyncError], failures: int, decision: RetryDecision
) -> None:
    assert decide(kind("x"), failures=failures, jitter=1.0) == decision


def test_the_waits_are_shortened_by_chance_so_that_clients_do_not_return_together() -> None:
    assert decide(NetworkTimeout("x"), failures=2, jitter=0.5) == Again(2.0)


@pytest.mark.parametrize(
    "error",
    [
        OfflineError("x"),
        SignInNeeded("x"),
        CredentialsRefused("x"),
        PermanentSyncError("x", problem_code="admin_only"),
        GoneError("x", problem_code="not_found"),
        ResetTooOften("x"),
        RequestTooLarge("x"),
        DiskFull("x"),
        SecurityError("x"),
        CertificateChanged("x", fingerprint="00"),
        ServerChanged("x", server_id="y"),
    ],
)
def test_what_time_alone_cannot_cure_is_not_repeated(error: SyncError) -> None:
    assert decide(error, failures=1, jitter=1.0) == GiveUp()


@pytest.mark.parametrize("error", [ProtocolError("x"), AnswerTooLarge("x")])
def test_a_malformed_answer_is_asked_for_once_more(error: ProtocolError) -> None:
    assert decide(error, failures=1, jitter=1.0) == Again(0.0)
    assert decide(error, failures=2, jitter=1.0) == GiveUp()


@pytest.mark.parametrize(
    ("asked", "decision"), [(1.0, Again(2.0)), (20.0, Again(20.0)), (31.0, GiveUp()), (3600.0, GiveUp())]
)
def test_retry_after_is_waited_for_or_left_to_a_later_attempt(asked: float, decision: RetryDecision) -> None:
    assert decide(RateLimited("x", retry_after_seconds=asked), failures=1, jitter=1.0) == decision


def test_between_attempts_the_wait_doubles_up_to_half_an_hour() -> None:
    error = OfflineError("x")
    waits = [backoff_seconds(error, failed_attempts=count, jitter=1.0) for count in (1, 2, 3, 4, 7, 8, 1000)]
    assert waits == [30.0, 60.0, 120.0, 240.0, 1800.0, 1800.0, 1800.0]
    assert backoff_seconds(RateLimited("x", retry_after_seconds=3600.0), failed_attempts=1, jitter=0.5) == 3600.0


def test_an_attempt_goes_on_until_it_ends_well_or_gives_up() -> None:
    async def story(errors: list[SyncError]) -> tuple[str, list[float]]:
        waits: list[float] = []

        async def attempt() -> str:
            if errors:
                raise errors.pop(0)
            return "done"

        class NoTime(SeededRandomness):
            def uniform(self, low: float, high: float) -> float:
                assert (low, high) == (0.5, 1.0)
                return 0.0

        try:
            return await sync_with_retry(
                attempt, randomness=NoTime(), on_retry=lambda _, wait: waits.append(wait)
            ), waits
        except SyncError as error:
            return type(error).__name__, waits

    three: list[SyncError] = [NetworkTimeout("x") for _ in range(3)]
    assert run(story(three)) == ("done", [0.0] * 3)
    assert run(story([NetworkTimeout("x") for _ in range(4)])) == ("NetworkTimeout", [0.0] * 3)
    assert run(story([NetworkTimeout("x"), OfflineError("x")])) == ("OfflineError", [0.0])


def test_a_wait_can_be_cancelled() -> None:
    async def story() -> None:
        async def attempt() -> None:
            raise NetworkTimeout("x")

        waiting = sync_with_retry(attempt, randomness=SeededRandomness(), on_retry=lambda *_: None)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await waiting

    run(story())
