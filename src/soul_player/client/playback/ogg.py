"""Pure: Ogg cut between its pages, and the second that was reached: where another stream may be put behind it."""

OPUS_SAMPLES_PER_SECOND = 48_000
_CAPTURE = b"OggS"
_HEAD_BYTES = 27
_NO_GRANULE = -1
_OPUS_HEAD = b"OpusHead"


class OggPages:
    """Gives out whole pages only (RFC 3533). A second Ogg stream behind them makes a chained one, which players play.

    What is no Ogg passes as it is, and has no `seconds`.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._granule = 0
        self._pre_skip = 0
        self._is_opus = False
        self._passes = False

    @property
    def seconds(self) -> float | None:
        """How much of Opus the pages given out hold; None for what cannot be told."""
        if not self._is_opus:
            return None
        return max(self._granule - self._pre_skip, 0) / OPUS_SAMPLES_PER_SECOND

    def feed(self, piece: bytes) -> bytes:
        """The pages that are whole now."""
        self._held += piece
        whole = 0
        while (size := self._page_size(whole)) is not None and whole + size <= len(self._held):
            self._note(whole, size)
            whole += size
        if self._passes:
            return self.rest()
        pages = bytes(self._held[:whole])
        del self._held[:whole]
        return pages

    def rest(self) -> bytes:
        """What is held back: at the end of a sound stream, nothing."""
        held = bytes(self._held)
        self._held.clear()
        return held

    def _page_size(self, at: int) -> int | None:
        """None: not enough of it is there to tell."""
        if self._passes or len(self._held) - at < _HEAD_BYTES:
            return None
        if self._held[at : at + 4] != _CAPTURE:
            self._passes = True
            return None
        segments = self._held[at + _HEAD_BYTES - 1]
        if len(self._held) - at < _HEAD_BYTES + segments:
            return None
        return _HEAD_BYTES + segments + sum(self._held[at + _HEAD_BYTES : at + _HEAD_BYTES + segments])

    def _note(self, at: int, size: int) -> None:
        granule = int.from_bytes(self._held[at + 6 : at + 14], "little", signed=True)
        if granule > _NO_GRANULE:
            self._granule = granule
        body = at + _HEAD_BYTES + self._held[at + _HEAD_BYTES - 1]
        if self._held[body : body + 8] == _OPUS_HEAD and size >= _HEAD_BYTES + 12:
            self._is_opus = True
            self._pre_skip = int.from_bytes(self._held[body + 10 : body + 12], "little")
