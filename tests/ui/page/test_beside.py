"""What a command beside the running page changes is in the page at once, though no server ever hears of it."""

import re

from playwright.sync_api import expect

from tests.ui.page.test_playing import play
from tests.ui.page.world import Client, Visitor, soul

SHOWN_MS = 5_000
# Longer than the page puts off to read anew.
QUIET_MS = 1_200
QUIET_LOOKS_MAX = 10


def test_what_another_process_changes_on_this_device_alone_is_shown(person: Visitor, client: Client) -> None:
    """A playlist that is only here, and its name; a favourite of a folder's track; rules; sources. Nobody reloads."""
    page = person.go(client.album("At Home"))
    page.evaluate("() => { window.isTheSame = true; }")
    side = page.get_by_role("navigation", name="Main")
    soul(client.home, "playlist", "create", "Made beside", "--local")
    expect(side.get_by_role("link", name="Made beside")).to_be_visible(timeout=SHOWN_MS)
    soul(client.home, "playlist", "rename", "Made beside", "Named beside")
    expect(side.get_by_role("link", name="Named beside")).to_be_visible(timeout=SHOWN_MS)
    soul(client.home, "playlist", "delete", "Named beside")
    expect(side.get_by_role("link", name="Named beside")).not_to_be_attached(timeout=SHOWN_MS)
    heart = page.get_by_role("row", name=re.compile("Only Here")).get_by_role("button", name="Favourite Only Here")
    for pressed, undo in (("true", ()), ("false", ("--off",))):
        soul(client.home, "favourite", "Only Here", *undo)
        expect(heart).to_have_attribute("aria-pressed", pressed, timeout=SHOWN_MS)
    assert page.evaluate("window.isTheSame")


def test_what_this_process_writes_for_itself_is_told_to_nobody(person: Visitor, client: Client) -> None:
    """Where a track is, every few seconds: the page would read everything anew for it."""
    page = person.go(client.album("Waves"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    play(person, "Wave 1")
    # What the beginning itself has asked for is none of it.
    for _ in range(QUIET_LOOKS_MAX):
        before = len(read_anew(asked))
        page.wait_for_timeout(QUIET_MS)
        if len(read_anew(asked)) == before:
            break
    asked.clear()
    for second in range(4):
        client.ask("PUT", "/api/player/place", {"track_id": client.id_of("Wave 1"), "position_seconds": second})
        page.wait_for_timeout(400)
    assert read_anew(asked) == [], asked


def read_anew(asked: list[str]) -> list[str]:
    """What the page asks for when the library may look different."""
    return [one for one in asked if "/api/playlists" in one or "/api/counts" in one]
