"""Whether a file ends before its own structure does: a broken download, or a copy that is still under way."""

from typing import assert_never

from soul_player.audio import flac_frames, iff_chunks, mp3_frames, mp4_samples
from soul_player.audio.formats import AudioFormat
from soul_player.audio.ogg_packets import last_page
from soul_player.audio.source import MalformedAudio, Source


def is_cut_off(source: Source, audio_format: AudioFormat) -> bool:
    """Costs a few small reads. False is no promise: not every format says how long it is."""
    try:
        return _is_cut_off(source, audio_format)
    except MalformedAudio:
        return True


def _is_cut_off(source: Source, audio_format: AudioFormat) -> bool:
    match audio_format:
        case AudioFormat.MP3:
            return mp3_frames.find_frames(source).is_short
        case AudioFormat.FLAC:
            return flac_frames.is_cut_off(source, flac_frames.find_frames(source))
        case AudioFormat.MP4:
            return mp4_samples.is_cut_off(source)
        case AudioFormat.WAV:
            iff_chunks.find_wav_data(source)
            return False
        case AudioFormat.AIFF:
            iff_chunks.find_aiff_data(source)
            return False
        case AudioFormat.VORBIS | AudioFormat.OPUS | AudioFormat.OGG_FLAC:
            last_page(source)
            return False
        case _:
            assert_never(audio_format)
