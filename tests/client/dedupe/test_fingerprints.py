"""Aligning two fingerprints: shifts cost nothing, strangers agree in half of their bits."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.dedupe.fingerprints import (
    DISTINCT_WORDS_MIN,
    SHIFT_FRAMES_MAX,
    WORD_BYTES,
    Fingerprint,
    likeness,
)

FRAMES = 900


def made(seed: int, frames: int = FRAMES) -> bytes:
    """Words of no recording."""
    return random.Random(seed).randbytes(frames * WORD_BYTES)


def worn(words: bytes, *, share: float, seed: int = 0) -> bytes:
    """Some bits turned, as compression does."""
    randomness = random.Random(seed)
    bits = int.from_bytes(words, "little")
    for place in range(len(words) * 8):
        if randomness.random() < share:
            bits ^= 1 << place
    return bits.to_bytes(len(words), "little")


@settings(deadline=None, max_examples=40)
@given(st.integers(0, SHIFT_FRAMES_MAX), st.booleans())
def test_a_shifted_copy_is_the_same(frames: int, is_first_shifted: bool) -> None:
    """Half a second of silence before it must not make a stranger of it."""
    whole, cut = Fingerprint(made(1)), Fingerprint(made(1)[frames * WORD_BYTES :])
    pair = (cut, whole) if is_first_shifted else (whole, cut)
    assert likeness(*pair) == 1.0


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.integers(1001, 2000))
def test_likeness_does_not_depend_on_which_comes_first(a: int, b: int) -> None:
    """Else the order of arrival would matter."""
    first, second = Fingerprint(made(a)), Fingerprint(worn(made(a), share=0.05, seed=b))
    assert likeness(first, second) == likeness(second, first)
    stranger = likeness(first, Fingerprint(made(b)))
    assert stranger is not None
    assert stranger < 0.6


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05, 0.1])
def test_worn_bits_cost_their_share(share: float) -> None:
    """The score is one less the share of the bits that differ."""
    found = likeness(Fingerprint(made(1)), Fingerprint(worn(made(1), share=share)))
    assert found == pytest.approx(1 - share, abs=0.01)


@pytest.mark.parametrize("data", [b"", b"\1", made(1, DISTINCT_WORDS_MIN - 1), b"\1\2\3\4" * FRAMES])
def test_too_little_is_compared_with_nothing(data: bytes) -> None:
    """None says that it says nothing, which is not the same as unlike."""
    assert Fingerprint(data).keys == ()
    assert likeness(Fingerprint(data), Fingerprint(made(1))) is None


def test_a_shifted_and_worn_copy_shares_keys() -> None:
    """The index finds it."""
    copy = worn(made(1)[7 * WORD_BYTES :], share=0.02)
    assert len(set(Fingerprint(copy).keys) & set(Fingerprint(made(1)).keys)) >= 5
