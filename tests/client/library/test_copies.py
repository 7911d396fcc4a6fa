"""Copies by their bytes: what is told of them last counts."""

from pathlib import Path

from soul_player.client.library.copies import add_copy, find_copy
from soul_player.client.library.download_model import NewCopy
from soul_player.client.library.open import open_library
from soul_player.protocol.quality import StreamQuality
from tests.conftest import run

SHA256 = bytes(range(32))
OWN_HASH = f"sha256:{SHA256.hex()}"


def test_a_file_that_was_taken_for_an_original_is_what_its_source_says_later(tmp_path: Path) -> None:
    """A crash before its row left it: of what it was made its name does not tell."""

    async def story() -> None:
        async with open_library(tmp_path) as library:
            found = NewCopy(SHA256, 5, "application/octet-stream", StreamQuality.ORIGINAL, OWN_HASH, None)
            told = NewCopy(SHA256, 5, "audio/ogg", StreamQuality.LOW, "sha256:of the original", "v1:its audio")
            copy_id = await library.write(add_copy, found, now_ms=1)
            assert await library.write(add_copy, told, now_ms=2) == copy_id
            copy = await library.read(find_copy, copy_id)
            assert copy is not None
            assert (copy.quality, copy.content_type) == (StreamQuality.LOW, "audio/ogg")
            assert (copy.file_hash, copy.audio_hash) == ("sha256:of the original", "v1:its audio")

    run(story())


def test_what_is_known_of_an_original_stays_known(tmp_path: Path) -> None:
    """Another source may have the same bytes, and tell less of them."""

    async def story() -> None:
        async with open_library(tmp_path) as library:
            whole = NewCopy(SHA256, 5, "audio/flac", StreamQuality.ORIGINAL, OWN_HASH, "v1:its audio")
            less = NewCopy(SHA256, 5, "audio/flac", StreamQuality.ORIGINAL, OWN_HASH, None)
            copy_id = await library.write(add_copy, whole, now_ms=1)
            assert await library.write(add_copy, less, now_ms=2) == copy_id
            copy = await library.read(find_copy, copy_id)
            assert copy is not None
            assert (copy.file_hash, copy.audio_hash, copy.verified_at_ms) == (OWN_HASH, "v1:its audio", 2)

    run(story())
