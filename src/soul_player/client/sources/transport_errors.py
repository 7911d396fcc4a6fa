"""The HTTP library's errors -> ours, at this edge only (protocol, section 7)."""

from collections.abc import Generator
from contextlib import contextmanager

import aiohttp

from soul_player.client.errors import (
    CertificateChanged,
    ConnectionLost,
    GoneError,
    NetworkTimeout,
    OfflineError,
    SecurityError,
    ServerUnavailable,
    SyncError,
)
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.certificates import CertificateUnverified, fingerprint_text, why_unreachable


@contextmanager
def transport_errors(address: Address) -> Generator[None, None, None]:
    """The order matters: a certificate's error is a connection's error too, and a timeout is both."""
    host = address.host
    try:
        yield
    except aiohttp.ServerFingerprintMismatch as error:
        raise CertificateChanged(
            f"{host} shows another certificate than the one you trusted: {fingerprint_text(error.got.hex())}",
            fingerprint=error.got.hex(),
            hint="if you know why, trust the new one with --fingerprint; if not, someone may be in between",
        ) from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise CertificateUnverified(
            f"the certificate of {host} cannot be verified: {error.certificate_error}", address=address
        ) from error
    except aiohttp.ClientSSLError as error:
        raise SecurityError(f"no secure connection to {host}: {error.strerror or error}") from error
    except aiohttp.ConnectionTimeoutError as error:
        # Nobody has taken the connection: as far as a person can tell, there is no server.
        raise OfflineError(f"{host} cannot be reached: no answer in time") from error
    except TimeoutError as error:
        raise NetworkTimeout(f"{host} does not answer in time") from error
    except aiohttp.ClientConnectorError as error:
        raise OfflineError(f"{host} cannot be reached: {why_unreachable(error.os_error)}") from error
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
        # By the other side, by the line, or on this side by whoever lets go of all connections.
        raise ConnectionLost(f"the connection to {host} was lost") from error
    except aiohttp.ClientResponseError as error:
        raise OfflineError(f"what answers at {host} does not speak HTTP: {error.message}") from error
    except aiohttp.ClientError as error:
        raise OfflineError(f"{host} cannot be asked: {error or type(error).__name__}") from error


def no_socket(address: Address, error: aiohttp.WSServerHandshakeError) -> SyncError:
    """Why a server that answers opens none."""
    if error.status == 404:
        return GoneError(f"{address.host} tells nobody what changes", problem_code="not_found")
    if error.status in {429, 502, 503, 504}:
        return ServerUnavailable(f"{address.host} cannot answer now")
    return OfflineError(f"something other than a Soul Player server answers at {address.host} (status {error.status})")
