"""What becomes of a failed attempt: each kind of trouble waits for its own cure, and nothing tries for ever."""

import pytest

from soul_player.client.downloads.outcomes import DELAYS_SECONDS, GiveUp, Wait, decide
from soul_player.client.downloads.transfer import NotReady
from soul_player.client.errors import (
    BytesDiffer,
    CertificateChanged,
    ClientError,
    ConnectionLost,
    DiskFull,
    FileUnwritable,
    GoneError,
    NetworkTimeout,
    OfflineError,
    PermanentSyncError,
    ProtocolError,
    RateLimited,
    SignInNeeded,
)
from soul_player.client.library.download_model import WaitsFor
from soul_player.client.sources.tokens import TokensUnavailable

WAITS: list[tuple[ClientError, WaitsFor]] = [
    (OfflineError("gone"), WaitsFor.SOURCE),
    (SignInNeeded("who are you"), WaitsFor.SIGN_IN),
    (TokensUnavailable("the keyring is locked"), WaitsFor.SIGN_IN),
    (ConnectionLost("cut"), WaitsFor.RETRY),
    (NetworkTimeout("slow"), WaitsFor.RETRY),
    (GoneError("not here", problem_code="track_gone"), WaitsFor.HOLDER),
    (DiskFull("full"), WaitsFor.ROOM),
    (NotReady("soon", retry_after_seconds=3.0), WaitsFor.TRANSCODE),
    (BytesDiffer("odd"), WaitsFor.RETRY),
    (ProtocolError("odd"), WaitsFor.RETRY),
]


@pytest.mark.parametrize(("error", "waits_for"), WAITS, ids=lambda value: getattr(value, "code", str(value)))
def test_what_may_be_over_soon_is_waited_for(error: ClientError, waits_for: WaitsFor) -> None:
    outcome = decide(error, attempts=1, jitter=1.0)
    assert isinstance(outcome, Wait)
    assert outcome.waits_for is waits_for
    assert 0 < outcome.seconds <= 1800


@pytest.mark.parametrize(
    "error",
    [
        PermanentSyncError("no", problem_code="forbidden"),
        CertificateChanged("another", fingerprint="00"),
        FileUnwritable("read-only"),
    ],
    ids=lambda error: error.code,
)
def test_what_a_person_must_see_is_not_tried_again(error: ClientError) -> None:
    assert isinstance(decide(error, attempts=1, jitter=1.0), GiveUp)


def test_trying_again_has_an_end() -> None:
    """Of an hour and more on a bad line; of a few for bytes that are wrong each time."""
    assert isinstance(decide(ConnectionLost("cut"), attempts=len(DELAYS_SECONDS) + 1, jitter=1.0), GiveUp)
    assert isinstance(decide(BytesDiffer("odd"), attempts=3, jitter=1.0), GiveUp)
    assert sum(DELAYS_SECONDS) > 3600


def test_the_server_may_ask_for_more_time() -> None:
    outcome = decide(RateLimited("later", retry_after_seconds=900.0), attempts=1, jitter=0.5)
    assert isinstance(outcome, Wait)
    assert outcome.seconds == 900.0


def test_the_first_waits_are_those_of_the_protocol() -> None:
    """2, 4, 8 seconds, each times the jitter."""
    waits = [decide(ConnectionLost("cut"), attempts=number, jitter=0.5) for number in (1, 2, 3)]
    assert [wait.seconds for wait in waits if isinstance(wait, Wait)] == [1.0, 2.0, 4.0]


def test_a_server_that_is_away_is_asked_for_ever_and_ever_more_rarely() -> None:
    """It comes back some day."""
    waits = [decide(OfflineError("gone"), attempts=number, jitter=1.0) for number in (1, 2, 3, 4, 5, 500)]
    seconds = [wait.seconds for wait in waits if isinstance(wait, Wait)]
    assert seconds == sorted(seconds)
    assert (len(seconds), seconds[-1]) == (6, 300.0)
