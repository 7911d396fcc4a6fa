"""The page as a person has it: a real server, a real client, a real browser, real audio; each a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import not_here

START_SECONDS = 30.0
CHROMIUM = "/usr/bin/chromium"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def soul(home: Path, *arguments: str, stdin: str | None = None) -> str:
    """One command of the program, to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "soul_player", "--home", str(home), *arguments],
        input=stdin, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


@contextmanager
def running(home: Path, *arguments: str) -> Generator["subprocess.Popen[bytes]", None, None]:
    """A command that stays, ended with the block."""
    home.mkdir(parents=True, exist_ok=True)
    said = home / f"{arguments[0]}.log"
    with said.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "soul_player", "--home", str(home), *arguments], stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(what: str, look: Any, *, seconds: float = START_SECONDS) -> Any:
    """What `look` gives once it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError, ValueError):
            found = look()
            if found:
                return found
        time.sleep(0.05)
    pytest.fail(f"{what} did not come within {seconds} s")


@dataclass
class Client:
    """A running `soul ui`; `ask` is another program of the same person."""

    home: Path
    process: "subprocess.Popen[bytes]"
    url: str = ""
    token: str = field(default="", repr=False)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """JSON, or None where there is none."""
        request = urllib.request.Request(
            self.url + path, method=method, headers={"authorization": f"Bearer {self.token}"}
        )
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=20) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def link(self) -> str:
        """Opens the page in one browser."""
        link: str = self.ask("POST", "/api/session/links")["url"]
        return link

    def add_server(self, url: str, username: str, password: str) -> None:
        """As a source, which it syncs by itself."""
        self.ask("POST", "/api/sources", {"url": url, "username": username, "password": password})

    def add_folder(self, folder: Path, *, name: str = "My Folder") -> None:
        """Of this device, as a source."""
        self.ask("POST", "/api/sources/folders", {"folder": str(folder), "name": name})

    def tracks(self) -> int:
        """How many there are to see."""
        return self.counts()[0]

    def counts(self) -> tuple[int, int]:
        """Of tracks, and of those that are files of this device: with both a library of two sources is whole."""
        counts = self.ask("GET", "/api/counts")
        return counts["tracks"], counts["device"]

    def album(self, title: str) -> str:
        """The place of an album in the page."""
        albums = self.ask("GET", "/api/albums?count=500")["albums"]
        return next(f"/albums/{album['key']}" for album in albums if album["title"] == title)

    def id_of(self, title: str) -> int:
        """Of the first track with this very title."""
        rows = self.ask("GET", "/api/lists/tracks?order=title&count=500")["tracks"]
        return next(int(row["id"]) for row in rows if row["title"] == title)


@contextmanager
def client_at(home: Path, *, port: int = 0) -> Generator[Client, None, None]:
    """`soul ui` of this home, answering."""
    run_file = home / "run.json"
    run_file.unlink(missing_ok=True)
    with running(home, "ui", "--port", str(port), "--no-browser") as process:
        client = Client(home, process)

        def look() -> bool:
            assert process.poll() is None, (home / "ui.log").read_text()
            run = json.loads(run_file.read_text())
            client.url, client.token = run["url"], run["token"]
            return True

        wait_for("the page's address", look)
        yield client


@contextmanager
def server_at(
    home: Path, music: Path, *, port: int = 0, name: str = "Home Server", more: tuple[str, ...] = ()
) -> Generator[str, None, None]:
    """`soul serve` of this folder; its address."""
    log = home / "serve.log"
    log.unlink(missing_ok=True)
    with running(home, "serve", "--music", str(music), "--port", str(port), "--name", name, *more) as process:

        def look() -> str | None:
            assert process.poll() is None, log.read_text()
            lines = [line for line in log.read_text().splitlines() if line.startswith("listening on ")]
            return lines[0].removeprefix("listening on ").strip() if lines else None

        yield wait_for("the server's address", look)


def first_password(server_home: Path) -> str:
    """Of its `admin`."""
    return (server_home / "first-password").read_text().splitlines()[0]


def chromium() -> str:
    """Where the browser is."""
    found = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium") or shutil.which("chromium-browser")
    return found or not_here("the page is tested in Chromium, which is not here: make browser installs it")


@contextmanager
def browser() -> Generator[Browser, None, None]:
    """One Chromium; sound needs no click first, as for somebody who uses the page every day."""
    path = chromium()
    arguments = ["--autoplay-policy=no-user-gesture-required"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield launched
        finally:
            launched.close()


@dataclass
class Visitor:
    """A browser of one person, let in, and what went wrong in it. Its page is empty until it goes somewhere."""

    context: BrowserContext
    page: Page
    client: Client
    faults: list[str]

    def go(self, path: str, *, heading: bool = True) -> Page:
        """A place of the page, drawn."""
        self.page.goto(self.client.url + path)
        if heading:
            self.page.wait_for_selector("#main h1", state="attached")
        return self.page


@contextmanager
def visitor(opened: Browser, client: Client, **options: Any) -> Generator[Visitor, None, None]:
    """A fresh profile, let in by the code of a link. What the page's own code throws fails the test."""
    context = opened.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
    context.set_default_timeout(10_000)
    try:
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                faults.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        code = client.link().partition("#code=")[2]
        answer = context.request.post(f"{client.url}/api/session", data={"code": code})
        assert answer.ok, answer.text()
        yield Visitor(context, page, client, faults)
        assert faults == [], faults
    finally:
        context.close()
