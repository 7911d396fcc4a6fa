"""The ids that travel: their types, how they are minted, and the one spelling that is accepted."""

from typing import NewType

TrackId = NewType("TrackId", str)
PlaylistId = NewType("PlaylistId", str)
EntryId = NewType("EntryId", str)
OpId = NewType("OpId", str)
PlayId = NewType("PlayId", str)
UserId = NewType("UserId", str)
ServerId = NewType("ServerId", str)
EraId = NewType("EraId", str)
# A device names itself: any text of 1..100 characters, not necessarily a UUID.
DeviceId = NewType("DeviceId", str)

RANDOM_BYTES_PER_ID = 10


class BadId(ValueError):
    """The text is not a UUID in its canonical spelling (36 characters, lower case)."""


def mint_id(now_ms: int, random_bytes: bytes) -> str:
    """A UUIDv7 (RFC 9562, 5.7) as text: sortable by time, so that indexes on it grow at their end.

    `now_ms`: Unix time in milliseconds. `random_bytes`: exactly `RANDOM_BYTES_PER_ID` of them, passed in so that a
    simulation can repeat itself.
    """
    assert len(random_bytes) == RANDOM_BYTES_PER_ID, len(random_bytes)
    value = (now_ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(random_bytes, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return id_text(value.to_bytes(16, "big"))


def minted_at_ms(text: str) -> int:
    """The Unix time in milliseconds that a UUIDv7 carries."""
    return int.from_bytes(id_bytes(text)[:6], "big")


def id_bytes(text: str) -> bytes:
    """The 16 bytes under which databases keep an id. Raises `BadId` for any spelling but the canonical one.

    One spelling only, because two spellings of one id would be two keys in a queue and one row in a table.
    """
    try:
        value = bytes.fromhex(text.replace("-", ""))
    except ValueError as error:
        raise BadId(text[:50]) from error
    if len(value) != 16 or id_text(value) != text:
        raise BadId(text[:50])
    return value


def id_text(value: bytes) -> str:
    """The canonical text of 16 bytes (a third of the time that `uuid.UUID` takes)."""
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
