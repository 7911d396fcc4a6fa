"""A cover is found where people keep it, and nothing that only calls itself one."""

import io
import os
from pathlib import Path

from PIL import Image

from soul_player.audio.artwork import find_artwork, folder_artwork, folder_images
from soul_player.audio.ffmpeg import run_ffmpeg
from tests.makers_audio import make_audio
from tests.makers_bytes import opened


def picture(colour: str = "red", kind: str = "PNG", size: tuple[int, int] = (80, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def with_cover(folder: Path, name: str, cover: bytes) -> Path:
    (folder / "embed.png").write_bytes(cover)
    plain = make_audio(folder / "plain", name)
    path = folder / f"covered{plain.suffix}"
    run_ffmpeg(
        ("-i", plain, "-i", folder / "embed.png", "-map", "0:a", "-map", "1:v", "-c", "copy")  # noqa: RUF005  # readable
        + ("-disposition:v", "attached_pic", path)
    )
    (folder / "embed.png").unlink()
    return path


def test_the_embedded_picture_comes_before_the_one_of_the_folder(tmp_path: Path) -> None:
    """A single among an album's files has a cover of its own."""
    (tmp_path / "cover.png").write_bytes(picture("blue"))
    for name in ("mp3", "flac", "aac"):
        path = with_cover(tmp_path, name, picture("red"))
        with opened(path) as descriptor:
            found = find_artwork(descriptor, os.fsencode(path), os.fsencode(tmp_path))
        assert found is not None
        assert (found.image, found.content_type) == (picture("red"), "image/png"), name


def test_a_file_without_picture_takes_that_of_its_folder(tmp_path: Path) -> None:
    """Equal bytes have equal ids, so that a client fetches an album's cover once."""
    (tmp_path / "Folder.JPG").write_bytes(picture("green", "JPEG"))
    (tmp_path / "notes.txt").write_bytes(b"x")
    ids = set()
    for name in ("mp3", "opus"):
        path = make_audio(tmp_path / name, name)
        with opened(path) as descriptor:
            found = find_artwork(descriptor, os.fsencode(path), os.fsencode(tmp_path))
        assert found is not None
        assert found.content_type == "image/jpeg"
        ids.add(found.id)
    assert len(ids) == 1


def test_the_likeliest_name_comes_first() -> None:
    """cover before folder before front, whatever the case and the order of the directory."""
    names = [b"Front.png", b"folder.jpg", b"COVER.PNG", b"cover.jpg", b"back.jpg", b"cover.txt"]
    assert folder_images(names) == [b"cover.jpg", b"COVER.PNG", b"folder.jpg", b"Front.png"]


def test_what_is_no_picture_or_a_link_is_passed_over(tmp_path: Path) -> None:
    """A link named cover.jpg must not show files from elsewhere."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(picture("black"))
    album = tmp_path / "album"
    album.mkdir()
    (album / "cover.jpg").write_bytes(b"<html>not found</html>")
    (album / "cover.png").symlink_to(outside / "secret.png")
    assert folder_artwork(os.fsencode(album)) is None
    (album / "front.png").write_bytes(picture("white"))
    found = folder_artwork(os.fsencode(album))
    assert found is not None
    assert found.image == picture("white")
