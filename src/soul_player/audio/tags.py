"""One file's tags and audio headers -> TrackMetadata."""

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinytag import TinyTag, TinyTagException

from soul_player.audio.cut_off import is_cut_off
from soul_player.audio.detect import detect_format
from soul_player.audio.formats import CONTENT_TYPES, HEAD_BYTES, AudioFormat
from soul_player.audio.ogg_packets import last_page
from soul_player.audio.source import MalformedAudio, Source, Stamp, UnreadableAudio
from soul_player.audio.text import clean, clean_values, year_of
from soul_player.protocol.track import ReplayGain, TrackMetadata

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_NUMBER_MAX = 65_535
# R128 gains are measured against -23 LUFS, ReplayGain 2 against -18.
_R128_TO_REPLAYGAIN_DB = 5.0
# How the first packet begins, and how long it is at least.
_OGG_PACKETS = {
    AudioFormat.VORBIS: (b"\x01vorbis", 30),
    AudioFormat.OPUS: (b"OpusHead", 19),
    AudioFormat.OGG_FLAC: (b"\x7fFLAC", 51),
}
# The parser is chosen by a name: the file's own may lie.
_PARSER_NAMES = {
    AudioFormat.MP3: "x.mp3",
    AudioFormat.FLAC: "x.flac",
    AudioFormat.VORBIS: "x.ogg",
    AudioFormat.OPUS: "x.opus",
    AudioFormat.OGG_FLAC: "x.oga",
    AudioFormat.MP4: "x.m4a",
    AudioFormat.WAV: "x.wav",
    AudioFormat.AIFF: "x.aiff",
}

Others = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class FileTags:
    """What reading one file told. `stamp` is the state of the very file that was read."""

    metadata: TrackMetadata
    content_type: str
    stamp: Stamp


def read_tags(descriptor: int, name: bytes) -> FileTags:
    """Raises `UnreadableAudio` with the reason, for people; `OSError` when the disk fails. Closes nothing."""
    stamp = Stamp.of(os.fstat(descriptor))
    source = Source(descriptor, stamp.size_bytes)
    if stamp.size_bytes == 0:
        raise UnreadableAudio("the file is empty")
    head = source.read_at(0, HEAD_BYTES)
    audio_format = detect_format(source, head, name)
    if audio_format is None:
        raise UnreadableAudio("no audio format that is known here")
    if is_cut_off(source, audio_format):
        raise UnreadableAudio("damaged or cut off: the audio is not whole")
    tag = _parse(source, audio_format, head)
    if Stamp.of(os.fstat(descriptor)) != stamp:
        raise UnreadableAudio("it changed while it was read")
    return FileTags(_metadata(tag), CONTENT_TYPES[audio_format], stamp)


def _parse(source: Source, audio_format: AudioFormat, head: bytes) -> TinyTag:
    duration = None
    if audio_format in (AudioFormat.VORBIS, AudioFormat.OPUS, AudioFormat.OGG_FLAC):
        duration = _ogg_stream(source, audio_format, head)
    with open(source.descriptor, "rb", closefd=False) as file:  # a descriptor, not a path
        try:
            tag = TinyTag.get(_PARSER_NAMES[audio_format], file_obj=file, duration=duration is None)
        except TinyTagException as error:
            raise UnreadableAudio(f"the tags cannot be read: {_reason(error)}") from error
    if duration is not None:
        tag.duration, tag.samplerate, tag.channels, tag.bitrate = duration
    elif audio_format is AudioFormat.MP4 and tag.is_lossless and tag.duration:
        # Encoders put the rate of the unpacked samples into alac headers.
        tag.bitrate = source.size_bytes * 8 / tag.duration / 1000
    return tag


def _ogg_stream(source: Source, audio_format: AudioFormat, head: bytes) -> tuple[float, int, int, float] | None:
    """Seconds, Hz, channels and kbit/s by the first and the last page alone; None when the file must be read whole.

    tinytag visits every page for it, which makes a five-minute vorbis file thirty times as dear as an mp3.
    """
    packet = head[27 + head[26] :]
    try:
        granule, serial = last_page(source)
    except MalformedAudio:
        return None
    magic, bytes_min = _OGG_PACKETS[audio_format]
    if serial != head[14:18] or granule <= 0 or len(packet) < bytes_min or not packet.startswith(magic):
        return None
    if audio_format is AudioFormat.OPUS:
        channels, sample_rate = packet[9], 48_000
        granule -= int.from_bytes(packet[10:12], "little")
    elif audio_format is AudioFormat.OGG_FLAC:
        channels, sample_rate = (packet[29] >> 1 & 7) + 1, int.from_bytes(packet[27:30], "big") >> 4
    else:
        channels, sample_rate = packet[11], int.from_bytes(packet[12:16], "little")
    if channels == 0 or sample_rate == 0 or granule <= 0:
        return None
    seconds = granule / sample_rate
    return seconds, sample_rate, channels, source.size_bytes * 8 / seconds / 1000


def _metadata(tag: TinyTag) -> TrackMetadata:
    others: Others = tag.other
    duration = tag.duration
    if duration is None or not math.isfinite(duration) or duration <= 0:
        raise UnreadableAudio("no audio of a known length was found")
    artist, artists = _artists(tag.artist, others.get("artist", ()))
    album_artists = _values(tag.albumartist, others.get("albumartist", ()))
    return TrackMetadata(
        duration_seconds=round(duration, 3) or 0.001,
        title=clean(tag.title) if tag.title else None,
        artist=artist,
        artists=artists,
        album=clean(tag.album) if tag.album else None,
        album_artist=clean(", ".join(album_artists)),
        track_number=_number(tag.track),
        disc_number=_number(tag.disc),
        year=_year(tag.year, others),
        genres=_values(tag.genre, others.get("genre", ())),
        bitrate=_positive(None if tag.bitrate is None else tag.bitrate * 1000),
        sample_rate=_positive(tag.samplerate),
        channels=_positive(tag.channels),
        musicbrainz_recording_id=_recording_id(others),
        musicbrainz_release_id=_uuid(others, "musicbrainz_albumid", "musicbrainz album id"),
        isrc=_isrc(others),
        replaygain=_replaygain(others),
    )


def _values(first: str | None, further: Sequence[str]) -> tuple[str, ...]:
    return clean_values((first, *further)) if first else clean_values(further)


def _artists(first: str | None, further: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The artist as it is shown and the artists one by one.

    tinytag puts ARTIST ("A feat. B") and ARTISTS ("A", "B") into one list: the one that names all others is ARTIST.
    """
    values = _values(first, further)
    if len(values) < 2:
        return (values[0] if values else None), values
    if len(values) > 2:
        longest = max(values, key=len)
        rest = tuple(value for value in values if value is not longest)
        if all(value in longest for value in rest):
            return longest, rest
    return clean(", ".join(values)), values


def _number(value: int | None) -> int | None:
    return value if value is not None and 0 < value <= _NUMBER_MAX else None


def _positive(value: float | None) -> int | None:
    if value is None or not math.isfinite(value) or not 0 < value < 1 << 31:
        return None
    return round(value)


def _year(date: str | None, others: Others) -> int | None:
    year = year_of(date) if date else None
    for key in ("year", "originaldate", "tdor", "tory", "originalyear", "tdrl"):
        if year is not None:
            return year
        for text in others.get(key, ()):
            year = year or year_of(text)
    return year


def _recording_id(others: Others) -> str | None:
    for text in others.get("ufid", ()):
        owner, _, recording = text.partition("\0")
        if owner == "http://musicbrainz.org" and _UUID.fullmatch(recording.lower()):
            return recording.lower()
    return _uuid(others, "musicbrainz_trackid", "musicbrainz track id", "musicbrainz_recordingid")


def _uuid(others: Others, *keys: str) -> str | None:
    for key in keys:
        for text in others.get(key, ()):
            found = _UUID.search(text[:200].lower())
            if found:
                return found[0]
    return None


def _isrc(others: Others) -> str | None:
    for key in ("isrc", "tsrc"):
        for text in others.get(key, ()):
            for part in text[:200].upper().replace("-", "").replace("\0", " ").split():
                if _ISRC.fullmatch(part):
                    return part
    return None


def _replaygain(others: Others) -> ReplayGain | None:
    if _GAIN_KEYS.isdisjoint(others):
        return None
    gain = ReplayGain(
        track_gain_db=_gain_db(others, "track"),
        track_peak=_decimal(others, "replaygain_track_peak", low=0.0),
        album_gain_db=_gain_db(others, "album"),
        album_peak=_decimal(others, "replaygain_album_peak", low=0.0),
    )
    return gain if gain != _NO_GAIN else None


_NO_GAIN = ReplayGain()
_GAIN_KEYS = frozenset(f"replaygain_{of}_{what}" for of in ("track", "album") for what in ("gain", "peak"))
_GAIN_KEYS |= {"r128_track_gain", "r128_album_gain"}


def _gain_db(others: Others, of: str) -> float | None:
    gain = _decimal(others, f"replaygain_{of}_gain", low=-100.0)
    if gain is not None:
        return gain
    r128 = _decimal(others, f"r128_{of}_gain", low=-32768.0, high=32767.0)
    return None if r128 is None else round(r128 / 256 + _R128_TO_REPLAYGAIN_DB, 2)


def _decimal(others: Others, key: str, *, low: float, high: float = 100.0) -> float | None:
    for text in others.get(key, ()):
        found = _NUMBER.match(text[:50].strip())
        if found and low <= float(found[0]) <= high:
            return float(found[0])
    return None


def _reason(error: BaseException) -> str:
    """The innermost cause, short: tinytag wraps whatever went wrong."""
    text = str(error) or type(error).__name__
    return clean(text[:200]) or type(error).__name__
