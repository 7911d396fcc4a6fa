"""Which files are music: by their name before they are opened, by their first bytes afterwards."""

import os
from enum import StrEnum

# Enough to see the codec inside an Ogg page whose segment table is full (27 + 255 + 8).
HEAD_BYTES = 512


class AudioFormat(StrEnum):
    """A container together with its codec, as far as the first bytes tell them."""

    MP3 = "mp3"
    FLAC = "flac"
    VORBIS = "vorbis"
    OPUS = "opus"
    OGG_FLAC = "ogg_flac"
    MP4 = "mp4"
    WAV = "wav"
    AIFF = "aiff"


# RFC 7845: Opus in Ogg is audio/ogg with a `codecs` parameter; `audio/opus` is for RTP only.
CONTENT_TYPES: dict[AudioFormat, str] = {
    AudioFormat.MP3: "audio/mpeg",
    AudioFormat.FLAC: "audio/flac",
    AudioFormat.VORBIS: "audio/ogg",
    AudioFormat.OPUS: "audio/ogg; codecs=opus",
    AudioFormat.OGG_FLAC: "audio/ogg; codecs=flac",
    AudioFormat.MP4: "audio/mp4",
    AudioFormat.WAV: "audio/wav",
    AudioFormat.AIFF: "audio/aiff",
}

_SUFFIXES: dict[str, str] = {
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/ogg; codecs=opus": ".opus",
    "audio/ogg; codecs=flac": ".oga",
    "audio/mp4": ".m4a",
    "audio/wav": ".wav",
    "audio/aiff": ".aiff",
    # Of transcodes alone.
    "audio/aac": ".aac",
}

# What a file may be called to be looked at. Bytes, because file names need not be UTF-8.
MUSIC_SUFFIXES: frozenset[bytes] = frozenset(
    (b".mp3", b".flac", b".ogg", b".oga", b".opus", b".m4a", b".m4b", b".wav", b".aif", b".aiff", b".aifc")
)

_LOSSLESS = frozenset((AudioFormat.FLAC, AudioFormat.OGG_FLAC, AudioFormat.WAV, AudioFormat.AIFF))


def is_music_name(name: bytes) -> bool:
    """Whether a file of this name is worth opening."""
    return os.path.splitext(name)[1].lower() in MUSIC_SUFFIXES


def suffix_of(content_type: str) -> str:
    """The usual suffix, with its dot, of a content type of ours; empty for a foreign one."""
    return _SUFFIXES.get(content_type, "")


def is_lossless(audio_format: AudioFormat) -> bool | None:
    """None: the container holds either (mp4: aac or alac)."""
    return None if audio_format is AudioFormat.MP4 else audio_format in _LOSSLESS


def detect(head: bytes, name: bytes = b"") -> AudioFormat | None:
    """The format by the first `HEAD_BYTES` bytes. `name` decides only where they do not: for an mp3 with
    something else before its first frame, and for an Ogg file that begins with a stream beside its audio."""
    if head.startswith(b"fLaC"):
        return AudioFormat.FLAC
    if head.startswith(b"OggS"):
        return _detect_ogg(head, name)
    if head[4:8] == b"ftyp":
        return AudioFormat.MP4
    if head.startswith((b"RIFF", b"RIFX")) and head[8:12] == b"WAVE":
        return AudioFormat.WAV
    if head.startswith(b"FORM") and head[8:12] in (b"AIFF", b"AIFC"):
        return AudioFormat.AIFF
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return AudioFormat.MP3
    return AudioFormat.MP3 if head and name.lower().endswith(b".mp3") else None


def _detect_ogg(head: bytes, name: bytes) -> AudioFormat | None:
    if len(head) < 28:
        return None
    packet = head[27 + head[26] :]
    if packet.startswith(b"\x01vorbis"):
        return AudioFormat.VORBIS
    if packet.startswith(b"OpusHead"):
        return AudioFormat.OPUS
    if packet.startswith(b"\x7fFLAC"):
        return AudioFormat.OGG_FLAC
    # A stream beside the audio may come first: the name says what to look for behind it.
    return AudioFormat.OPUS if name.lower().endswith(b".opus") else AudioFormat.VORBIS
