"""Keeping an album on this device: the button at the top, from Download over `n of m` to Downloaded."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.page.world import Client, Visitor, visitor, wait_for


@pytest.fixture
def client(untouched: Client) -> Client:
    """Whose server's music nobody has heard yet: what is heard whole is kept too."""
    return untouched


@pytest.fixture
def person(chrome: Browser, client: Client) -> Iterator[Visitor]:
    """Somebody who looks at it."""
    with visitor(chrome, client) as opened:
        yield opened


def test_an_album_is_downloaded_and_removed_by_its_button(person: Visitor, client: Client) -> None:
    """Behaviour 9: the words change by themselves, as the files come."""
    page = person.go(client.album("Norðurljós"))
    button = page.get_by_role("button", name="Download", exact=True)
    expect(button).to_be_visible()
    button.click()
    expect(page.get_by_text("Downloaded", exact=True).first).to_be_visible(timeout=20_000)
    expect(page.locator(".hero .is-done")).to_have_text("Downloaded", timeout=20_000)
    for title in ("Dögun", "Ljósaskipti", "Hafið"):
        expect(page.get_by_role("row", name=re.compile(title)).locator(".where")).to_have_text("Downloaded")
    page.get_by_role("button", name="Remove the download").click()
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_role("row", name=re.compile("Dögun")).locator(".where")).to_have_text("Stream")


def test_a_download_that_waits_is_counted_and_cancelled(person: Visitor, client: Client) -> None:
    """`0 of 3` while it is paused, with a cross that takes it back."""
    client.ask("POST", "/api/downloads/pause", {})
    try:
        page = person.go(client.album("Small Hours"))
        page.get_by_role("button", name="Download", exact=True).click()
        group = page.get_by_role("group", name="Download", exact=True)
        expect(group).to_contain_text("0 of 3")
        expect(page.get_by_role("row", name=re.compile("Kettle Song")).locator(".where")).to_have_text("Queued")
        page.get_by_role("button", name="Cancel the download").click()
        expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible()
        assert client.ask("GET", "/api/downloads")["pending"] == 0
    finally:
        client.ask("POST", "/api/downloads/resume", {})


def test_a_playlist_is_kept_by_its_button(person: Visitor, client: Client) -> None:
    """And let go again."""
    ids = [client.id_of(title) for title in ("Kettle Song", "Only Here")]
    made = client.ask("POST", "/api/playlists", {"name": "For the train", "track_ids": ids})["id"]
    try:
        page = person.go(f"/playlists/{made}")
        page.get_by_role("button", name="Download 1 more").click()
        expect(page.locator(".hero .is-done")).to_have_text("Downloaded", timeout=20_000)
        expect(page.locator(".hero .sub")).to_contain_text("2 available offline")
        page.get_by_role("button", name="Remove the download").click()
        expect(page.get_by_role("button", name="Download 1 more")).to_be_visible(timeout=20_000)
    finally:
        client.ask("DELETE", f"/api/playlists/{made}")
        wait_for("the download to be gone", lambda: not client.ask("GET", "/api/downloads")["downloads"])


def test_what_came_by_itself_is_moved_to_what_is_kept(person: Visitor, client: Client) -> None:
    """Behaviour 22: from the menu of its row, without a byte fetched again; the meter tells the two apart."""
    rule = client.ask("POST", "/api/rules", {"name": "One", "query": 'title:"Borrowed Coat"'})["id"]
    try:
        wait_for("the copy", lambda: client.ask("GET", "/api/storage")["automatic_bytes"] > 0)
        automatic = client.ask("GET", "/api/storage")["automatic_bytes"]
        page = person.go(client.album("Small Hours"))
        row = page.get_by_role("row", name=re.compile("Borrowed Coat"))
        expect(row.locator(".where")).to_have_text("Downloaded")
        row.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Keep on this device").click()
        expect(page.get_by_text("Kept until you remove it")).to_be_visible()
        wait_for("that it is kept", lambda: client.ask("GET", "/api/storage")["kept_bytes"] == automatic)
        person.go("/downloads")
        storage = page.get_by_role("region", name="Storage on this device")
        expect(storage).to_contain_text("Automatic 0 B")
        expect(storage).to_contain_text(re.compile(r"Kept by you \d+ kB"))
    finally:
        client.ask("DELETE", f"/api/rules/{rule}")
        client.ask("POST", "/api/downloads/let-go", {"query": 'title:"Borrowed Coat"'})
