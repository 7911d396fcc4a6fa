"""Ogg pages, read as a stream: hands on the audio packets behind the headers, however they are paged."""

from collections.abc import Callable

from soul_player.audio.source import MalformedAudio, Source

_HEADER_BYTES = 27
PAGE_BYTES_MAX = _HEADER_BYTES + 255 + 255 * 255
_FIRST_PAGE = 0x02
_LAST_PAGE = 0x04


class OggPackets:
    """Fed with a file from its start, in pieces of any size; gives the audio of its (first) audio stream to `take`.

    A chain of streams, one behind the other, is one audio. Streams beside it (a second one, pictures) are left out.
    """

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._carry = b""
        self._serial: bytes | None = None
        self._headers_left = 0
        self._bodies: list[bytes] = []

    def feed(self, piece: memoryview) -> None:
        """Raises `MalformedAudio` where a page should begin and does not."""
        data = self._carry + piece
        at, end = 0, len(data)
        while at + _HEADER_BYTES <= end:
            if not data.startswith(b"OggS", at):
                raise MalformedAudio("no page where one should begin")
            body = at + _HEADER_BYTES + data[at + 26]
            behind = body + sum(data[at + _HEADER_BYTES : body])
            if body > end or behind > end:
                break
            if self._headers_left == 0 and data[at + 5] & _LAST_PAGE == 0 and data[at + 14 : at + 18] == self._serial:
                self._bodies.append(data[body:behind])
            else:
                self._page(data[at:body], data[body:behind])
            at = behind
        self._carry = data[at:]
        # One call a piece: a page of 4 KiB costs less to hash than a call of its own would.
        self._take(b"".join(self._bodies))
        self._bodies.clear()

    def finish(self) -> None:
        """Raises `MalformedAudio` when the last page is not whole."""
        if self._carry:
            raise MalformedAudio("cut off: the last page is not whole")

    def _page(self, header: bytes, body: bytes) -> None:
        flags, serial = header[5], header[14:18]
        if flags & _FIRST_PAGE and self._serial is None:
            self._headers_left = header_packets(body[:9])
            self._serial = serial if self._headers_left else None
        if serial != self._serial:
            return
        if self._headers_left:
            body = self._behind_headers(header[_HEADER_BYTES:], body)
        self._bodies.append(body)
        if flags & _LAST_PAGE:
            self._serial = None

    def _behind_headers(self, segments: bytes, body: bytes) -> bytes:
        at = 0
        for segment in segments:
            at += segment
            if segment < 255:
                self._headers_left -= 1
                if self._headers_left == 0:
                    return body[at:]
        return b""


def header_packets(packet: bytes) -> int:
    """How many packets come before the audio, by the start of the first one; 0 for a stream that is no audio."""
    if packet.startswith(b"\x01vorbis"):
        return 3
    if packet.startswith(b"OpusHead"):
        return 2
    if packet.startswith(b"\x7fFLAC") and len(packet) >= 9:
        # The count behind the first packet; a stream that leaves it open (0) cannot be told from its audio.
        further = int.from_bytes(packet[7:9], "big")
        return 1 + further if further else 0
    return 0


def last_page(source: Source) -> tuple[int, bytes]:
    """Granule position and serial of the page that ends the file. Raises `MalformedAudio` when none does."""
    start = max(0, source.size_bytes - PAGE_BYTES_MAX)
    # Pages of 4 to 8 KiB are the rule: the small read finds the last one nearly always.
    for tail_start in (max(start, source.size_bytes - 16384), start):
        tail = source.read_at(tail_start, source.size_bytes - tail_start)
        at = tail.rfind(b"OggS")
        while at >= 0:
            if _page_ends_at(tail, at) == len(tail):
                return int.from_bytes(tail[at + 6 : at + 14], "little", signed=True), tail[at + 14 : at + 18]
            at = tail.rfind(b"OggS", 0, at)
    raise MalformedAudio("cut off: the last page is not whole")


def _page_ends_at(data: bytes, at: int) -> int:
    if at + _HEADER_BYTES > len(data):
        return -1
    body = at + _HEADER_BYTES + data[at + 26]
    return body + sum(data[at + _HEADER_BYTES : body])
