"""Whether a source can be used, decided from what was met at its addresses."""

import pytest

from soul_player.client.errors import (
    CertificateChanged,
    ConnectionLost,
    GoneError,
    NetworkTimeout,
    OfflineError,
    RateLimited,
    ServerChanged,
    ServerUnavailable,
    SyncError,
    TokenRefused,
    VersionUnsupported,
)
from soul_player.client.library.connectivity import Connectivity, SourceAddress, connectivity_of, sighting_of

ONLINE, LIMITED, OFFLINE, SIGN_IN, CERTIFICATE = Connectivity


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (None, ONLINE),
        (OfflineError("refused"), OFFLINE),
        (ServerChanged("another", server_id="x"), OFFLINE),
        (CertificateChanged("another", fingerprint="x"), CERTIFICATE),
        (RateLimited("busy"), LIMITED),
        (ServerUnavailable("maintenance"), LIMITED),
        (NetworkTimeout("it took the connection and says nothing"), LIMITED),
        (VersionUnsupported("version 2"), LIMITED),
        (TokenRefused("expired"), ONLINE),
        (GoneError("no such track", problem_code="track_gone"), ONLINE),
    ],
)
def test_what_is_met_says_what_the_address_is_good_for(error: SyncError | None, seen: Connectivity) -> None:
    sighting = sighting_of(error)
    assert sighting is not None
    assert sighting.seen is seen
    assert (sighting.error is None) == (seen is ONLINE)


def test_a_connection_that_broke_says_nothing() -> None:
    """A song that breaks off must not turn the whole source offline and on again."""
    assert sighting_of(ConnectionLost("reset")) is None


@pytest.mark.parametrize(
    ("seen", "whole"),
    [
        ((), ONLINE),
        ((None,), ONLINE),
        ((OFFLINE,), OFFLINE),
        ((OFFLINE, ONLINE), ONLINE),
        ((OFFLINE, LIMITED), LIMITED),
        ((OFFLINE, CERTIFICATE), CERTIFICATE),
        ((CERTIFICATE, LIMITED), LIMITED),
    ],
)
def test_of_several_addresses_the_best_one_counts(seen: tuple[Connectivity | None, ...], whole: Connectivity) -> None:
    """Away from home, the address of home need not answer."""
    addresses = [SourceAddress(f"https://a{number}", seen=one) for number, one in enumerate(seen)]
    assert connectivity_of(addresses, needs_sign_in=False, last_error_code=None) is whole
    assert connectivity_of(addresses, needs_sign_in=True, last_error_code=None) is SIGN_IN


def test_a_server_that_answers_and_cannot_serve_is_limited() -> None:
    """Until a sync has worked again, not only until the next small request did."""
    address = SourceAddress("https://a", seen=ONLINE)
    for code in ("version_unsupported", "rate_limited", "server_unavailable", "server_failed"):
        assert connectivity_of([address], needs_sign_in=False, last_error_code=code) is LIMITED
    assert connectivity_of([address], needs_sign_in=False, last_error_code="disk_full") is ONLINE
