"""Whatever lies on a disk, the walk ends, says what it left out, and goes on with the rest."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from soul_player.audio.source import Stamp
from soul_player.folders.walk import Listing, PlainStamp, walk


def walked(root: Path) -> tuple[dict[bytes, PlainStamp], dict[bytes, str]]:
    listings = list(walk(os.fsencode(root)))
    files = {path: stamp for listing in listings for path, stamp in listing.files}
    return files, {left_out.path: left_out.reason for listing in listings for left_out in listing.left_out}


def touch(path: Path | bytes) -> None:
    path = Path(os.fsdecode(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def test_music_is_found_by_name_in_any_depth(tmp_path: Path) -> None:
    """Hidden files, wastebaskets and what is no music stay out."""
    for name in ("a.mp3", "b/c.FLAC", "b/d/e/f.m4a", "g.opus"):
        touch(tmp_path / name)
    for name in (".hidden.mp3", ".stversions/old.mp3", "@eaDir/a.mp3", "notes.txt", "cover.jpg", "mp3", "b/.mp3"):
        touch(tmp_path / name)
    files, left_out = walked(tmp_path)
    assert set(files) == {b"a.mp3", b"b/c.FLAC", b"b/d/e/f.m4a", b"g.opus"}
    assert left_out == {}
    status = (tmp_path / "a.mp3").stat()
    assert files[b"a.mp3"] == Stamp(1, status.st_mtime_ns, status.st_ino)


def test_names_that_are_no_utf8_are_names(tmp_path: Path) -> None:
    """Old disks hold Latin-1 and worse; such a file is a track like any other."""
    name = b"caf\xe9 \xff\xfe/\xe9t\xe9.mp3"
    touch(os.fsencode(tmp_path) + b"/" + name)
    files, left_out = walked(tmp_path)
    assert set(files) == {name}
    assert left_out == {}


def test_links_that_lead_out_are_refused_and_loops_end(tmp_path: Path) -> None:
    """A link must not show files from elsewhere, nor hold the walk for ever."""
    music, outside = tmp_path / "music", tmp_path / "outside"
    touch(music / "album" / "song.mp3")
    touch(outside / "secret.mp3")
    (music / "loop").symlink_to(music)
    (music / "album" / "up").symlink_to("..")
    (music / "again.mp3").symlink_to(music / "album" / "song.mp3")
    (music / "out").symlink_to(outside)
    (music / "out.mp3").symlink_to(outside / "secret.mp3")
    (music / "dotted.mp3").symlink_to("../outside/secret.mp3")
    (music / "nowhere.mp3").symlink_to(music / "gone.mp3")
    (music / "endless.mp3").symlink_to(music / "endless.mp3")
    files, left_out = walked(music)
    assert set(files) == {b"album/song.mp3"}
    assert set(left_out) == {b"out", b"out.mp3", b"dotted.mp3", b"nowhere.mp3", b"endless.mp3"}
    assert "leads out" in left_out[b"out.mp3"]


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    """A pipe with the name of a song."""
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "folder.mp3").mkdir()
    touch(tmp_path / "folder.mp3" / "song.mp3")
    files, left_out = walked(tmp_path)
    assert set(files) == {b"folder.mp3/song.mp3"}
    assert left_out == {b"pipe.mp3": "not a regular file"}


def test_a_root_that_is_not_there_is_one_incomplete_listing(tmp_path: Path) -> None:
    """An unmounted disk: nothing was seen, so nothing is missing."""
    (listing,) = walk(os.fsencode(tmp_path / "gone"))
    assert not listing.is_complete
    assert listing.files == []
    assert "no such file or directory" in listing.left_out[0].reason


def test_a_path_too_long_for_the_system_ends_the_descent_only(tmp_path: Path) -> None:
    """Folders in folders, deeper than any path may be, are made step by step, as other systems can."""
    touch(tmp_path / "song.mp3")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(30):
        os.mkdir(b"d" * 200, dir_fd=here)
        below = os.open(b"d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    files, left_out = walked(tmp_path)
    assert set(files) == {b"song.mp3"}
    assert any("too long" in reason for reason in left_out.values())


WALK_AS_SOMEBODY = """
import os, sys
from soul_player.folders.walk import walk
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for listing in walk(os.fsencode(sys.argv[1])):
    print(os.fsdecode(listing.folder), listing.is_complete, len(listing.files), len(listing.left_out))
"""


@pytest.fixture
def open_folder() -> Path:
    """A folder that another user may enter, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="soul-walk-"))
    folder.chmod(0o755)
    return folder


def test_a_folder_without_permission_is_told_and_the_rest_goes_on(open_folder: Path) -> None:
    """As somebody whom the folder is closed to: to root nothing is."""
    touch(open_folder / "a" / "1.mp3")
    touch(open_folder / "closed" / "2.mp3")
    touch(open_folder / "z" / "3.mp3")
    (open_folder / "closed").chmod(0)
    done = subprocess.run(
        [sys.executable, "-c", WALK_AS_SOMEBODY, str(open_folder)], capture_output=True, check=True, text=True
    )
    assert done.stdout.splitlines() == [" True 0 0", "a True 1 0", "closed False 0 1", "z True 1 0"]


def test_the_picture_of_a_folder_is_noted(tmp_path: Path) -> None:
    """So that a scan sees when another one lies there."""
    touch(tmp_path / "album" / "song.mp3")
    touch(tmp_path / "album" / "Front.png")
    touch(tmp_path / "album" / "cover.jpg")
    images = {listing.folder: listing.image for listing in walk(os.fsencode(tmp_path)) if listing.image}
    assert {folder: image[0] for folder, image in images.items() if image} == {b"album": b"cover.jpg"}


def test_a_listing_begins_complete() -> None:
    """What is not in an incomplete one is not missing; so the default matters."""
    assert Listing(b"").is_complete
