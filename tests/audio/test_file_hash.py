"""Re-tagging must not change what a recording is; another recording must."""

import hashlib
import os
import re
from pathlib import Path

import pytest

from soul_player.audio.file_hash import FileChanged, audio_hash_text, file_hash_text, hash_descriptor
from tests.makers_audio import FORMATS, make_audio, retag
from tests.makers_bytes import VECTORS, box, hashes_of, mp4, ogg_page, opened, opus_head

TAGS = {"title": "Another title", "artist": "Someone else", "album": "x" * 3000, "comment": "y" * 9000, "track": "9"}
PAGE = Path(__file__).parents[2] / "docs" / "audio-hash.md"
ROW = re.compile(r"\| `([^`]+)` \| `(sha256:[0-9a-f]{64})` \| `(v1:[0-9a-f]{64})` \|")


@pytest.mark.parametrize("name", FORMATS)
def test_new_tags_leave_the_audio_hash_and_change_the_file_hash(tmp_path: Path, name: str) -> None:
    """A re-tagged file keeps its plays and playlists only if its audio is recognised."""
    original = make_audio(tmp_path / "original", name)
    tagged = retag(original, tmp_path / f"tagged{original.suffix}", TAGS)
    before, after = hashes_of(original), hashes_of(tagged)
    assert before.audio is not None
    assert after.audio == before.audio
    assert after.file != before.file
    assert after.file == hashlib.sha256(tagged.read_bytes()).digest()


@pytest.mark.parametrize("name", FORMATS)
def test_other_audio_has_another_hash(tmp_path: Path, name: str) -> None:
    """Two songs must never be taken for one."""
    low, high = make_audio(tmp_path / "low", name), make_audio(tmp_path / "high", name, hertz=880)
    assert hashes_of(low).audio != hashes_of(high).audio


def test_the_vectors_on_the_page_hold() -> None:
    """The digest is fixed: another version, or another program, must come to the same."""
    rows = ROW.findall(PAGE.read_text())
    assert {name for name, _, _ in rows} == {path.name for path in VECTORS.iterdir()}
    for name, file_hash, audio_hash in rows:
        found = hashes_of(VECTORS / name)
        assert found.audio is not None
        assert (name, file_hash_text(found.file), audio_hash_text(found.audio)) == (name, file_hash, audio_hash)


def test_flac_frames_are_the_same_in_ogg() -> None:
    """The container is no part of the recording."""
    assert hashes_of(VECTORS / "tone.flac").audio == hashes_of(VECTORS / "tone.oga").audio


@pytest.mark.parametrize("name", ["mp3", "flac"])
def test_tags_at_the_end_are_no_audio(tmp_path: Path, name: str) -> None:
    """ID3v1, APE and Lyrics3 stand behind the frames, in any order and number."""
    plain = make_audio(tmp_path / "plain", name)
    audio = plain.read_bytes()
    id3v1 = b"TAG" + b"t" * 125
    enhanced = b"TAG+" + b"t" * 223
    items = b"\x05\0\0\0\0\0\0\0Title\0hello"
    ape_footer = b"APETAGEX" + (2000).to_bytes(4, "little") + (len(items) + 32).to_bytes(4, "little") + bytes(4)
    ape = ape_footer + b"\0\0\0\xa0" + bytes(8) + items + ape_footer + b"\0\0\0\x80" + bytes(8)
    lyrics = b"LYRICSBEGIN" + b"la la la"
    lyrics3 = lyrics + f"{len(lyrics):06d}".encode() + b"LYRICS200"
    old_lyrics = b"LYRICSBEGIN" + b"la " * 99 + b"LYRICSEND"
    for tail in (id3v1, ape, ape + id3v1, lyrics3 + id3v1, ape + lyrics3 + id3v1, old_lyrics + id3v1, enhanced + id3v1):
        tagged = tmp_path / f"tagged{plain.suffix}"
        tagged.write_bytes(audio + tail)
        assert hashes_of(tagged).audio == hashes_of(plain).audio, tail[:12]


def test_opus_packets_count_not_pages(tmp_path: Path) -> None:
    """Tools lay the same packets out in other pages; a second stream beside them is no part of the audio."""
    packets = [bytes([number]) * (200 + 100 * number) for number in range(1, 9)]
    head, tags = ogg_page([opus_head()], flags=2), ogg_page([b"OpusTags" + bytes(8)])
    big_tags = ogg_page([b"OpusTags" + bytes(20_000)])
    other = ogg_page([b"fishead\0"], serial=9, flags=2)
    one_page = head + tags + ogg_page(packets, flags=4)
    many_pages = other + head + big_tags + b"".join(ogg_page([packet]) for packet in packets[:-1])
    many_pages += ogg_page([b"text"], serial=9) + ogg_page(packets[-1:], flags=4)
    headers_and_audio = head + ogg_page([b"OpusTags", packets[0]]) + ogg_page(packets[1:], flags=4)
    expected = hashlib.sha256(b"".join(packets)).digest()
    for number, content in enumerate((one_page, many_pages, headers_and_audio)):
        path = tmp_path / f"{number}.opus"
        path.write_bytes(content)
        assert hashes_of(path).audio == expected


def test_mp4_samples_count_in_the_order_of_playing(tmp_path: Path) -> None:
    """Chunks may lie in any order in the file, and a second track between them."""
    samples = [b"first" * 9, b"second" * 50_000, b"third"]
    expected = hashlib.sha256(b"".join(samples)).digest()
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        path = tmp_path / "x.m4a"
        path.write_bytes(mp4(samples, order=order))
        assert hashes_of(path).audio == expected, order


HOSTILE = {
    "empty.mp3": b"",
    "zeros.mp3": bytes(300_000),
    "text.mp3": b"This is no audio at all, whatever its name says. " * 99,
    "only-tags.mp3": b"ID3\x04\0\0\0\0\x7f\x7f" + b"x" * 2000,
    "endless-tags.mp3": b"ID3\x04\0\0\0\0\0\0" * 999,
    "tag-beyond-the-end.mp3": b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"x" * 50,
    "marker-only.flac": b"fLaC",
    "no-frame.flac": b"fLaC\x80\0\0\x04abcdNOFRAME",
    "block-beyond-the-end.flac": b"fLaC\x00\xff\xff\xff" + bytes(90),
    "one-byte.ogg": b"O",
    "cut-page.ogg": (ogg_page([opus_head()], flags=2) + ogg_page([b"OpusTags"]) + ogg_page([b"x" * 99]))[:-10],
    "headers-only.opus": ogg_page([opus_head()], flags=2) + ogg_page([b"OpusTags"]),
    "garbage-behind.opus": ogg_page([opus_head()], flags=2) + ogg_page([b"OpusTags"]) + ogg_page([b"x"]) + b"trash" * 9,
    "no-movie.m4a": box(b"ftyp", b"M4A "),
    "no-tables.m4a": box(b"ftyp", b"M4A ") + box(b"moov", box(b"trak", box(b"mdia"))),
    "video.m4a": mp4([b"abc"], handler=b"vide"),
    "beyond.m4a": mp4([b"abc"]).replace(
        b"stsz" + bytes(8) + b"\0\0\0\1\0\0\0\3", b"stsz" + bytes(8) + b"\0\0\0\1\x7f\0\0\0"
    ),
    "many-samples.m4a": mp4([b"abc"]).replace(
        b"stsz" + bytes(8) + b"\0\0\0\1", b"stsz" + bytes(8) + b"\xff\xff\xff\xff"
    ),
    "fixed-and-huge.m4a": mp4([b"abc"]).replace(b"stsz" + bytes(8), b"stsz" + bytes(4) + b"\xff\xff\xff\xff"),
    "box-in-itself.m4a": box(b"ftyp", b"M4A ") + b"\0\0\0\4moov" + bytes(64),
    "no-data.wav": b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + bytes(16),
    "beyond.wav": b"RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff" + bytes(16),
    "empty-data.wav": b"RIFF\x24\0\0\0WAVEdata\0\0\0\0",
    "tiny-sound.aiff": b"FORM\0\0\0\x20AIFFSSND\0\0\0\4\0\0\0\0" + bytes(16),
    "unknown.mp3x": b"\x1aE\xdf\xa3 something else",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_whose_audio_cannot_be_found_has_no_audio_hash(tmp_path: Path, name: str) -> None:
    """No hash is better than a wrong one: broken files would all become one recording."""
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    found = hashes_of(path)
    assert found.audio is None
    assert found.file == hashlib.sha256(HOSTILE[name]).digest()


@pytest.mark.parametrize("name", FORMATS)
def test_no_cut_of_a_file_breaks_the_reader(tmp_path: Path, name: str) -> None:
    """Every prefix of a real file is met some day: a copy under way, a full disk."""
    whole = make_audio(tmp_path / "whole", name, seconds=0.2).read_bytes()
    path = tmp_path / f"cut{make_audio(tmp_path / 'whole', name, seconds=0.2).suffix}"
    for length in (*range(0, 200, 7), *range(200, len(whole), max(1, len(whole) // 60))):
        path.write_bytes(whole[:length])
        assert hashes_of(path).file == hashlib.sha256(whole[:length]).digest()


def test_a_file_that_changes_while_it_is_read_has_no_hash(tmp_path: Path) -> None:
    """A hash of half the old and half the new state would be a lie."""
    path = make_audio(tmp_path / "x", "wav", seconds=4.0)

    def change() -> None:
        os.utime(path, ns=(1, 1))

    with opened(path) as descriptor, pytest.raises(FileChanged):
        hash_descriptor(descriptor, check=change)
