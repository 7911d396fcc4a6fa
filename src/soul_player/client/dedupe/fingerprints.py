"""Pure: acoustic fingerprints aligned and compared, and the keys that find one among many, however it is shifted."""

import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

WORD_BYTES = 4
WORD_BITS = 32
# A frame is 0.124 s: up to ten seconds of silence or of a trimmed start.
SHIFT_FRAMES_MAX = 80
# Silence and steady tones repeat a few words: no fingerprint.
DISTINCT_WORDS_MIN = 80
OVERLAP_FRAMES_MIN = 80
KEYS_PER_FINGERPRINT = 32
CANDIDATES_MAX = 24

# The upper bits change least under compression. Votes need exact ones, keys tolerate even less.
_VOTE_SHIFT = 12
_KEY_SHIFT = 6
_KEY_BITS_MASK = 0x3FFFFFF
_MIX = 0x9E3779B1
_OFFSETS_SEEN = 12
_OFFSETS_TRIED = 3
_PLACES_MAX = 4


@dataclass(frozen=True)
class Fingerprint:
    """Chromaprint's raw words, one a frame, as little-endian bytes."""

    data: bytes

    @cached_property
    def words(self) -> Sequence[int]:
        """As numbers; what is left of a torn one is dropped."""
        made = array("I", self.data[: len(self.data) // WORD_BYTES * WORD_BYTES])
        if sys.byteorder == "big":
            made.byteswap()
        return made.tolist()

    @cached_property
    def is_telling(self) -> bool:
        """Whether there is enough in it to tell one recording from another."""
        return len(set(self.words)) >= DISTINCT_WORDS_MIN

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """The smallest mixed ones of its words: the same for a shifted copy, wherever it begins. Empty: not telling."""
        if not self.is_telling:
            return ()
        mixed = {((word >> _KEY_SHIFT) * _MIX) & _KEY_BITS_MASK for word in self.words}
        return tuple(sorted(mixed)[:KEYS_PER_FINGERPRINT])

    @cached_property
    def as_number(self) -> int:
        """All words as one number, the first one lowest: shifts and differences of it cost a few microseconds."""
        return int.from_bytes(self.data, "little")

    @cached_property
    def places(self) -> dict[int, list[int]]:
        """Where each word's upper bits stand; not of those that come too often to say where."""
        places: dict[int, list[int]] = {}
        for place, word in enumerate(self.words):
            places.setdefault(word >> _VOTE_SHIFT, []).append(place)
        return {word: found for word, found in places.items() if len(found) <= _PLACES_MAX}


def likeness(a: Fingerprint, b: Fingerprint) -> float | None:
    """The share of equal bits where the two overlap best, 0 to 1; about 0.5 for strangers. None: one tells nothing."""
    if not a.is_telling or not b.is_telling:
        return None
    scores = [_at_offset(a, b, offset) for offset in _offsets(a, b)]
    return max((score for score in scores if score is not None), default=None)


def _offsets(a: Fingerprint, b: Fingerprint) -> Sequence[int]:
    """How far `b` lies behind `a`: by the votes of equal words."""
    places = a.places
    votes = Counter(
        [
            place - other
            for place, word in enumerate(b.words)
            if word >> _VOTE_SHIFT in places
            for other in places[word >> _VOTE_SHIFT]
        ]
    )
    most = [offset for offset, _ in votes.most_common(_OFFSETS_SEEN) if abs(offset) <= SHIFT_FRAMES_MAX]
    return most[:_OFFSETS_TRIED] or (0,)


def _at_offset(a: Fingerprint, b: Fingerprint, offset: int) -> float | None:
    start_a, start_b = max(0, -offset), max(0, offset)
    overlap = min(len(a.words) - start_a, len(b.words) - start_b)
    if overlap < OVERLAP_FRAMES_MIN:
        return None
    mask = (1 << overlap * WORD_BITS) - 1
    part_a = (a.as_number >> start_a * WORD_BITS) & mask
    part_b = (b.as_number >> start_b * WORD_BITS) & mask
    return 1.0 - (part_a ^ part_b).bit_count() / (overlap * WORD_BITS)
