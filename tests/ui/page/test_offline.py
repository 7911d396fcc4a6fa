"""With every server down: it opens, browses, searches, plays; and it can be used while the first sync still runs."""

import random
import re
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.makers_audio import make_audio
from tests.ui.page.music import WHOLE, make_folder
from tests.ui.page.test_playing import play
from tests.ui.page.world import Client, Visitor, client_at, first_password, server_at, soul, visitor, wait_for


@pytest.fixture(scope="module")
def stranded(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Iterator[Client]:
    """A client that knows a server's library, and the server is gone before it starts."""
    root = tmp_path_factory.mktemp("stranded")
    make_folder(root / "folder", music)
    with server_at(root / "server", music) as url, client_at(root / "client") as opened:
        opened.add_server(url, "admin", first_password(root / "server"))
        opened.add_folder(root / "folder")
        wait_for("the whole library", lambda: opened.counts() == WHOLE)
    with client_at(root / "client") as opened:
        wait_for("that the server is away", lambda: not _server(opened)["is_online"])
        yield opened


def _server(client: Client) -> dict[str, object]:
    sources: list[dict[str, object]] = client.ask("GET", "/api/status")["sources"]
    return next(source for source in sources if source["type"] == "server")


def test_it_opens_browses_searches_and_plays_with_every_server_down(chrome: Browser, stranded: Client) -> None:
    """Behaviours 1 and 5: search and filters are the same; what cannot be had says whose being away is the reason."""
    with visitor(chrome, stranded) as person:
        page = person.go("/tracks")
        expect(page.locator(".heading p")).to_have_text("16 tracks · 2 sources")
        expect(page.locator(".badge")).to_contain_text("Offline")
        kettle = page.get_by_role("row", name=re.compile("Kettle Song"))
        expect(kettle.locator(".where")).to_have_text("Unavailable")
        expect(kettle.locator(".where")).to_have_attribute("title", "Home Server is away")
        play(person, "Coast Road")
        expect(page.locator(".bar .comes-from")).to_contain_text("Playing from this device")
        note = page.locator(".note.is-offline")
        expect(note).to_contain_text("You are offline. 3 tracks play from this device.")
        note.get_by_role("button", name="Show only these").click()
        expect(page.get_by_role("button", name="Available offline")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".heading p")).to_have_text("3 of 16 tracks shown")
        note.get_by_role("button", name="Close").click()
        expect(note).not_to_be_attached()
        page.get_by_role("searchbox").fill("kettle")
        expect(page.get_by_role("row", name=re.compile("Kettle Song"))).to_be_visible()
        page.get_by_role("button", name="Available offline").click()
        expect(page.get_by_text("Nothing of it is on this device")).to_be_visible()


def test_a_queue_passes_over_what_cannot_be_had(chrome: Browser, stranded: Client) -> None:
    """From one track that is here to the next one that is."""
    with visitor(chrome, stranded) as person:
        page = person.go("/tracks")
        play(person, "Coast Road")
        page.keyboard.press("Shift+ArrowRight")
        expect(page.locator(".playing")).to_contain_text("Low Beams")
        page.keyboard.press("q")
        expect(page.get_by_role("complementary", name="Queue")).to_contain_text("Home Server is away")


def test_signing_in_never_blocks_local_music(chrome: Browser, tmp_path: Path, music: Path) -> None:
    """A source that wants its password again is no wall."""
    make_folder(tmp_path / "folder", music)
    with (
        server_at(tmp_path / "server", music) as url,
        client_at(tmp_path / "client") as opened,
        visitor(chrome, opened) as person,
    ):
        opened.add_server(url, "admin", first_password(tmp_path / "server"))
        opened.add_folder(tmp_path / "folder")
        wait_for("the whole library", lambda: opened.counts() == WHOLE)
        soul(tmp_path / "server", "user", "passwd", "admin", "--password-stdin", stdin="another password\n")
        opened.ask("POST", "/api/sync", {})
        wait_for("that it wants its password", lambda: _server(opened)["needs_sign_in"])
        page = person.go("/tracks")
        expect(page.locator(".badge")).to_contain_text("Sync Failed (Retry?)")
        play(person, "Only Here")
        expect(page.locator(".bar .comes-from")).to_contain_text("Playing from this device")


def test_only_what_is_downloaded_is_played_without_going_offline(person: Visitor, client: Client) -> None:
    """Behaviour 7: the server is there, and the queue still passes over what would stream."""
    page = person.go("/tracks")
    page.evaluate("() => localStorage.setItem('soul.isOfflineOnly', 'true')")
    page.reload()
    play(person, "Coast Road")
    page.keyboard.press("Shift+ArrowRight")
    here = {row["title"] for row in client.ask("GET", "/api/lists/tracks?show=offline&count=100")["tracks"]}
    page.wait_for_function("() => document.querySelector('.playing b').textContent !== 'Coast Road'")
    assert page.locator(".playing b").inner_text() in here
    assert client.ask("GET", "/api/status")["works_offline"] is False


def test_rows_appear_while_the_first_scan_still_runs(chrome: Browser, tmp_path: Path) -> None:
    """Behaviour 29: an empty library says what to do; then the page fills by itself, in batches, and can be used."""
    many = tmp_path / "many"
    make_audio(many / "a" / "0", "mp3", seconds=1.0, tags={"title": "First", "artist": "Someone"})
    for number in range(1, 400):
        (many / "a" / f"{number}.wav").write_bytes(_noise(number))
    with client_at(tmp_path / "client") as opened, visitor(chrome, opened) as person:
        page = person.go("/tracks")
        expect(page.get_by_text("Your library is empty")).to_be_visible()
        opened.ask("POST", "/api/sources/folders", {"folder": str(many), "name": "Many"})
        expect(page.get_by_role("grid", name="Tracks")).to_be_visible(timeout=20_000)
        page.locator("[data-place='0']").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".playing")).to_contain_text("First")
        until = time.monotonic() + 30
        while page.get_by_role("grid", name="Tracks").get_attribute("aria-rowcount") != "400":
            assert time.monotonic() < until, "the rest never came"
            page.wait_for_timeout(200)


def _noise(number: int) -> bytes:
    """A wave file unlike all others, of which the same bytes would be one recording."""
    rate = 8_000
    shape = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, rate, 1, 8))
    words = b"INFO" + _chunk(b"INAM", b"Song %03d" % number) + _chunk(b"IART", b"Someone Else")
    sound = random.Random(number).randbytes(rate // 4)
    return _chunk(b"RIFF", b"WAVE" + shape + _chunk(b"LIST", words) + _chunk(b"data", sound))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
