"""Pure: what becomes of a task whose attempt failed: how long it waits and for what, or that a person must decide."""

from dataclasses import dataclass

from soul_player.client.downloads.transfer import NotReady
from soul_player.client.errors import (
    BytesDiffer,
    ClientError,
    DiskFull,
    GoneError,
    OfflineError,
    ProtocolError,
    SignInNeeded,
    SyncError,
    TransientSyncError,
)
from soul_player.client.library.download_model import WaitsFor
from soul_player.client.sources.tokens import TokensUnavailable

# Within one attempt of the protocol (section 7), then between attempts.
DELAYS_SECONDS = (2.0, 4.0, 8.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0)
# A server that is away is asked again at first soon, then every five minutes.
AWAY_SECONDS = (15.0, 30.0, 60.0, 120.0, 300.0)
AWAY_SECONDS_MIN = 1.0
SIGN_IN_SECONDS = 600.0
HOLDER_SECONDS = 600.0
ROOM_SECONDS = 60.0
# Bytes that are wrong once may have been damaged on their way.
WRONG_ATTEMPTS_MAX = 3


@dataclass(frozen=True)
class Wait:
    """It tries again by itself after so long, or as soon as what it waits for is there."""

    waits_for: WaitsFor
    seconds: float
    attempts: int


@dataclass(frozen=True)
class GiveUp:
    """Only a person tries it again."""

    attempts: int


def decide(error: ClientError, *, attempts: int, jitter: float) -> Wait | GiveUp:
    """`attempts`: that failed in a row without a byte of progress, this one included. `jitter` is 0.5 to 1.0."""
    assert attempts >= 1, attempts
    match error:
        case NotReady():
            # The server works on it: that is no failure.
            return Wait(WaitsFor.TRANSCODE, min(error.retry_after_seconds or 5.0, 60.0), 0)
        case OfflineError():
            seconds = AWAY_SECONDS[min(attempts, len(AWAY_SECONDS)) - 1] * jitter
            return Wait(WaitsFor.SOURCE, max(seconds, AWAY_SECONDS_MIN), attempts)
        # Or the keyring that the sign-in is in is locked, which is for a person too.
        case SignInNeeded() | TokensUnavailable():
            return Wait(WaitsFor.SIGN_IN, SIGN_IN_SECONDS, 0)
        case GoneError():
            return Wait(WaitsFor.HOLDER, HOLDER_SECONDS, 0)
        case DiskFull():
            return Wait(WaitsFor.ROOM, ROOM_SECONDS, 0)
        case TransientSyncError() if attempts <= len(DELAYS_SECONDS):
            seconds = DELAYS_SECONDS[attempts - 1] * jitter
            return Wait(WaitsFor.RETRY, max(seconds, error.retry_after_seconds or 0.0), attempts)
        case BytesDiffer() | ProtocolError() if attempts < WRONG_ATTEMPTS_MAX:
            return Wait(WaitsFor.RETRY, DELAYS_SECONDS[attempts - 1] * jitter, attempts)
        case _:
            return GiveUp(attempts)


def is_away(error: ClientError) -> bool:
    """Nothing can be had of this source now: another one is asked, and no other task asks it.

    One that wants a sign-in is not away: its row says so, until a person signs in, in whichever process.
    """
    return isinstance(error, OfflineError)


def may_have_another(error: ClientError) -> bool:
    """Whether another source of the same recording is worth asking: anything but this device's own trouble."""
    return isinstance(error, SyncError) and not isinstance(error, DiskFull)
