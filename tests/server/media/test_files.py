"""Opening a file of a root, and nothing that lies outside it."""

import os
from pathlib import Path

import pytest

from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.server.media.files import open_below


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of music with an album in it, and a secret beside it."""
    (tmp_path / "music" / "album").mkdir(parents=True)
    (tmp_path / "music" / "album" / "song.flac").write_bytes(b"fLaC song")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_bytes(b"secret")
    return tmp_path / "music"


def opened(root: Path, path: bytes) -> bytes:
    """What is read of it."""
    with open_below(os.fsencode(root), path) as file:
        return os.pread(file.descriptor, 100, 0)


def refusal(root: Path, path: bytes) -> ProblemCode:
    """Why it is not opened."""
    with pytest.raises(RequestRefused) as caught:
        open_below(os.fsencode(root), path)
    return caught.value.code


def test_a_file_is_opened(root: Path) -> None:
    """The common case: no link anywhere."""
    assert opened(root, b"album/song.flac") == b"fLaC song"


def test_a_link_inside_the_root_is_followed(root: Path) -> None:
    """Many keep their albums under several names."""
    (root / "again").symlink_to("album")
    (root / "one.flac").symlink_to(root / "album" / "song.flac")
    assert opened(root, b"again/song.flac") == b"fLaC song"
    assert opened(root, b"one.flac") == b"fLaC song"


def test_a_root_that_is_a_link_itself_is_one_that_a_person_named(root: Path) -> None:
    """`--music ~/Music` may be a link to another disk."""
    link = root.parent / "link"
    link.symlink_to(root)
    (root / "again").symlink_to("album")
    assert opened(link, b"album/song.flac") == b"fLaC song"
    assert opened(link, b"again/song.flac") == b"fLaC song"


@pytest.mark.parametrize("target", ["../secret/key", "/etc/passwd", "album/../../secret/key"])
def test_a_link_out_of_the_root_is_refused(root: Path, target: str) -> None:
    """Whoever may write into a folder of music must not read the whole disk with it."""
    (root / "out.flac").symlink_to(target)
    assert refusal(root, b"out.flac") is ProblemCode.TRACK_GONE


def test_a_folder_that_is_a_link_out_of_the_root_is_refused(root: Path) -> None:
    """The same, one level up."""
    (root / "out").symlink_to("../secret")
    assert refusal(root, b"out/key") is ProblemCode.TRACK_GONE


@pytest.mark.parametrize("path", [b"../secret/key", b"album/../../secret/key", b"./../secret/key", b"album//song.flac"])
def test_a_path_that_climbs_is_refused(root: Path, path: bytes) -> None:
    """Paths come from our own store; this is the second lock on the door."""
    assert refusal(root, path) is ProblemCode.TRACK_GONE


def test_a_root_whose_name_begins_like_another_is_not_the_other(root: Path) -> None:
    """`music-private` begins with `music`."""
    private = root.parent / "music-private"
    private.mkdir()
    (private / "song.flac").write_bytes(b"private")
    (root / "out.flac").symlink_to("../music-private/song.flac")
    assert refusal(root, b"out.flac") is ProblemCode.TRACK_GONE


def test_what_is_no_file_is_no_track(root: Path) -> None:
    """A pipe under a song's name must not keep a thread waiting."""
    os.mkfifo(root / "pipe.flac")
    assert refusal(root, b"pipe.flac") is ProblemCode.TRACK_GONE
    assert refusal(root, b"album") is ProblemCode.TRACK_GONE


def test_a_file_that_vanished_is_gone_and_one_that_cannot_be_read_may_come_back(root: Path) -> None:
    """404 tells a client to drop the track, 503 to try again."""
    assert refusal(root, b"album/other.flac") is ProblemCode.TRACK_GONE
    loop = root / "loop.flac"
    loop.symlink_to("loop.flac")
    assert refusal(root, b"loop.flac") is ProblemCode.TRACK_GONE
    assert refusal(root, b"album/" + b"a" * 300) is ProblemCode.FILE_UNREADABLE


def test_no_descriptor_is_left_open(root: Path) -> None:
    """A server that runs for months must not leak one for each refusal."""
    (root / "out.flac").symlink_to("../secret/key")
    (root / "again").symlink_to("album")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        opened(root, b"again/song.flac")
        for path in (b"out.flac", b"album/none", b"album"):
            refusal(root, path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
