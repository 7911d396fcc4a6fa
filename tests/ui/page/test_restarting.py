"""A page that stays open while `soul ui` ends and is started again, as after an update."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.makers_audio import make_audio
from tests.ui.page.places import few_tracks
from tests.ui.page.test_playing import play, position, seek
from tests.ui.page.world import client_at, soul, visitor, wait_for


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of a client that has a folder beside it."""
    few_tracks(tmp_path / "music")
    return tmp_path / "client"


def test_an_open_page_goes_on_and_the_player_stands_where_it_was(chrome: Browser, home: Path) -> None:
    """Nobody signs in again; the track and its second are the client's, paused; the signed out are told how."""
    with client_at(home) as first:
        first.add_folder(home.parent / "music")
        wait_for("the tracks", lambda: first.tracks() == 3)
        port = int(first.url.rpartition(":")[2])
        with visitor(chrome, first) as person:
            page = person.go("/tracks")
            play(person, "Coast Road")
            seek(person, 2.0)
            page.keyboard.press("Space")
            expect(page.get_by_role("button", name="Play", exact=True).last).to_be_visible()
            wait_for("that it is kept", lambda: first.ask("GET", "/api/player")["position_seconds"] > 1.9)
            first.process.terminate()
            first.process.wait(timeout=20)
            expect(page.get_by_text("is not running on this computer")).to_be_visible()
            with client_at(home, port=port) as second:
                expect(page.get_by_text("is not running on this computer")).not_to_be_attached(timeout=15_000)
                page.get_by_role("link", name="Albums").first.click()
                expect(page.get_by_role("heading", name="Albums", level=1)).to_be_visible()
                page.reload()
                expect(page.locator(".playing")).to_contain_text("Coast Road")
                assert 1.8 < position(person) < 3.5
                expect(
                    page.get_by_role("region", name="Player").get_by_role("button", name="Play", exact=True)
                ).to_be_visible()
                page.keyboard.press("Space")
                page.wait_for_function("() => Number(document.querySelector('.controls .slider').value) > 3")
                soul(home, "ui", "--sign-out")
                soul(home, "playlist", "create", "Somebody does something", "--local")
                expect(page.get_by_text("has not been let in yet")).to_be_visible(timeout=15_000)
                expect(page.get_by_text(re.compile("run soul ui"))).to_be_visible()
                assert second.process.poll() is None
            # The browser's own words for a socket that nobody answers.
            person.faults[:] = [fault for fault in person.faults if not fault.startswith("WebSocket connection to")]


def test_what_plays_waits_for_the_client_and_goes_on_by_itself(chrome: Browser, tmp_path: Path) -> None:
    """A place that is not loaded yet is asked for while nobody answers: no track is passed over, none is to blame."""
    # More than the browser loads ahead; and what would be next.
    for number, seconds in ((1, 290.0), (2, 5.0)):
        tags = {"title": f"Hour {number}", "artist": "Long", "album": "Hours", "track": str(number)}
        make_audio(tmp_path / "music" / str(number), "wav", hertz=200 * number, seconds=seconds, tags=tags)
    home = tmp_path / "client"
    with client_at(home) as first:
        first.add_folder(tmp_path / "music")
        wait_for("the tracks", lambda: first.tracks() == 2)
        port = int(first.url.rpartition(":")[2])
        with visitor(chrome, first) as person:
            page = person.go("/tracks")
            play(person, "Hour 1")
            first.process.terminate()
            first.process.wait(timeout=20)
            seek(person, 250.0)
            expect(page.get_by_text("is not running on this computer")).to_be_visible()
            expect(page.locator(".playing")).to_contain_text("Hour 1")
            with client_at(home, port=port):
                page.wait_for_function("() => Number(document.querySelector('.controls .slider').value) > 250.5")
                expect(page.locator(".playing")).to_contain_text("Hour 1")
            person.faults[:] = [fault for fault in person.faults if not fault.startswith("WebSocket connection to")]
