"""Behaviour 24: the switch that only a person turns: it outlives the program, and every process of the home obeys."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.ui.page.places import ALBUM, Place, place_at
from tests.ui.page.world import Visitor, client_at, soul, visitor, wait_for


@pytest.fixture
def place(chrome: Browser, few: Path, anns_server: Path, tmp_path: Path) -> Iterator[Place]:
    """All in sync, and somebody let in."""
    with place_at(chrome, few, anns_server, tmp_path) as opened:
        yield opened


def test_only_a_person_turns_working_offline_off(chrome: Browser, place: Place) -> None:
    """A sync by hand says so, a restart changes nothing, another process turns it and the page follows."""
    page = place.person.go("/settings")
    badge = page.locator("header .badge")
    switch = page.get_by_role("switch", name="Work offline")
    switch.check()
    expect(badge).to_have_text("Offline")
    note = page.locator(".note.is-offline")
    expect(note).to_contain_text("You work offline. No track plays yet from this device.")
    # A sync by hand does not go behind it.
    place.person.go("/sync")
    before = place.client.ask("GET", "/api/sources")["sources"][0]["last_sync_at"]
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("you are working offline").first).to_be_visible()
    expect(badge).to_have_text("Offline")
    assert place.client.ask("GET", "/api/sources")["sources"][0]["last_sync_at"] == before
    # What streams cannot be had, and says so.
    place.person.go("/tracks")
    expect(page.get_by_role("row", name=ALBUM[0]).locator(".where")).to_have_text("Unavailable")
    # Another process of the same home: what it is told holds here, and the other way round.
    home = place.root / "client"
    assert "working offline" in soul(home, "status")
    soul(home, "offline", "off")
    expect(badge).to_contain_text("Synced")
    expect(note).not_to_be_attached()
    soul(home, "offline", "on")
    expect(badge).to_have_text("Offline")
    # The program ends and begins again: it is still the person's to turn.
    page.close()
    place.client.process.terminate()
    place.client.process.wait(timeout=20)
    with client_at(home) as again, visitor(chrome, again) as person:
        shown = person.go("/tracks")
        expect(shown.locator("header .badge")).to_have_text("Offline")
        shown.locator(".note.is-offline").get_by_role("button", name="Go online").click()
        expect(shown.locator("header .badge")).to_contain_text("Synced", timeout=30_000)
        wait_for("the switch", lambda: again.ask("GET", "/api/offline") == {"on": False})


def test_the_switch_shows_what_was_chosen_while_it_is_being_told(person: Visitor) -> None:
    """What was read before does not turn it back under a person's finger; what came to nothing does."""
    page = person.go("/settings")
    expect(page.locator("header .badge")).to_contain_text("Synced")
    switch = page.get_by_role("switch", name="Work offline")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/offline", hold)
    switch.check()
    page.evaluate("""async () => {
        const { status } = await import('/state/live.js');
        status.value = { ...status.value };
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }""")
    expect(switch).to_be_checked()
    assert len(held) == 1
    told = {"code": "going_away", "title": "It ends", "detail": "Soul Player ends", "status": 503}
    held[0].fulfill(status=503, content_type="application/problem+json", body=json.dumps(told))
    expect(page.get_by_text("Soul Player ends").first).to_be_visible()
    expect(switch).not_to_be_checked()
