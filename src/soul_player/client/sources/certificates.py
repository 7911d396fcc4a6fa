"""Certificates that no authority vouches for: shown by their fingerprint, pinned on a person's yes."""

import asyncio
import hashlib
import os
import re
import ssl

from soul_player.client.errors import AddressInvalid, NetworkTimeout, OfflineError, SecurityError
from soul_player.client.sources.addresses import Address

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class CertificateUnverified(SecurityError):
    """No authority vouches for it. Whoever may ask a person first looks up its fingerprint."""

    def __init__(self, message: str, *, address: Address) -> None:
        super().__init__(message)
        self.address = address


def parse_fingerprint(text: str) -> str:
    """64 hexadecimal digits, with or without `sha256:` before and colons between. Raises `AddressInvalid`."""
    digits = text.strip().lower().removeprefix("sha256:").removeprefix("sha-256:").replace(":", "")
    if _FINGERPRINT.fullmatch(digits) is None:
        raise AddressInvalid("a fingerprint is the sha256 of a certificate: 64 hexadecimal digits")
    return digits


def fingerprint_text(digits: str) -> str:
    """As people compare it: `AB:CD:...`."""
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2)).upper()


def fingerprint_of(certificate: bytes) -> str:
    """The sha256 of a certificate in DER."""
    return hashlib.sha256(certificate).hexdigest()


async def shown_fingerprint(host: str, port: int, *, timeout_seconds: float) -> str:
    """Of the certificate that is shown there now. Nothing is sent over this connection."""
    # Nothing is trusted here: the handshake is made only to read the certificate that a person shall judge.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(timeout_seconds):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except TimeoutError as error:
        raise NetworkTimeout(f"{host} does not answer") from error
    except ssl.SSLError as error:
        raise SecurityError(f"no secure connection to {host}: {error.reason or error}") from error
    except OSError as error:
        raise OfflineError(f"{host} cannot be reached: {why_unreachable(error)}") from error
    try:
        certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return fingerprint_of(certificate)


def why_unreachable(error: OSError) -> str:
    """In words for people: the system's own for its number, where others tell of calls and tuples."""
    # A name that cannot be resolved has a number of another list, and good words.
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno).lower()
    return error.strerror or str(error)
