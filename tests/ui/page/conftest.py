"""What the tests of the page share: a server and a client as long as the tests run, a browser for each file of them.

Playwright keeps an event loop in the thread of the tests: it ends with each file, before others want theirs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.ui.page.music import WHOLE, make_folder, make_music
from tests.ui.page.places import PASSWORD, few_tracks
from tests.ui.page.world import Client, Visitor, browser, client_at, first_password, server_at, soul, visitor, wait_for


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """One browser."""
    with browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server serves."""
    folder = tmp_path_factory.mktemp("music")
    make_music(folder)
    return folder


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Iterator[Client]:
    """A client of a server and of a folder of its own, everything synced and matched.

    What is heard whole would be kept as a copy, and where a track is would depend on the tests before: here is no room.
    """
    with _synced(tmp_path_factory.mktemp("page"), music) as opened:
        opened.ask("PUT", "/api/settings/cache_limit_bytes", {"value": 0})
        yield opened


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Iterator[Client]:
    """Another one like it, of one file of tests alone, with room for copies; nothing of the server's is here yet."""
    with _synced(tmp_path_factory.mktemp("untouched"), music) as opened:
        yield opened


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the servers serve that a test has for itself: three short tracks."""
    folder = tmp_path_factory.mktemp("few")
    few_tracks(folder)
    return folder


@pytest.fixture(scope="session")
def anns_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a server at which Ann has an account, to be copied for each server that is started."""
    home = tmp_path_factory.mktemp("anns") / "server"
    soul(home, "user", "add", "ann", "--password-stdin", stdin=PASSWORD + "\n")
    return home


@contextmanager
def _synced(root: Path, music: Path) -> Iterator[Client]:
    make_folder(root / "folder", music)
    with server_at(root / "server", music) as url, client_at(root / "client") as opened:
        opened.add_server(url, "admin", first_password(root / "server"))
        opened.add_folder(root / "folder")
        wait_for("the whole library", lambda: opened.counts() == WHOLE)
        yield opened


@pytest.fixture
def person(chrome: Browser, client: Client) -> Iterator[Visitor]:
    """Somebody with a fresh browser profile at a desk, to whom nothing was ever played."""
    client.ask("PUT", "/api/player/queue", {})
    with visitor(chrome, client) as opened:
        yield opened
