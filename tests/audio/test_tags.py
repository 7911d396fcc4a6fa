"""What people wrote into their files reaches the library, in every format, and nothing else does."""

import os
import struct
from pathlib import Path

import pytest

from soul_player.audio.source import UnreadableAudio
from soul_player.audio.text import TEXT_CHARS_MAX, VALUES_MAX
from soul_player.protocol.track import ReplayGain
from tests.makers_audio import FORMATS, make_audio, retag
from tests.makers_bytes import box, tags_of, words

RECORDING = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
RELEASE = "11111111-2222-3333-4444-555555555555"
COMMON = {
    "title": "Ágætis byrjun",
    "artist": "Sigur Rós;Amiina",
    "album": "Takk...",
    "album_artist": "Sigur Rós",
    "track": "3",
    "disc": "2",
    "date": "2005-09-12",
    "genre": "Post-Rock;Ambient",
}
IDS = {
    "MUSICBRAINZ_TRACKID": RECORDING.upper(),
    "MUSICBRAINZ_ALBUMID": RELEASE,
    "ISRC": "US-RC1-76-07839",
    "REPLAYGAIN_TRACK_GAIN": "-7.30 dB",
    "REPLAYGAIN_TRACK_PEAK": "0.988",
    "REPLAYGAIN_ALBUM_GAIN": "+1.5 dB",
    "REPLAYGAIN_ALBUM_PEAK": "1.01",
}


@pytest.mark.parametrize("name", FORMATS)
def test_common_tags_are_read_in_every_format(tmp_path: Path, name: str) -> None:
    """A format that loses its artists or its year is a format that is not supported."""
    found = tags_of(make_audio(tmp_path / "x", name, tags=COMMON)).metadata
    assert (found.title, found.album, found.year) == ("Ágætis byrjun", "Takk...", 2005)
    assert (found.artist, found.artists) == ("Sigur Rós, Amiina", ("Sigur Rós", "Amiina"))
    assert found.genres == ("Post-Rock", "Ambient")
    assert found.duration_seconds == pytest.approx(1.0, abs=0.06)
    assert (found.sample_rate, found.channels) == (48_000 if name == "opus" else 44_100, 2)
    assert found.bitrate is not None
    assert 10_000 < found.bitrate < 1_500_000
    assert found.track_number == 3
    if name != "wav":  # RIFF has no place for these two
        assert (found.album_artist, found.disc_number) == ("Sigur Rós", 2)


@pytest.mark.parametrize("name", ["mp3", "flac", "vorbis", "opus", "aiff"])
def test_ids_and_gains_are_read(tmp_path: Path, name: str) -> None:
    """MusicBrainz ids find the same recording on another server; gains keep the volume even."""
    found = tags_of(make_audio(tmp_path / "x", name, tags=IDS)).metadata
    assert found.musicbrainz_recording_id == RECORDING
    assert found.musicbrainz_release_id == RELEASE
    assert found.isrc == "USRC17607839"
    assert found.replaygain == ReplayGain(track_gain_db=-7.3, track_peak=0.988, album_gain_db=1.5, album_peak=1.01)


def test_ids_and_gains_of_an_mp4_are_read(tmp_path: Path) -> None:
    """iTunes' free-form atoms are where Picard writes them; ffmpeg cannot, so they are put in by hand."""
    path = make_audio(tmp_path / "x", "aac", tags={"title": "x"})
    values = {
        b"MusicBrainz Track Id": RECORDING,
        b"MusicBrainz Album Id": RELEASE,
        b"ISRC": "USRC17607839",
        b"replaygain_track_gain": "-3.25 dB",
    }
    atoms = b"".join(
        box(
            b"----",
            box(b"mean", words(0), b"com.apple.iTunes"),
            box(b"name", words(0), key),
            box(b"data", words(1, 0), value.encode()),
        )
        for key, value in values.items()
    )
    path.write_bytes(_with_atoms(path.read_bytes(), atoms))
    found = tags_of(path).metadata
    assert (found.musicbrainz_recording_id, found.musicbrainz_release_id) == (RECORDING, RELEASE)
    assert (found.isrc, found.replaygain) == ("USRC17607839", ReplayGain(track_gain_db=-3.25))


def _with_atoms(file: bytes, atoms: bytes) -> bytes:
    """The moov box comes last, so only the sizes of what holds the list have to grow."""
    grown = bytearray(file + atoms)
    for kind in (b"moov", b"udta", b"meta", b"ilst"):
        at = file.rindex(kind) - 4
        struct.pack_into(">I", grown, at, struct.unpack_from(">I", file, at)[0] + len(atoms))
    return bytes(grown)


def test_the_musicbrainz_frame_of_an_mp3_is_read(tmp_path: Path) -> None:
    """Picard keeps the recording in UFID, not in a text frame."""
    path = make_audio(tmp_path / "x", "mp3")
    content = b"http://musicbrainz.org\0" + RECORDING.encode()
    frame = b"UFID" + len(content).to_bytes(4, "big") + bytes(2) + content
    artists = b"\x03ARTISTS\0Iggy\0Bowie"
    frame += b"TXXX" + len(artists).to_bytes(4, "big") + bytes(2) + artists
    shown = b"\x03Iggy feat. Bowie"
    frame += b"TPE1" + len(shown).to_bytes(4, "big") + bytes(2) + shown
    path.write_bytes(_id3(frame) + path.read_bytes())
    found = tags_of(path).metadata
    assert found.musicbrainz_recording_id == RECORDING
    assert (found.artist, found.artists) == ("Iggy feat. Bowie", ("Iggy", "Bowie"))


def _id3(frames: bytes) -> bytes:
    size = len(frames)
    return b"ID3\x03\0\0" + bytes([size >> 21 & 0x7F, size >> 14 & 0x7F, size >> 7 & 0x7F, size & 0x7F]) + frames


def test_the_gain_of_an_opus_is_told_as_replaygain(tmp_path: Path) -> None:
    """Opus counts in 256ths of a decibel against -23 LUFS: players would otherwise jump by 5 dB."""
    found = tags_of(make_audio(tmp_path / "x", "opus", tags={"R128_TRACK_GAIN": "-512", "R128_ALBUM_GAIN": "256"}))
    assert found.metadata.replaygain == ReplayGain(track_gain_db=3.0, album_gain_db=6.0)


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_characters_are_cut_not_fatal(tmp_path: Path, name: str) -> None:
    """One absurd tag must not cost the track, nor make rows that no client takes."""
    tags = {"title": "t" * 10_000, "artist": "ä" * 10_000, "genre": ";".join(f"g{n}" for n in range(2_000))}
    found = tags_of(make_audio(tmp_path / "x", name, tags=tags)).metadata
    assert found.title == "t" * TEXT_CHARS_MAX
    assert found.artists == ("ä" * TEXT_CHARS_MAX,)
    assert len(found.genres) == VALUES_MAX


def test_a_file_without_tags_is_a_track(tmp_path: Path) -> None:
    """Its title is its file's name; that is the library's to say."""
    found = tags_of(make_audio(tmp_path / "x", "flac"))
    assert found.metadata.title is None
    assert found.content_type == "audio/flac"


def test_the_content_type_is_that_of_the_bytes_not_of_the_name(tmp_path: Path) -> None:
    """A browser is told what it gets, not what somebody called it."""
    flac = make_audio(tmp_path / "really", "flac")
    assert tags_of(flac.rename(tmp_path / "named.mp3")).content_type == "audio/flac"


UNREADABLE = {
    "empty.mp3": b"",
    "zeros.mp3": bytes(500_000),
    "text.flac": b"no audio",
    "tag-and-zeros.mp3": b"ID3\x03\0\0\0\0\0\x0a" + bytes(3_000_000),
    "lying-comment.flac": b"fLaC\x84\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf8",
    "lying-size.wav": b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff",
    "no-length.m4a": box(b"ftyp", b"M4A ") + box(b"moov", box(b"mvhd", bytes(100))),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_audio_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    """The reason is what the summary of a scan shows."""
    path = tmp_path / name
    path.write_bytes(UNREADABLE[name])
    with pytest.raises(UnreadableAudio) as caught:
        tags_of(path)
    assert len(str(caught.value)) > 10


@pytest.mark.parametrize("name", FORMATS)
def test_half_a_file_is_refused(tmp_path: Path, name: str) -> None:
    """A copy that is still under way must not become a track of the wrong length."""
    path = make_audio(tmp_path / "x", name, seconds=3.0, tags={"title": "x"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableAudio):
        tags_of(path)


@pytest.mark.parametrize("name", FORMATS)
def test_no_broken_byte_gets_past_the_reader(tmp_path: Path, name: str) -> None:
    """Whatever is wrong with a file, one kind of error comes out, or tags that can be stored."""
    path = make_audio(tmp_path / "x", name, seconds=0.2, tags=COMMON)
    whole = path.read_bytes()
    for at in range(0, min(len(whole), 3000), 11):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            found = tags_of(path).metadata
        except UnreadableAudio:
            continue
        assert found.duration_seconds > 0
        for text in (found.title, found.artist, found.album):
            assert text is None or text.encode().decode() == text


def test_a_pipe_with_the_name_of_a_song_does_not_hold_the_reader(tmp_path: Path) -> None:
    """Opening it would wait for a writer that never comes."""
    os.mkfifo(tmp_path / "x.mp3")
    with pytest.raises(UnreadableAudio):
        tags_of(tmp_path / "x.mp3")


def test_retagging_shows(tmp_path: Path) -> None:
    """The maker itself must not be what makes the tests above pass."""
    path = make_audio(tmp_path / "x", "mp3", tags={"title": "before"})
    retag(path, path, {"title": "after"})
    assert tags_of(path).metadata.title == "after"
