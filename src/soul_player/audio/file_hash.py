"""The two hashes of a file, of all its bytes and of the audio alone, in one pass over an open descriptor.

`audio_hash` v1 is the sha256 of the audio's bytes in the order in which they play, without tags and containers:
docs/audio-hash.md says for each format which bytes these are.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, assert_never

from soul_player.audio import flac_frames, iff_chunks, mp3_frames, mp4_samples
from soul_player.audio.detect import detect_format
from soul_player.audio.formats import HEAD_BYTES, AudioFormat
from soul_player.audio.ogg_packets import OggPackets
from soul_player.audio.source import MalformedAudio, Source, Stamp, UnreadableAudio

_PIECE_BYTES = 1 << 18

FILE_HASH_PREFIX = "sha256:"
AUDIO_HASH_PREFIX = "v1:"


@dataclass(frozen=True, slots=True)
class FileHashes:
    """`audio` is None when the audio could not be told from the rest: no hash is better than a wrong one."""

    file: bytes
    audio: bytes | None
    stamp: Stamp


class FileChanged(UnreadableAudio):
    """The file changed while it was read: neither state can be told."""


def hash_descriptor(descriptor: int, *, name: bytes = b"", check: Callable[[], None] | None = None) -> FileHashes:
    """Both hashes of what is behind `descriptor`, whose offset is not used. Raises `FileChanged`, or `OSError`.

    `check` is called between pieces and may raise to end the work.
    """
    before = Stamp.of(os.fstat(descriptor))
    source = Source(descriptor, before.size_bytes)
    audio = _audio_digest(source, name)
    whole = hashlib.sha256()
    buffer = bytearray(_PIECE_BYTES)
    view = memoryview(buffer)
    at = 0
    while at < before.size_bytes:
        count = os.preadv(descriptor, [view], at)
        if count == 0:
            break
        piece = view[:count]
        whole.update(piece)
        audio.feed(piece, at)
        at += count
        if check is not None:
            check()
    if Stamp.of(os.fstat(descriptor)) != before or at != before.size_bytes:
        raise FileChanged("it changed while it was read")
    return FileHashes(whole.digest(), audio.finish(), before)


def file_hash_text(digest: bytes) -> str:
    """As it travels: `sha256:<hex>`."""
    return FILE_HASH_PREFIX + digest.hex()


def audio_hash_text(digest: bytes) -> str:
    """As it travels: `v1:<hex>`."""
    return AUDIO_HASH_PREFIX + digest.hex()


class _AudioDigest(Protocol):
    def feed(self, piece: memoryview, at: int, /) -> None: ...

    def finish(self) -> bytes | None: ...


class _NoAudio:
    """For a file in which no audio was found."""

    def feed(self, piece: memoryview, at: int, /) -> None:
        """Nothing to digest."""

    def finish(self) -> None:
        """Always None."""


class _SpansDigest:
    """The digest of parts of the file that were located beforehand."""

    def __init__(self, source: Source, spans: Sequence[tuple[int, int]]) -> None:
        self._source = source
        self._spans = spans
        self._digest = hashlib.sha256()
        self._next = 0
        self._is_in_order = all(offset + size <= following for (offset, size), (following, _) in pairwise(spans))

    def feed(self, piece: memoryview, at: int, /) -> None:
        if not self._is_in_order:
            return
        end = at + len(piece)
        while self._next < len(self._spans):
            offset, size = self._spans[self._next]
            if offset >= end:
                return
            self._digest.update(piece[max(offset - at, 0) : min(offset + size, end) - at])
            if offset + size > end:
                return
            self._next += 1

    def finish(self) -> bytes | None:
        if not self._is_in_order and not self._read_in_order_of_playing():
            return None
        return self._digest.digest()

    def _read_in_order_of_playing(self) -> bool:
        """Chunks that do not lie in the order in which they play cost a second reading, but only of the audio."""
        if sum(size for _, size in self._spans) > self._source.size_bytes:
            return False
        for offset, size in self._spans:
            for at in range(offset, offset + size, _PIECE_BYTES):
                self._digest.update(self._source.read_at(at, min(_PIECE_BYTES, offset + size - at)))
        return True


class _OggDigest:
    """The digest of the packets of an Ogg stream, found as the pages go by."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._has_audio = False
        self._packets: OggPackets | None = OggPackets(self._take)

    def feed(self, piece: memoryview, _at: int, /) -> None:
        if self._packets is not None:
            try:
                self._packets.feed(piece)
            except MalformedAudio:
                self._packets = None

    def finish(self) -> bytes | None:
        if self._packets is None or not self._has_audio:
            return None
        try:
            self._packets.finish()
        except MalformedAudio:
            return None
        return self._digest.digest()

    def _take(self, audio: bytes) -> None:
        self._has_audio = self._has_audio or bool(audio)
        self._digest.update(audio)


def _audio_digest(source: Source, name: bytes) -> _AudioDigest:
    audio_format = detect_format(source, source.read_at(0, HEAD_BYTES), name)
    if audio_format is None:
        return _NoAudio()
    if audio_format in (AudioFormat.VORBIS, AudioFormat.OPUS, AudioFormat.OGG_FLAC):
        return _OggDigest()
    try:
        spans = [span for span in _spans(source, audio_format) if span[1] > 0]
    except MalformedAudio:
        return _NoAudio()
    return _SpansDigest(source, spans) if spans else _NoAudio()


def _spans(source: Source, audio_format: AudioFormat) -> list[tuple[int, int]]:
    match audio_format:
        case AudioFormat.MP3:
            mp3 = mp3_frames.find_frames(source)
            return [(mp3.start, mp3.end - mp3.start)]
        case AudioFormat.FLAC:
            flac = flac_frames.find_frames(source)
            return [(flac.start, flac.end - flac.start)]
        case AudioFormat.MP4:
            return mp4_samples.find_samples(source)
        case AudioFormat.WAV:
            return [iff_chunks.find_wav_data(source)]
        case AudioFormat.AIFF:
            return [iff_chunks.find_aiff_data(source)]
        case AudioFormat.VORBIS | AudioFormat.OPUS | AudioFormat.OGG_FLAC:
            raise MalformedAudio("Ogg is digested page by page")
        case _:
            assert_never(audio_format)
