"""Real music of a kind for fingerprints: chords by a seed, each seed another tune."""

import math
import random
import struct
import wave
from pathlib import Path

SECONDS = 40
RATE = 11_025


def tune(target: Path, seed: int) -> Path:
    """Chords of harmonics that change four times a second: music enough for a fingerprint."""
    randomness = random.Random(seed)
    frames = bytearray()
    for _ in range(SECONDS * 4):
        voices = [(randomness.uniform(110, 1760), randomness.uniform(0.2, 1.0)) for _ in range(4)]
        total = sum(volume for _, volume in voices) * 1.6
        for frame in range(RATE // 4):
            at = frame / RATE
            value = sum(
                volume * (math.sin(math.tau * hertz * at) + 0.5 * math.sin(2 * math.tau * hertz * at))
                for hertz, volume in voices
            )
            frames += struct.pack("<h", round(30_000 * value / total))
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(frames))
    return target
