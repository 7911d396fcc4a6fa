"""What a comparison of two tracks found: the words that are stored with every link and shown with every question."""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """Which step of the cascade spoke, the strongest first."""

    PERSON = "person"
    HASH = "hash"
    MUSICBRAINZ = "musicbrainz"
    FINGERPRINT = "fingerprint"
    METADATA = "metadata"


class Veto(StrEnum):
    """Why two tracks that look alike are not joined without asking."""

    VERSION = "version_differs"
    LENGTH = "length_differs"
    DIGITS = "digits_differ"
    TITLE = "title_differs"
    NO_TITLE = "no_title"
    TOO_LITTLE = "too_little_in_common"
    ARTIST = "artist_differs"
    ALBUM_POSITION = "album_position_differs"
    IDS = "ids_differ"
    SAME_SOURCE = "same_source"
    UNVERIFIED_HASH = "hash_not_verified"
    FINGERPRINT_UNSURE = "fingerprint_unsure"
    FINGERPRINT_DIFFERS = "fingerprint_differs"
    RUNNER_UP = "another_is_as_like"


@dataclass(frozen=True)
class Evidence:
    """`score`: 0 to 1, by `method`. `fingerprint`: the score of the aligned fingerprints, where both had one."""

    method: Method
    score: float
    vetoes: tuple[Veto, ...] = ()
    fingerprint: float | None = None
