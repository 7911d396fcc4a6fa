"""Behaviour 19: every failure can be opened, and tells what failed, why, and the one thing that can be done about it.

A sign-in that is over has its test in `test_syncing.py`, a certificate in `test_certificates.py`.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.client.sync.devices import refused_edits
from tests.conftest import run
from tests.ui.page.troubled import Troubled, troubled_at
from tests.ui.page.world import client_at, visitor, wait_for

PATIENCE_MS = 30_000
# As the server says it.
REASON = "admin_only"
# More than any disk has.
WHOLE_DISK_BYTES = 10**15


@pytest.fixture
def troubled(chrome: Browser, tmp_path: Path) -> Iterator[Troubled]:
    """All is well at first."""
    with troubled_at(chrome, tmp_path) as opened:
        yield opened


def test_a_sync_that_failed_opens_and_is_tried_again(troubled: Troubled) -> None:
    """From the badge to the reason to `Retry`; the page of the source tells the same."""
    page = troubled.person.go("/albums")
    troubled.server.put(*troubled.server.live.values())
    troubled.break_at("/sync/tracks", 403, REASON)
    troubled.client.ask("POST", "/api/sync", {})
    badge = page.locator("header .badge")
    expect(badge).to_have_text("Sync Failed (Retry?)", timeout=PATIENCE_MS)
    badge.click()
    line = page.get_by_role("region", name="How the sources are").get_by_role("listitem")
    expect(line).to_contain_text("Home Server")
    expect(line).to_contain_text(REASON)
    expect(line.get_by_role("button")).to_have_text(["Retry"])
    line.get_by_role("link").click()
    note = page.locator(".page > .note")
    expect(note).to_contain_text(REASON)
    troubled.heal()
    note.get_by_role("button", name="Retry").click()
    expect(badge).to_contain_text("Synced", timeout=PATIENCE_MS)
    expect(note).not_to_be_attached()


def test_a_download_that_failed_says_why_and_is_tried_again(troubled: Troubled) -> None:
    """In the list of tracks it is `Failed`; among the downloads it says why, with `Retry`."""
    troubled.break_at("/download", 403, REASON)
    page = troubled.person.go("/downloads")
    troubled.client.ask("POST", "/api/downloads", {"query": 'title:"Coast Road"'})
    failed = page.get_by_role("region", name="Failed").get_by_role("listitem")
    expect(failed).to_contain_text("Coast Road", timeout=PATIENCE_MS)
    expect(failed).to_contain_text(REASON)
    expect(page.locator(".page > .note")).to_contain_text("1 download failed")
    expect(page.locator(".page > .note").get_by_role("button")).to_have_text(["Retry all"])
    troubled.person.go("/tracks")
    row = page.get_by_role("row", name=re.compile("Coast Road"))
    expect(row.locator(".where")).to_have_text("Failed")
    troubled.person.go("/downloads")
    troubled.heal()
    failed.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("heading", name="Nothing is downloaded now")).to_be_visible(timeout=PATIENCE_MS)
    troubled.person.go("/tracks")
    expect(row.locator(".where")).to_have_text("Downloaded")


def test_a_full_disk_is_told_and_cured_by_room(troubled: Troubled) -> None:
    """What waits says that there is no room; nothing is lost, and it comes once there is some."""
    troubled.set("disk_free_bytes", WHOLE_DISK_BYTES)
    page = troubled.person.go("/downloads")
    troubled.client.ask("POST", "/api/downloads", {"query": 'title:"Petrol Blue"'})
    line = page.get_by_role("listitem").filter(has_text="Petrol Blue")
    expect(line).to_contain_text(re.compile("room|full", re.IGNORECASE), timeout=PATIENCE_MS)
    storage = page.get_by_role("region", name="Storage on this device")
    storage.get_by_role("link", name="Change limit").click()
    expect(page.get_by_label("Space for downloads")).to_be_visible()
    troubled.set("disk_free_bytes", 1_000_000)
    troubled.client.ask("POST", "/api/downloads/retry", {})
    troubled.person.go("/downloads")
    expect(page.get_by_role("heading", name="Nothing is downloaded now")).to_be_visible(timeout=PATIENCE_MS)


def test_an_edit_that_no_server_takes_is_changed_or_discarded(chrome: Browser, tmp_path: Path) -> None:
    """It is still shown here, with the reason; another name lets it wait again, and it can be let go."""
    # In a thread of its own: the browser's event loop runs in this one.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(run, refused_edits(tmp_path, "poison")).result()
    with client_at(tmp_path / "phone") as client, visitor(chrome, client) as person:
        page = person.go("/sync")
        card = page.get_by_role("region", name="No server takes these")
        expect(card).to_contain_text("poison")
        expect(card.get_by_role("button")).to_have_text(["Retry", "Change", "Discard"])
        expect(page.get_by_role("link", name=re.compile("Sync.*1 to decide"))).to_be_visible()
        card.get_by_role("button", name="Change").click()
        card.get_by_label("New name").fill("Honey")
        card.get_by_role("button", name="Save").click()
        expect(card).not_to_be_attached()
        expect(page.get_by_role("region", name="Waiting to send")).to_contain_text("Honey")
        wait_for("the new name", lambda: "Honey" in [one["name"] for one in _playlists(client.ask)])


def _playlists(ask: object) -> list[dict[str, str]]:
    found: list[dict[str, str]] = ask("GET", "/api/playlists")["playlists"]  # type: ignore[operator]  # `Client.ask`
    return found
