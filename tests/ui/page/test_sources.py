"""Sources in the page: the first look, a server added with its doubts, several addresses, and removal."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, expect

from soul_player.cli.demo.albums import SONGS
from tests.ui.page.places import ALBUM, PASSWORD, Place, place_at
from tests.ui.page.test_looking import BROKEN, RULES
from tests.ui.page.world import DESKTOP, PHONE, client_at, server_at, visitor, wait_for


@pytest.fixture
def place(chrome: Browser, few: Path, anns_server: Path, tmp_path: Path) -> Iterator[Place]:
    """All in sync, and somebody let in."""
    with place_at(chrome, few, anns_server, tmp_path) as opened:
        yield opened


def test_whoever_has_nothing_yet_adds_a_server_and_a_folder(
    chrome: Browser, few: Path, anns_server: Path, tmp_path: Path
) -> None:
    """The first run, to the end: a question, a form that says what is wrong, rows that appear by themselves."""
    shutil.copytree(anns_server, tmp_path / "server")
    with (
        server_at(tmp_path / "server", few) as url,
        client_at(tmp_path / "client") as client,
        visitor(chrome, client) as person,
    ):
        page = person.go("/")
        expect(page.get_by_role("heading", name="Where is your music?")).to_be_visible()
        page.get_by_label("Server address").fill(url)
        page.get_by_role("button", name="Connect").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Server address")).to_have_value(url)
        dialog.get_by_label("User name").fill("ann")
        dialog.get_by_label("Password").fill("not-this-one")
        dialog.get_by_role("button", name="Connect").click()
        expect(dialog.get_by_role("alert")).to_contain_text("wrong")
        expect(dialog.get_by_label("User name")).to_have_value("ann")
        dialog.get_by_label("Password").fill(PASSWORD)
        dialog.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("row", name=re.compile("Coast Road"))).to_be_visible(timeout=30_000)
        person.go("/settings")
        page.get_by_role("button", name="Add folder").click()
        dialog.get_by_label("Folder on this device").fill(str(tmp_path / "nothing"))
        dialog.get_by_role("button", name="Add this folder").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        dialog.get_by_label("Folder on this device").fill(str(few))
        dialog.get_by_role("button", name="Add this folder").click()
        sources = page.get_by_role("region", name="Sources")
        expect(sources.get_by_role("listitem")).to_have_count(2)
        expect(sources).to_contain_text(f"{len(ALBUM)} tracks")


def test_whoever_only_wants_to_try_gets_a_demo(chrome: Browser, tmp_path: Path) -> None:
    """Real tracks, made here and now; they play, and are removed like any source."""
    with client_at(tmp_path / "client") as client, visitor(chrome, client) as person:
        person.context.add_init_script(AXE_SCRIPT)
        page = person.go("/")
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict of both
            expect(page.get_by_role("heading", name="Where is your music?")).to_be_visible()
            assert page.evaluate("() => document.querySelector('main').scrollWidth <= innerWidth")
            assert page.evaluate(BROKEN, RULES) == []
        page.get_by_role("button", name="Start the demo").click()
        expect(page.get_by_role("heading", name="Tracks", level=1)).to_be_visible(timeout=90_000)
        wait_for("the demo's tracks", lambda: client.tracks() == len(SONGS))
        page.locator("[data-place='0']").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".bar .comes-from")).to_contain_text("Playing from this device")
        # Whoever has no playlist yet is offered some that fill themselves.
        person.go("/playlists")
        page.get_by_role("region", name="Or start from one of these").get_by_role(
            "button", name="New this month"
        ).click()
        expect(page.get_by_role("heading", name="New this month", level=1)).to_be_visible()
        expect(page.get_by_role("grid", name="New this month")).to_have_attribute("aria-rowcount", str(len(SONGS)))
        person.go("/sources/1")
        page.get_by_role("button", name="Remove Demo").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove Demo").click()
        expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
        wait_for("no source", lambda: client.ask("GET", "/api/sources")["sources"] == [])


def test_one_server_has_several_addresses(place: Place) -> None:
    """Another way to the same server is added, and taken away; another server is not let in that way."""
    page = place.person.go("/sources/1")
    ways = page.get_by_role("region", name="Addresses")
    ways.get_by_role("button", name="Add address").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Server address").fill(f"http://localhost:{place.port}")
    dialog.get_by_role("button", name="Add address").click()
    expect(dialog).not_to_be_attached()
    expect(ways.get_by_role("listitem")).to_have_count(2)
    with server_at(place.root / "stranger", place.root / "music") as other:
        ways.get_by_role("button", name="Add address").click()
        dialog.get_by_label("Server address").fill(other)
        dialog.get_by_role("button", name="Add address").click()
        expect(dialog.get_by_role("alert")).to_contain_text("another server")
        page.keyboard.press("Escape")
    ways.get_by_role("button", name=f"Remove http://localhost:{place.port}").click()
    expect(ways.get_by_role("listitem")).to_have_count(1)


def test_removing_a_source_says_what_goes_and_what_stays(place: Place) -> None:
    """What was never sent is told first; its playlists become this device's own."""
    tracks = [place.client.id_of(title) for title in ALBUM]
    place.stop()
    place.client.ask("POST", "/api/playlists", {"name": "Night Moves", "source_id": 1, "track_ids": tracks})
    page = place.person.go("/sources/1")
    page.get_by_role("button", name="Remove Home Server").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Remove Home Server?")
    expect(dialog).to_contain_text("3 tracks leave the library")
    expect(dialog).to_contain_text(re.compile(r"\d edits were never sent"))
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).not_to_be_attached()
    page.get_by_role("button", name="Remove Home Server").click()
    dialog.get_by_role("button", name="Remove Home Server").click()
    expect(page.get_by_role("region", name="Sources").get_by_role("listitem")).to_have_count(0)
    wait_for("no source", lambda: place.client.ask("GET", "/api/sources")["sources"] == [])
    expect(page.get_by_role("navigation", name="Main")).to_contain_text("Night Moves")
