"""Pure: whether a source can be used now, by what was last met at each of its addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from soul_player.client.errors import (
    ConnectionLost,
    NetworkTimeout,
    OfflineError,
    SecurityError,
    ServerChanged,
    SyncError,
    TransientSyncError,
    VersionUnsupported,
)


class Connectivity(StrEnum):
    """What can be done with a source now.

    `ONLINE`: its server answers and serves. `LIMITED`: it (or the proxy before it) answers, and does not serve now: it
    is busy, in maintenance, fails, or speaks another version of the protocol. `OFFLINE`: nothing that is this server
    answers at any address: no route, nobody there, a captive portal, another server. `SIGN_IN_NEEDED` and
    `CERTIFICATE_PROBLEM`: nothing is sent until a person has done something.
    """

    ONLINE = "online"
    LIMITED = "limited"
    OFFLINE = "offline"
    SIGN_IN_NEEDED = "sign_in_needed"
    CERTIFICATE_PROBLEM = "certificate_problem"


@dataclass(frozen=True)
class SourceAddress:
    """One of the addresses of a source, and what was last met there. `fingerprint`: of the certificate that is trusted.

    `seen` is None until it was asked for the first time; `error` is for people, and None while all is well.
    """

    url: str
    fingerprint: str | None = None
    is_insecure: bool = False
    seen: Connectivity | None = None
    seen_at_ms: int | None = None
    error_code: str | None = None
    error: str | None = None

    @property
    def settings(self) -> tuple[str, str | None, bool]:
        """What a connection to it is made with."""
        return self.url, self.fingerprint, self.is_insecure


@dataclass(frozen=True)
class Sighting:
    """What was met at an address. `error` is None when all was well."""

    seen: Connectivity
    error_code: str | None = None
    error: str | None = None


# With several addresses, the one that gets furthest is what counts: the others are ways that are not needed.
_BEST_FIRST = (
    Connectivity.ONLINE,
    Connectivity.LIMITED,
    Connectivity.CERTIFICATE_PROBLEM,
    Connectivity.OFFLINE,
)
# The server answers, and yet the last sync could not be done, for a reason that is the server's own.
_LIMITING = frozenset({"rate_limited", "server_unavailable", "server_failed", "version_unsupported"})


def connectivity_of(
    addresses: Sequence[SourceAddress], *, needs_sign_in: bool, last_error_code: str | None
) -> Connectivity:
    """Of the source as a whole. One that was never asked is taken to be there."""
    if needs_sign_in:
        return Connectivity.SIGN_IN_NEEDED
    seen = {address.seen for address in addresses if address.seen is not None}
    best = next((one for one in _BEST_FIRST if one in seen), Connectivity.ONLINE)
    if best is Connectivity.ONLINE and last_error_code in _LIMITING:
        return Connectivity.LIMITED
    return best


def sighting_of(error: SyncError | None) -> Sighting | None:
    """What an answer (None: a good one) or the want of one says of an address. None: nothing."""
    seen = _met(error)
    if seen is None or error is None or seen is Connectivity.ONLINE:
        return None if seen is None else Sighting(seen)
    return Sighting(seen, error.code, error.message)


def _met(error: SyncError | None) -> Connectivity | None:
    match error:
        case None:
            return Connectivity.ONLINE
        case OfflineError() | ServerChanged():
            return Connectivity.OFFLINE
        case SecurityError():
            return Connectivity.CERTIFICATE_PROBLEM
        case ConnectionLost():
            # It was there a moment ago; whether it still is, the next request tells.
            return None
        case NetworkTimeout() | TransientSyncError() | VersionUnsupported():
            return Connectivity.LIMITED
        case _:
            # A refusal is an answer: of this server, which is there.
            return Connectivity.ONLINE
