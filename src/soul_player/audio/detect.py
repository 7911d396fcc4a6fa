"""The format of an open file, also behind a tag that says nothing about it."""

from soul_player.audio.formats import HEAD_BYTES, AudioFormat, detect
from soul_player.audio.source import MalformedAudio, Source
from soul_player.audio.tag_edges import end_of_leading_tags


def detect_format(source: Source, head: bytes, name: bytes) -> AudioFormat | None:
    """`head` are the file's first `HEAD_BYTES` bytes. None for a format that is not known here."""
    if head.startswith((b"ID3", b"APETAGEX")):
        # Such tags belong to mp3, but some programs put them before a flac too; its name may say either.
        try:
            head = source.read_at(end_of_leading_tags(source), HEAD_BYTES)
        except MalformedAudio:
            return None
        return AudioFormat.FLAC if head.startswith(b"fLaC") else AudioFormat.MP3
    return detect(head, name)
