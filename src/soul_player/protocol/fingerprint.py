"""Acoustic fingerprints as they travel, beside the pages of tracks and never in them."""

from typing import Annotated

import msgspec

from soul_player.protocol.ids import TrackId

FINGERPRINTS_PER_REQUEST_MAX = 500


class FingerprintsRequest(msgspec.Struct, frozen=True):
    """`POST /api/tracks/fingerprints`: of which tracks."""

    ids: Annotated[tuple[str, ...], msgspec.Meta(max_length=FINGERPRINTS_PER_REQUEST_MAX)]


class Fingerprint(msgspec.Struct, frozen=True):
    """A track's fingerprint. `words` are little-endian words of 32 bits, one a frame of 0.124 s, in base64."""

    track_id: TrackId
    duration_seconds: float
    words: bytes


class Fingerprints(msgspec.Struct, frozen=True):
    """Those that there are, and the ids of the tracks that have none (yet), or are not there."""

    fingerprints: tuple[Fingerprint, ...]
    missing: tuple[str, ...]
