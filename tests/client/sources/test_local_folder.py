"""Which folders of this device may be sources."""

import os
from pathlib import Path

import pytest

from soul_player.client import ClientError, FolderInvalid, SourceExists
from tests.client.clients import opened_client
from tests.conftest import run


def test_a_folder_is_added_under_its_own_name_and_is_never_the_active_source(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "Music").mkdir()
        (tmp_path / "else" / "music").mkdir(parents=True)
        async with opened_client(tmp_path / "home") as client:
            first = await client.sources.add_folder(tmp_path / "Music")
            second = await client.sources.add_folder(tmp_path / "else" / "music")
            assert (first.name, second.name) == ("Music", "music 2")
            assert [source.is_active for source in await client.sources.list()] == [False, False]
            with pytest.raises(FolderInvalid):
                await client.sources.activate(first.id)
            assert await client.sources.is_online(first.id)
            (tmp_path / "Music").rmdir()
            assert not await client.sources.is_online(first.id)

    run(story())


def test_a_folder_twice_or_nested_is_refused_under_whatever_name_it_goes(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "music" / "jazz").mkdir(parents=True)
        (tmp_path / "musical").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "music")
        async with opened_client(tmp_path / "home") as client:
            await client.sources.add_folder(tmp_path / "music")
            for folder in ("music", "music/", "music/jazz", "link", "link/jazz", "music/../music", "."):
                with pytest.raises(SourceExists):
                    await client.sources.add_folder(f"{tmp_path}/{folder}")
            # Its name only begins alike.
            await client.sources.add_folder(tmp_path / "musical")
            (tmp_path / "third").mkdir()
            with pytest.raises(SourceExists):
                await client.sources.add_folder(tmp_path / "third", name="MUSIC")

    run(story())


@pytest.mark.parametrize(
    ("name", "said"),
    [("none", "no folder"), ("file", "is a file"), ("loop", "cannot be listed"), ("a\0b", "can be no folder")],
)
def test_what_is_no_folder_is_said_to_be_none(tmp_path: Path, name: str, said: str) -> None:
    async def story() -> None:
        (tmp_path / "file").write_bytes(b"")
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        async with opened_client(tmp_path / "home") as client:
            with pytest.raises(FolderInvalid, match=said):
                await client.sources.add_folder(tmp_path / name)
            with pytest.raises(FolderInvalid, match="library's own"):
                await client.sources.add_folder(tmp_path / "home")
            assert await client.sources.list() == []

    run(story())


def test_a_name_that_is_no_text_is_kept_to_the_byte(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir()

    async def story() -> None:
        async with opened_client(tmp_path / "home") as client:
            source = await client.sources.add_folder(folder)
            assert source.name == "caf\\xe9"
            assert os.fsencode(source.url) == folder
            with pytest.raises(ClientError):
                await client.sources.add_folder(folder)

    run(story())
