"""A small folder of real music, made once a run."""

import shutil
from pathlib import Path

import pytest

from soul_player.cli.demo.albums import SONGS
from soul_player.cli.demo.music import make_library
from tests.cli.programs import add_source, serving, soul, wait_for_tracks

# One of each format.
SMALL = (SONGS[0], SONGS[1], SONGS[5], SONGS[10], SONGS[15], SONGS[20])


@pytest.fixture(scope="session")
def made_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six songs; not to be changed."""
    folder = tmp_path_factory.mktemp("made") / "music"
    make_library(folder, SMALL)
    return folder


@pytest.fixture
def music(made_music: Path, tmp_path: Path) -> Path:
    """A test's own copy."""
    return Path(shutil.copytree(made_music, tmp_path / "music"))


@pytest.fixture(scope="session")
def synced_home(made_music: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client's home with the six songs in it, its server gone; not to be changed."""
    folder = tmp_path_factory.mktemp("synced")
    with serving(folder / "server", "--music", made_music) as server:
        assert soul("scan", home=server.home).code == 0
        add_source(folder / "client", server)
        wait_for_tracks(folder / "client", len(SMALL))
    return folder / "client"
