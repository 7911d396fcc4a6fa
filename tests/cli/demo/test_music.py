"""The demo's music is real: each format is what its name says, tagged, with a cover, and as long as it was meant."""

from pathlib import Path

import pytest
from tinytag import TinyTag

from soul_player.cli.demo.albums import SONGS, Song
from soul_player.cli.demo.music import make_with_cover, retag
from tests.cli.conftest import SMALL


@pytest.mark.parametrize("song", SMALL, ids=lambda song: f"{song.album.audio_format} {song.number}")
def test_each_file_says_what_was_meant(made_music: Path, song: Song) -> None:
    """Read by a library that is not ours."""
    tags = TinyTag.get(made_music / song.path, image=True)
    assert (tags.title, tags.artist, tags.album, tags.track, tags.year) == (
        song.title, song.album.artist, song.album.title, song.number, str(song.album.year),
    )  # fmt: skip
    assert abs((tags.duration or 0) - song.seconds) < 0.1
    assert tags.images.any is not None or (made_music / song.path).with_name("cover.jpg").exists()


def test_a_new_title_changes_the_file_but_not_its_audio(tmp_path: Path) -> None:
    """As a tagger does it."""
    before, after = tmp_path / "a.flac", tmp_path / "b.flac"
    make_with_cover(before, SONGS[0])
    retag(before, after, title="Another")
    assert TinyTag.get(after).title == "Another"
    assert TinyTag.get(after).artist == TinyTag.get(before).artist
    # FLAC keeps the digest of its decoded audio at this place of its header.
    assert after.read_bytes()[26:42] == before.read_bytes()[26:42] != bytes(16)
    assert not before.with_suffix(".jpg").exists()
