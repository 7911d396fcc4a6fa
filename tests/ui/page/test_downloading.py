"""Downloads as a person sees them: what comes, what waits and why, its order, and the room it takes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.page.places import ALBUM, Place, place_at
from tests.ui.page.troubled import TITLES, troubled_at
from tests.ui.page.world import wait_for


@pytest.fixture
def place(chrome: Browser, few: Path, anns_server: Path, tmp_path: Path) -> Iterator[Place]:
    """All in sync, and the page open."""
    with place_at(chrome, few, anns_server, tmp_path) as opened:
        yield opened


def ask_for_all(place: Place) -> None:
    """Every track, by another program of the same person."""
    place.client.ask("POST", "/api/downloads", {"query": 'album:"Night Drive"'})


def test_what_waits_says_why_and_comes_when_the_server_is_back(place: Place) -> None:
    """Behaviours 20 and 21: a reason in words, an order that can be changed by keys, pause, resume, cancel."""
    place.stop()
    place.client.ask("POST", "/api/sync", {})
    wait_for("the news that it is away", lambda: place.client.ask("GET", "/api/status")["badge"]["state"] == "offline")
    ask_for_all(place)
    page = place.person.go("/downloads")
    queue = page.get_by_role("region", name="Up next")
    expect(queue).to_contain_text("starts when Home Server is back")
    rows = queue.get_by_role("listitem")
    expect(rows).to_have_count(len(ALBUM))
    first = rows.first.locator("strong").inner_text()
    queue.get_by_role("button", name=re.compile(f"^Move {first}")).press("ArrowDown")
    expect(rows.nth(1)).to_contain_text(first)
    expect(page.locator("[aria-live=polite]").last).to_contain_text(f"{first} is number 2 now")
    page.get_by_role("button", name="Pause all").click()
    expect(page.get_by_role("button", name="Resume all")).to_be_visible()
    page.get_by_role("button", name="Resume all").click()
    queue.get_by_role("button", name=f"Cancel the download of {first}").click()
    expect(rows).to_have_count(len(ALBUM) - 1)
    place.start()
    page.goto(place.client.url + "/sync")
    page.get_by_role("button", name="Sync now").click()
    page.goto(place.client.url + "/downloads")
    expect(page.get_by_role("heading", name="Nothing is downloaded now")).to_be_visible(timeout=30_000)
    # Behaviour 22: the meter tells what was kept.
    storage = page.get_by_role("region", name="Storage on this device")
    expect(storage).to_contain_text(re.compile(r"Kept by you \d+ kB"))
    kept = place.client.ask("GET", "/api/storage")["kept_bytes"]
    assert kept > 0


def test_what_runs_says_how_far_it_is_and_goes_on_where_it_stopped(chrome: Browser, tmp_path: Path) -> None:
    """Behaviour 21: bytes, time left, who asked; after a pause it is resumed, and says at how much."""
    with troubled_at(chrome, tmp_path, seconds=20.0) as troubled:
        troubled.set("downloads_at_once", 1)
        troubled.set("download_bytes_per_second", 100_000)
        page = troubled.person.go("/downloads")
        troubled.client.ask("POST", "/api/downloads", {"query": "artist:amber"})
        running = page.get_by_role("region", name="Now").get_by_role("listitem")
        expect(running).to_contain_text(re.compile(r"\d+ kB of .+ left"), timeout=30_000)
        expect(page.locator(".heading p")).to_contain_text(re.compile("1 active.* of 100 kB/s"))
        expect(page.get_by_role("region", name="Up next").get_by_role("listitem")).to_have_count(len(TITLES) - 1)
        expect(page.get_by_role("region", name="Up next")).to_contain_text("You asked")
        title = running.locator("strong").inner_text()
        running.get_by_role("button", name=f"Pause {title}").click()
        waiting = page.get_by_role("region", name="Up next").get_by_role("listitem").filter(has_text=title)
        waiting.get_by_role("button", name=f"Resume {title}").click()
        page.get_by_role("button", name="Pause all").click()
        page.get_by_role("button", name="Resume all").click()
        marked = page.get_by_role("listitem").filter(has_text=title)
        expect(marked).to_contain_text(re.compile(r"resumed at \d+%"), timeout=30_000)
        troubled.set("download_bytes_per_second", 0)
        expect(page.get_by_role("heading", name="Nothing is downloaded now")).to_be_visible(timeout=30_000)


def test_everything_can_be_cancelled_after_a_question(place: Place) -> None:
    """What is here already stays."""
    place.stop()
    ask_for_all(place)
    page = place.person.go("/downloads")
    page.get_by_role("button", name="Cancel all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("region", name="Up next").get_by_role("listitem")).to_have_count(len(ALBUM))
    page.get_by_role("button", name="Cancel all").click()
    dialog.get_by_role("button", name="Cancel all").click()
    expect(page.get_by_role("heading", name="Nothing is downloaded now")).to_be_visible()


def test_a_setting_holds_at_once_and_is_kept(place: Place) -> None:
    """The bandwidth limit, the room, the theme: read again after the page was loaded anew."""
    page = place.person.go("/settings")
    page.get_by_label("Bandwidth limit").select_option("2000000")
    wait_for("the limit", lambda: limit(place) == 2_000_000)
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.get_by_label("Bandwidth limit")).to_have_value("2000000")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def limit(place: Place) -> int:
    """Of downloads, as the client holds to it."""
    settings = place.client.ask("GET", "/api/settings")["settings"]
    return int(next(one["value"] for one in settings if one["name"] == "download_bytes_per_second"))
