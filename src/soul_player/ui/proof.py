"""Pure: what proves that two sides know the same token, without either of them saying it."""

import base64
import hashlib
import hmac

_PURPOSE = b"soul player local api identity 1"


def proof_of(token: str, url: str, nonce: str) -> str:
    """Of this address and no other: what a stranger has asked another process for is worth nothing to it."""
    said = b"\0".join((_PURPOSE, url.encode("utf-8", "surrogatepass"), nonce.encode("utf-8", "surrogatepass")))
    digest = hmac.new(token.encode("utf-8", "surrogatepass"), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()


def is_proof(said: str, *, token: str, url: str, nonce: str) -> bool:
    """In a time that tells nothing."""
    return hmac.compare_digest(said.encode("utf-8", "surrogatepass"), proof_of(token, url, nonce).encode())
