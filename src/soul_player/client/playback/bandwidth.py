"""How quickly bytes come from a source: an average over real traffic in which the newest counts most."""

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

from soul_player.client.library.model import SourceId
from soul_player.client.sources.filling import Fill
from soul_player.edges import Clock

# What came this many seconds of receiving ago counts half.
HALF_LIFE_SECONDS = 4.0
# A sample is this much or this long; what ends earlier counts from a smaller amount on.
SAMPLE_BYTES = 256 * 1024
SAMPLE_BYTES_MIN = 32 * 1024
SAMPLE_SECONDS = 1.0
# A sample from a quick line is over in a blink, and is as good as one of this length all the same.
SAMPLE_WEIGHT_SECONDS_MIN = 0.25
# Two pieces may be there in the same tick of a clock.
SECONDS_MIN = 0.000_1
# A reader who asks for the next piece this late was busy or full: what lies ready then tells nothing of the line.
PAUSE_SECONDS = 0.05
# ... until it has to wait for a piece, or more came than buffers on the way can have held.
WAIT_SECONDS = 0.005
BUFFERED_BYTES_MAX = 8 * 1024 * 1024


class Speed:
    """An exponentially weighted mean, without the pull towards nothing that its first samples have."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._weight = 0.0

    @property
    def bytes_per_second(self) -> float | None:
        """None: nothing was measured yet."""
        return self._sum / self._weight if self._weight else None

    def add(self, size_bytes: int, seconds: float) -> None:
        """So much came in so long a time of receiving."""
        rate = size_bytes / max(seconds, SECONDS_MIN)
        kept = 0.5 ** (max(seconds, SAMPLE_WEIGHT_SECONDS_MIN) / HALF_LIFE_SECONDS)
        self._sum = kept * self._sum + (1 - kept) * rate
        self._weight = kept * self._weight + (1 - kept)


class Transfer:
    """One answer while it is received: tells the line's pace from the reader's, and from the encoder's.

    `encoder_bytes_per_second`: how fast the slowest encoder is, for audio that is made while it is sent. Slower than
    that is the line; faster only says that the line is at least so fast.
    """

    def __init__(self, speed: Speed, clock: Clock, *, encoder_bytes_per_second: float | None = None) -> None:
        self._speed = speed
        self._clock = clock
        self._encoder = encoder_bytes_per_second
        self._asked_at = clock.monotonic()
        self._got_at: float | None = None
        self._sample_began_at = 0.0
        self._sample_bytes = 0
        self._ready_bytes = 0

    def ask(self) -> None:
        """The reader wants the next piece."""
        self._asked_at = self._clock.monotonic()
        if self._got_at is not None and self._asked_at - self._got_at > PAUSE_SECONDS:
            self._ready_bytes = BUFFERED_BYTES_MAX

    def get(self, size_bytes: int) -> None:
        """It is there."""
        now = self._clock.monotonic()
        is_first, self._got_at = self._got_at is None, now
        waited = now - self._asked_at > WAIT_SECONDS
        if is_first or self._ready_bytes > 0:
            # The piece that was waited for came at an unknown moment before: the clock starts behind it.
            self._ready_bytes = 0 if is_first or waited else self._ready_bytes - size_bytes
            self._sample_began_at, self._sample_bytes = now, 0
            return
        self._sample_bytes += size_bytes
        if self._sample_bytes >= SAMPLE_BYTES or now - self._sample_began_at >= SAMPLE_SECONDS:
            self._count(now)

    def end(self) -> None:
        """Nothing more comes."""
        if self._sample_bytes >= SAMPLE_BYTES_MIN and self._got_at is not None:
            self._count(self._got_at)

    def _count(self, now: float) -> None:
        seconds = now - self._sample_began_at
        if self._is_of_the_line(self._sample_bytes / max(seconds, SECONDS_MIN)):
            self._speed.add(self._sample_bytes, seconds)
        self._sample_began_at, self._sample_bytes = now, 0

    def _is_of_the_line(self, rate: float) -> bool:
        known = self._speed.bytes_per_second
        return self._encoder is None or rate < self._encoder or (known is not None and rate > known)


class Bandwidth:
    """The speed of every source, from whatever is received of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._speeds: dict[SourceId, Speed] = {}

    def bytes_per_second(self, source_id: SourceId) -> float | None:
        """As last measured; None: never."""
        speed = self._speeds.get(source_id)
        return None if speed is None else speed.bytes_per_second

    async def measure_download_speed(
        self, source_id: SourceId, pieces: AsyncIterator[bytes], *, encoder_bytes_per_second: float | None = None
    ) -> AsyncIterator[bytes]:
        """The same pieces, measured on their way."""
        speed = self._speeds.setdefault(source_id, Speed())
        transfer = Transfer(speed, self._clock, encoder_bytes_per_second=encoder_bytes_per_second)
        try:
            while True:
                transfer.ask()
                piece = await anext(pieces, None)
                if piece is None:
                    return
                transfer.get(len(piece))
                yield piece
        finally:
            transfer.end()

    @contextmanager
    def measure_filling(self, source_id: SourceId, fill: Fill) -> Generator[Fill, None, None]:
        """The same, where the bytes come into the reader's memory."""
        transfer = Transfer(self._speeds.setdefault(source_id, Speed()), self._clock)

        async def measured(memory: memoryview) -> int:
            transfer.ask()
            count = await fill(memory)
            if count:
                transfer.get(count)
            return count

        try:
            yield measured
        finally:
            transfer.end()
