"""Sync as a person sees it: the badge, the tree, what waits, what failed, and what only they can decide."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.page.places import ALBUM, Place, place_at
from tests.ui.page.world import Client, soul, wait_for

CANCELS = 4
# How long it takes from the click until the page says so, in ms.
CANCEL_WATCHED = """() => {
  window.took = undefined;
  // Before the page's own listener: what it draws is drawn before the next one is called.
  document.addEventListener('click', () => {
    const began = performance.now();
    new MutationObserver((_, watching) => {
      if (!document.querySelector('.toasts').textContent.includes('Cancelled')) return;
      window.took = performance.now() - began;
      watching.disconnect();
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, { capture: true, once: true });
}"""


@pytest.fixture
def place(chrome: Browser, few: Path, anns_server: Path, tmp_path: Path) -> Iterator[Place]:
    """All in sync, and somebody let in."""
    with place_at(chrome, few, anns_server, tmp_path) as opened:
        yield opened


def test_the_badge_opens_the_sync_page_and_tells_each_state(place: Place) -> None:
    """Behaviours 15, 17 and 24: one place, four states; downloads are another page; only a person turns offline off."""
    page = place.person.go("/albums")
    badge = page.locator("header .badge")
    expect(badge).to_contain_text(re.compile("Synced"))
    badge.click()
    expect(page.get_by_role("heading", name="Sync", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Downloads")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("switch", name="Work offline").check()
    expect(badge).to_have_text("Offline")
    page.reload()
    expect(badge).to_have_text("Offline")
    expect(page.get_by_role("switch", name="Work offline")).to_be_checked()
    page.get_by_role("switch", name="Work offline").uncheck()
    expect(badge).to_contain_text("Synced")
    place.stop()
    page.goto(place.client.url + "/sync")
    page.get_by_role("button", name="Sync now").click()
    expect(badge).to_have_text("Offline", timeout=30_000)
    expect(page.get_by_role("region", name="How the sources are")).to_contain_text("Offline")
    place.start()
    page.get_by_role("button", name="Retry").click()
    expect(badge).to_contain_text("Synced", timeout=30_000)


def test_what_waits_to_be_sent_is_told_in_words(place: Place) -> None:
    """Behaviour 18: by playlist and by kind, kept while the server is away, gone once it was told."""
    place.stop()
    tracks = [place.client.id_of(title) for title in ALBUM]
    made = place.client.ask("POST", "/api/playlists", {"name": "Night Moves", "source_id": 1, "track_ids": tracks[:2]})
    page = place.person.go("/sync")
    waiting = page.get_by_role("region", name="Waiting to send")
    expect(waiting).to_contain_text("Night Moves")
    expect(waiting).to_contain_text("new, 2 tracks added")
    place.client.ask("PUT", f"/api/tracks/{tracks[2]}/favourite", {"is_favourite": True})
    expect(waiting).to_contain_text("1 favourite")
    expect(waiting).to_contain_text("Petrol Blue")
    waiting.get_by_text("Night Moves").click()
    expect(page).to_have_url(re.compile(rf"/playlists/{made['id']}$"))
    page.go_back()
    place.start()
    page.get_by_role("button", name="Sync now").click()
    expect(waiting).to_contain_text("Every edit has been sent", timeout=30_000)


def test_a_sync_that_hangs_is_cancelled_at_once(place: Place) -> None:
    """Behaviour 16: the tree is live, and `Cancel` shows within 100 ms; the next sync goes on."""
    page = place.person.go("/sync")
    place.freeze()
    took_ms = []
    try:
        for _ in range(CANCELS):
            page.get_by_role("button", name="Sync now").click()
            running = page.get_by_role("region", name=re.compile("^Syncing from"))
            expect(running).to_contain_text("Download Queue: 0 pending")
            expect(page.locator("header .badge")).to_have_text("Syncing...")
            page.evaluate(CANCEL_WATCHED)
            running.get_by_role("button", name="Cancel").click()
            page.wait_for_function("() => window.took !== undefined")
            took_ms.append(page.evaluate("window.took"))
            expect(running).not_to_be_attached()
            page.get_by_role("button", name="Close").first.click()
            expect(page.locator(".toast")).not_to_be_attached()
    finally:
        place.thaw()
    # The machine may be busy with other things, not each time.
    assert min(took_ms) < 100, took_ms
    page.get_by_role("button", name="Sync now").click()
    expect(page.locator("header .badge")).to_contain_text("Synced", timeout=30_000)


def test_a_sign_in_that_is_over_has_one_action(place: Place) -> None:
    """Behaviour 19: what, why, and what to do: sign in, in place, and all is well."""
    soul(place.root / "server", "user", "passwd", "ann", "--password-stdin", stdin="another-long-password\n")
    page = place.person.go("/sync")
    page.get_by_role("button", name="Sync now").click()
    expect(page.locator("header .badge")).to_contain_text("Sync Failed", timeout=30_000)
    sources = page.get_by_role("region", name="How the sources are")
    expect(sources).to_contain_text("Sign in needed")
    sources.get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Password").fill("wrong-password-this-is")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("password")
    dialog.get_by_label("Password").fill("another-long-password")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).not_to_be_attached()
    expect(page.locator("header .badge")).to_contain_text("Synced", timeout=30_000)


def test_a_playlist_that_was_deleted_elsewhere_is_asked_about(place: Place) -> None:
    """Behaviour 14: plain choices, the safe one first, decide later; taken back; asked where the playlist is, too."""
    tracks = [place.client.id_of(title) for title in ALBUM]
    made = place.client.ask("POST", "/api/playlists", {"name": "Night Moves", "source_id": 1, "track_ids": tracks[:1]})
    with place.other_device() as other:
        theirs = wait_for("the playlist on the other device", lambda: named(other, "Night Moves"))
        place.client.ask("PUT", "/api/offline", {"on": True})
        place.client.ask("POST", f"/api/playlists/{made['id']}/entries", {"track_ids": tracks[1:]})
        other.ask("DELETE", f"/api/playlists/{theirs}")
        wait_for("that it was told", lambda: not other.ask("GET", "/api/waiting-edits")["waiting"])
        place.client.ask("PUT", "/api/offline", {"on": False})
        place.client.ask("POST", "/api/sync", {})
        decide_on_night_moves(place)
        wait_for("the playlist on the other device", lambda: named(other, "Night Moves"))


def decide_on_night_moves(place: Place) -> None:
    """Later, here only, taken back, and at last where the playlist is shown: put back."""
    page = place.person.go("/sync")
    decisions = page.get_by_role("region", name="Needs your decision")
    question = decisions.get_by_role("heading", name="“Night Moves” was deleted on Home Server")
    expect(question).to_be_visible(timeout=30_000)
    expect(decisions.get_by_role("radio").first).to_be_checked()
    expect(decisions.get_by_text("Keep my version and put it back on Home Server")).to_be_visible()
    # Nothing is blocked by it.
    page.get_by_role("link", name="Tracks").first.click()
    expect(page.get_by_role("row", name=re.compile("Low Beams"))).to_be_visible()
    page.go_back()
    decisions.get_by_role("button", name="Decide later").click()
    expect(question).not_to_be_attached()
    expect(page.get_by_role("link", name=re.compile("Sync.*1 to decide"))).to_be_visible()
    decisions.get_by_role("button", name="Decide", exact=True).click()
    decisions.get_by_text("Keep it on this device only").click()
    decisions.get_by_role("button", name="Apply").click()
    expect(decisions).to_contain_text("Nothing needs your decision")
    page.get_by_role("button", name="Undo").click()
    expect(question).to_be_visible()
    # Where the playlist is shown it is asked as well, and nothing is blocked by it there either.
    shown = place.client.ask("GET", "/api/questions")["questions"][0]["playlist_id"]
    page = place.person.go(f"/playlists/{shown}")
    note = page.locator(".page .note")
    expect(note).to_contain_text("“Night Moves” was deleted on Home Server")
    expect(page.get_by_role("row", name=re.compile("Low Beams"))).to_be_visible()
    note.get_by_role("button", name="Decide").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio").first).to_be_checked()
    dialog.get_by_role("button", name="Decide later").click()
    expect(dialog).not_to_be_attached()
    note.get_by_role("button", name="Decide").click()
    dialog.get_by_text("Keep my version and put it back on Home Server").click()
    dialog.get_by_role("button", name="Apply").click()
    expect(note.filter(has_text="was deleted")).to_have_count(0)
    expect(page.locator("header .badge")).to_contain_text("Synced", timeout=30_000)


def named(client: Client, name: str) -> int | None:
    """The id of a playlist that is there."""
    playlists = client.ask("GET", "/api/playlists")["playlists"]
    return next((int(one["id"]) for one in playlists if one["name"] == name), None)
