"""Pure: MP3 and AAC cut between their frames, and the second that was reached, as `ogg` does it for Opus."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from soul_player.client.playback.ogg import OggPages
from soul_player.protocol.quality import STREAM_CONTENT_TYPES, StreamFormat

_MPEG_1 = 3
_LAYER_3 = 1
# By index, in kbit/s, for layer 3: MPEG 1, then the lower sample rates of MPEG 2 and 2.5.
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_ADTS_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
_ADTS_HEAD_BYTES = 7
_ADTS_SAMPLES = 1_024


class Cutter(Protocol):
    """Gives out whole units only, behind which another stream of the kind may be put."""

    @property
    def seconds(self) -> float | None:
        """How much audio was given out; None for what cannot be told."""
        ...

    def feed(self, piece: bytes) -> bytes:
        """The units that are whole now."""
        ...

    def rest(self) -> bytes:
        """What is held back."""
        ...


class Frames:
    """What is not of the kind passes as it is, and has no `seconds`.

    `read_head`: bytes and seconds of the frame that begins so; None: none does.
    """

    def __init__(self, read_head: Callable[[bytes | bytearray], tuple[int, float] | None]) -> None:
        self._read_head = read_head
        self._held = bytearray()
        self._seconds = 0.0
        self._passes = False

    @property
    def seconds(self) -> float | None:
        """How much audio the frames given out hold."""
        return None if self._passes else self._seconds

    def feed(self, piece: bytes) -> bytes:
        """The frames that are whole now."""
        self._held += piece
        whole = 0
        while not self._passes and len(self._held) - whole >= _ADTS_HEAD_BYTES:
            frame = self._read_head(self._held[whole : whole + _ADTS_HEAD_BYTES])
            if frame is None:
                self._passes = True
                break
            size, seconds = frame
            if whole + size > len(self._held):
                break
            whole += size
            self._seconds += seconds
        if self._passes:
            return self.rest()
        frames = bytes(self._held[:whole])
        del self._held[:whole]
        return frames

    def rest(self) -> bytes:
        """What is held back: at the end of a sound stream, nothing."""
        held = bytes(self._held)
        self._held.clear()
        return held


def mpeg_frame(head: bytes | bytearray) -> tuple[int, float] | None:
    """Layer 3, as the servers' encoder makes it: frames and nothing else."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    kbits_at, rate_at, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    is_sync = head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    if not is_sync or version not in _RATES or layer != _LAYER_3 or rate_at > 2 or not 0 < kbits_at < 15:
        return None
    rate = _RATES[version][rate_at]
    kbits, samples = (_KBITS_1[kbits_at], 1_152) if version == _MPEG_1 else (_KBITS_2[kbits_at], 576)
    return samples // 8 * kbits * 1_000 // rate + padding, samples / rate


def adts_frame(head: bytes | bytearray) -> tuple[int, float] | None:
    """AAC in ADTS."""
    rate_at = head[2] >> 2 & 15
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    if head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or rate_at >= len(_ADTS_RATES) or size < _ADTS_HEAD_BYTES:
        return None
    blocks = (head[6] & 3) + 1
    return size, blocks * _ADTS_SAMPLES / _ADTS_RATES[rate_at]


_CUTTERS: dict[StreamFormat, Callable[[], Cutter]] = {
    StreamFormat.OPUS: OggPages,
    StreamFormat.MP3: partial(Frames, mpeg_frame),
    StreamFormat.AAC: partial(Frames, adts_frame),
}


def format_of(content_type: str) -> StreamFormat | None:
    """The format of a transcode; None: it is none of ours."""
    for stream_format, told in STREAM_CONTENT_TYPES.items():
        if content_type.replace(" ", "").replace('"', "").casefold() == told.replace(" ", ""):
            return stream_format
    return None


def cutter_of(content_type: str) -> Cutter:
    """For a stream of this kind."""
    return _CUTTERS[format_of(content_type) or StreamFormat.OPUS]()
