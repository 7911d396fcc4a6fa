"""A track's picture, in the size that is asked for."""

import io
from pathlib import Path

import pytest
from PIL import Image

from soul_player.folders.messages import Failed, Picture
from soul_player.server.media.artwork import KEPT_BYTES_MAX, Artwork
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.server.in_process import house


def test_a_folders_picture_comes_in_every_size_and_not_twice(tmp_path: Path) -> None:
    """As it is, smaller, and as 304 to who has it."""
    music = tmp_path / "music"
    make_audio(music / "song", "flac")
    Image.new("RGB", (900, 600), (200, 30, 10)).save(music / "cover.jpg")

    async def story() -> None:
        async with house(tmp_path / "home", music=(music,)) as it:
            await it.server.scanner.scan()
            await it.server.scanner.hash_all()
            token = (await it.sign_in()).access_token
            (track,) = (await it.ask("GET", "/api/sync/tracks", token=token)).json["tracks"]
            target = f"/api/tracks/{track['id']}/artwork"
            original = await it.ask("GET", target, token=token)
            assert original.body == (music / "cover.jpg").read_bytes()
            assert original.headers["content-type"] == "image/jpeg"
            small = await it.ask("GET", f"{target}?size=90", token=token)
            with Image.open(io.BytesIO(small.body)) as image:
                assert image.size == (90, 60)
            assert small.headers["etag"] != original.headers["etag"]
            assert track["artwork_id"] in small.headers["etag"]
            known = {"If-None-Match": small.headers["etag"]}
            assert (await it.ask("GET", f"{target}?size=90", token=token, headers=known)).status == 304
            assert (await it.ask("GET", f"{target}?size=91", token=token, headers=known)).status == 200
            for size in ("63", "1201", "0", "big", "-1", ""):
                refused = await it.ask("GET", f"{target}?size={size}", token=token)
                assert (refused.status, refused.code) == (422, "invalid_size")

    run(story())


@pytest.mark.parametrize("hashed", [True, False])
def test_a_track_without_a_picture_says_so(tmp_path: Path, hashed: bool) -> None:
    """404 with a code of its own: the track is there."""
    make_audio(tmp_path / "music" / "song", "flac")

    async def story() -> None:
        async with house(tmp_path / "home", music=(tmp_path / "music",)) as it:
            await it.server.scanner.scan()
            if hashed:
                await it.server.scanner.hash_all()
            token = (await it.sign_in()).access_token
            (track,) = (await it.ask("GET", "/api/sync/tracks", token=token)).json["tracks"]
            reply = await it.ask("GET", f"/api/tracks/{track['id']}/artwork", token=token)
            assert (reply.status, reply.code) == (404, "artwork_not_found")

    run(story())


class ManyPictures:
    """A worker process that has a picture of two megabytes for every file."""

    def __init__(self) -> None:
        self.asked = 0

    async def artwork(self, root: bytes, path: bytes, *, size: int | None) -> Picture | Failed:
        """Its id is the path."""
        self.asked += 1
        return Picture(path.decode(), "image/jpeg", bytes(2 << 20))


def test_pictures_are_kept_within_a_bound() -> None:
    """A library of a million covers must not end up in memory."""
    pictures = ManyPictures()
    artwork = Artwork(pictures)

    async def story() -> None:
        for number in range(40):
            await artwork.picture_of(b"/m", str(number).encode(), known_id=str(number), size=100)
        assert artwork.kept_bytes <= KEPT_BYTES_MAX
        await artwork.picture_of(b"/m", b"39", known_id="39", size=100)
        assert pictures.asked == 40
        await artwork.picture_of(b"/m", b"0", known_id="0", size=100)
        assert pictures.asked == 41

    run(story())
