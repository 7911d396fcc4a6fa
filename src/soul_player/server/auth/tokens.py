"""Tokens, pure: what is inside an access token, and how a refresh token's successor is derived."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.store.devices import Session

ACCESS_SECONDS = 15 * 60
REFRESH_DAYS = 180
# A refresh token stays good at least this long after it was first presented: a lost answer must not sign a device out.
REPEAT_SECONDS_MIN = 60
REFRESH_BYTES = 32

_VERSION = b"\x01"
_SESSION_BYTES = 16
_TIME_BYTES = 8
_MAC_BYTES = 32
_ACCESS_BYTES = len(_VERSION) + _SESSION_BYTES + _TIME_BYTES + _MAC_BYTES
_TOKEN_CHARS_MAX = 200


@dataclass
class Presented:
    """An access token of ours that has not expired. Whether its session still stands is for the store to say.

    `session`: once it has, for the log; nobody is let in by it.
    """

    session_id: bytes
    session: Session | None = field(default=None, compare=False)

    def user_id(self) -> str | None:
        """Whose it is, once that is known."""
        return None if self.session is None else self.session.user_id


def make_access_token(key: bytes, session_id: bytes, *, now_ms: int) -> str:
    """Good for `ACCESS_SECONDS`, as long as the session stands."""
    assert len(session_id) == _SESSION_BYTES, len(session_id)
    payload = _VERSION + session_id + (now_ms + ACCESS_SECONDS * 1000).to_bytes(_TIME_BYTES, "big")
    return _text(payload + _access_mac(key, payload))


def read_access_token(key: bytes, token: str, *, now_ms: int) -> Presented:
    """Raises `RequestRefused`: `auth_required` for what is none of ours, `token_expired` for one that was."""
    raw = _raw(token)
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(raw) != _ACCESS_BYTES or not hmac.compare_digest(mac, _access_mac(key, payload)):
        raise RequestRefused(ProblemCode.AUTH_REQUIRED, "the access token is not one of this server's")
    expires_ms = int.from_bytes(payload[-_TIME_BYTES:], "big")
    if now_ms >= expires_ms:
        raise RequestRefused(ProblemCode.TOKEN_EXPIRED, "the access token has expired: refresh it")
    return Presented(payload[1 : 1 + _SESSION_BYTES])


def first_refresh_token(random_bytes: bytes) -> str:
    """The beginning of a session's chain."""
    assert len(random_bytes) == REFRESH_BYTES, len(random_bytes)
    return _text(random_bytes)


def successor_of(key: bytes, refresh_token: str) -> str:
    """The next link: always the same one, and nobody but the server can tell it."""
    return _text(hmac.digest(key, b"refresh\0" + refresh_token.encode(), "sha256"))


def hash_of(refresh_token: str) -> bytes:
    """What is stored of a refresh token. It is random, so a plain digest cannot be guessed back."""
    return hashlib.sha256(refresh_token.encode()).digest()


def _access_mac(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, b"access\0" + payload, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(token: str) -> bytes:
    if len(token) > _TOKEN_CHARS_MAX:
        return b""
    try:
        return base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""
