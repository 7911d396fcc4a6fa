"""The opaque cursor: what is inside, and the one spelling that is accepted (protocol, section 2)."""

import base64
import binascii
import hmac
from enum import StrEnum
from typing import Literal

import msgspec

CURSOR_CHARS_MAX = 512
_VERSION = 1
_MAC_BYTES = 16


class Feed(StrEnum):
    """The feeds of a library: `tracks` lives in the scope `library`, the others in the user's own."""

    TRACKS = "tracks"
    PLAYLISTS = "playlists"
    USER_DATA = "user-data"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """A place in a feed.

    `after`: every row up to this position was delivered. `seen`: the greatest head that any page of this run was
    measured against, equal to `after` once caught up. `base`: where this catch-up run began; what was created above
    it is new. `head0` and `total` are there in an initial run only: the head it was fixed at, and its number of rows.
    """

    feed: Feed
    scope: str
    era: str
    after: int
    seen: int
    base: int
    head0: int | None = None
    total: int | None = None


class CursorInvalid(ValueError):
    """Not a cursor of this server, feed and user: start anew."""


def encode_cursor(cursor: Cursor, *, key: bytes, user_id: str) -> str:
    """At most `CURSOR_CHARS_MAX` characters of base64url, bound by a MAC to the user and the feed."""
    payload = msgspec.msgpack.encode((_VERSION, cursor))
    text = base64.urlsafe_b64encode(payload + _mac(payload, cursor.feed, key=key, user_id=user_id))
    assert len(text) <= CURSOR_CHARS_MAX, len(text)
    return text.rstrip(b"=").decode()


def decode_cursor(text: str, *, feed: Feed, key: bytes, user_id: str) -> Cursor:
    """Raises `CursorInvalid` when any bit was changed, and for another feed, user or version."""
    if len(text) > CURSOR_CHARS_MAX:
        raise CursorInvalid("too long")
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise CursorInvalid("no base64url") from error
    # base64 leaves up to four bits of the last character unused: without this, such a bit could be changed unnoticed.
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise CursorInvalid("not the canonical spelling")
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload, feed, key=key, user_id=user_id)):
        raise CursorInvalid("the MAC does not fit")
    try:
        _, cursor = msgspec.msgpack.decode(payload, type=tuple[Literal[1], Cursor])
    except msgspec.DecodeError as error:
        raise CursorInvalid("an unknown version") from error
    return cursor


def _mac(payload: bytes, feed: Feed, *, key: bytes, user_id: str) -> bytes:
    bound = b"\0".join((b"cursor", feed.value.encode(), user_id.encode(), payload))
    return hmac.digest(key, bound, "sha256")[:_MAC_BYTES]
