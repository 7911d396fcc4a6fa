"""The opaque acknowledgement: which position of whose history a device's edits were taken at (protocol, section 4)."""

import base64
import binascii
import hmac
from typing import Literal

import msgspec

ACK_CHARS_MAX = 512
_VERSION = 1
_MAC_BYTES = 16


class Ack(msgspec.Struct, frozen=True, array_like=True):
    """A position in the user's scope, and the era it was read in."""

    era: str
    seq: int


class AckInvalid(ValueError):
    """Not an acknowledgement that this server gave to this user."""


def encode_ack(ack: Ack, *, key: bytes, user_id: str) -> str:
    """Base64url, bound by a MAC to the user."""
    payload = msgspec.msgpack.encode((_VERSION, ack))
    return base64.urlsafe_b64encode(payload + _mac(payload, key=key, user_id=user_id)).rstrip(b"=").decode()


def decode_ack(text: str, *, key: bytes, user_id: str) -> Ack:
    """Raises `AckInvalid` when any bit was changed, and for another user or version."""
    if len(text) > ACK_CHARS_MAX:
        raise AckInvalid("too long")
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise AckInvalid("no base64url") from error
    # As with cursors: the unused bits of the last character must be those that were sent.
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise AckInvalid("not the canonical spelling")
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload, key=key, user_id=user_id)):
        raise AckInvalid("the MAC does not fit")
    try:
        _, ack = msgspec.msgpack.decode(payload, type=tuple[Literal[1], Ack])
    except msgspec.DecodeError as error:
        raise AckInvalid("an unknown version") from error
    return ack


def _mac(payload: bytes, *, key: bytes, user_id: str) -> bytes:
    bound = b"\0".join((b"ack", user_id.encode(), payload))
    return hmac.digest(key, bound, "sha256")[:_MAC_BYTES]
