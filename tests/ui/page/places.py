"""A person's page beside a server of its own that can be stopped, frozen and started at one address."""

import os
import shutil
import signal
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.makers_audio import make_audio
from tests.ui.page.world import Client, Visitor, client_at, server_at, visitor, wait_for

PASSWORD = "a-long-password"
ALBUM = ("Low Beams", "Coast Road", "Petrol Blue")


@dataclass
class Place:
    """A server that can be stopped and started at one address, with a client of its own that is a person's page."""

    root: Path
    port: int
    client: Client
    person: Visitor
    running: ExitStack

    @property
    def page(self) -> Page:
        """What is looked at."""
        return self.person.page

    def stop(self) -> None:
        """The server is away."""
        self.running.close()

    def start(self) -> None:
        """It is back, at the same address."""
        self.running.enter_context(server_at(self.root / "server", self.root / "music", port=self.port))

    def freeze(self) -> None:
        """It takes connections and answers none."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It answers again."""
        os.kill(self.pid, signal.SIGCONT)

    @property
    def pid(self) -> int:
        """Of the server's process, by the home that it was given."""
        home = os.fsencode(self.root / "server")
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and process.name != str(os.getpid()):
                with suppress(OSError):
                    parts = (process / "cmdline").read_bytes().split(b"\0")
                    if b"serve" in parts and home in parts:
                        return int(process.name)
        raise AssertionError("the server does not run")

    @contextmanager
    def other_device(self) -> Generator[Client, None, None]:
        """Another client of the same account, which keeps itself in sync."""
        with client_at(self.root / "other") as client:
            client.add_server(f"http://127.0.0.1:{self.port}", "ann", PASSWORD)
            yield client


def few_tracks(folder: Path) -> None:
    """One album of short tracks."""
    for number, title in enumerate(ALBUM, 1):
        tags = {"title": title, "artist": "Amber Tide", "album": "Night Drive", "track": str(number)}
        make_audio(folder / f"{number:02d} {title}", "flac", hertz=200 + 50 * number, seconds=5.0, tags=tags)


@contextmanager
def place_at(chrome: Browser, music: Path, anns_server: Path, root: Path) -> Generator[Place, None, None]:
    """All in sync, and somebody let in. `anns_server`: a home of which the server's is a copy."""
    (root / "music").symlink_to(music)
    shutil.copytree(anns_server, root / "server")
    with ExitStack() as stack, ExitStack() as running:
        url = running.enter_context(server_at(root / "server", root / "music"))
        port = int(url.rpartition(":")[2])
        client = stack.enter_context(client_at(root / "client"))
        client.add_server(url, "ann", PASSWORD)
        wait_for("the library", lambda: client.tracks() == len(ALBUM))
        person = stack.enter_context(visitor(chrome, client))
        yield Place(root, port, client, person, running)
