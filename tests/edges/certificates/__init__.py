"""Two self-made certificates for 127.0.0.1, with their keys: for tests only, and good for a hundred years."""

import hashlib
import ssl
from pathlib import Path

FOLDER = Path(__file__).parent


def server_context(name: str) -> ssl.SSLContext:
    """For a server that shows this certificate (`first` or `second`)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / f"{name}.pem")
    return context


def fingerprint(name: str) -> str:
    """As the server's owner reads it from the server itself."""
    pem = (FOLDER / f"{name}.pem").read_text()
    certificate = pem[pem.index("-----BEGIN CERTIFICATE") :]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()
