"""Putting a playlist in another order: by pointer, by touch, by keys; said aloud, and kept by the client."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.page.world import PHONE, Client, Visitor, visitor, wait_for

TITLES = ["Low Beams", "Coast Road", "Petrol Blue", "Rain on the Roof"]


@pytest.fixture
def playlist(client: Client) -> Iterator[int]:
    """Four tracks in an order."""
    ids = [client.id_of(title) for title in TITLES]
    made = client.ask("POST", "/api/playlists", {"name": "In order", "track_ids": ids})["id"]
    yield made
    client.ask("DELETE", f"/api/playlists/{made}")


def shown(page: Page) -> list[str]:
    """The titles as they stand."""
    rows = page.locator(".virtual .row").all()
    placed = sorted((int(row.get_attribute("data-place") or 0), row.locator(".words b").inner_text()) for row in rows)
    return [title for _, title in placed]


def kept(client: Client, playlist: int) -> list[str]:
    """The titles as the client has them."""
    return [entry["title"] for entry in client.ask("GET", f"/api/playlists/{playlist}")["entries"]]


def expect_order(page: Page, client: Client, playlist: int, titles: list[str]) -> None:
    """On the page at once, and in the client."""
    page.wait_for_function(
        "count => document.querySelectorAll('.virtual .row .words').length === count", arg=len(titles)
    )
    wait_for(f"the order {titles}", lambda: shown(page) == titles and kept(client, playlist) == titles, seconds=5.0)


def expect_said(page: Page, words: str) -> None:
    """What a screen reader is told."""
    expect(page.locator(".unseen[aria-live]")).to_contain_text(words)


def test_an_entry_is_moved_by_the_pointer(person: Visitor, client: Client, playlist: int) -> None:
    """By its grip, and it is told where it is now."""
    page = person.go(f"/playlists/{playlist}")
    grip = page.get_by_role("button", name="Move Low Beams")
    grip.wait_for()
    box = grip.bounding_box()
    assert box is not None
    x, y = box["x"] + 8, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=4)
    page.mouse.move(x, y + 2 * 52, steps=4)
    page.wait_for_timeout(100)
    page.mouse.up()
    expect_order(page, client, playlist, ["Coast Road", "Petrol Blue", "Low Beams", "Rain on the Roof"])
    expect_said(page, "Low Beams: 3 of 4")


def test_an_entry_is_moved_by_keys_and_put_back_by_escape(person: Visitor, client: Client, playlist: int) -> None:
    """Space grabs, arrows move, Space drops, Escape puts back; Alt and an arrow move at once. Each step is said."""
    page = person.go(f"/playlists/{playlist}")
    page.get_by_role("button", name="Move Coast Road").focus()
    page.keyboard.press("Space")
    expect_said(page, "is grabbed, 2 of 4")
    page.keyboard.press("ArrowDown")
    expect_said(page, "3 of 4")
    expect(page.get_by_role("button", name="Move Coast Road")).to_be_focused()
    page.keyboard.press("Space")
    expect_said(page, "dropped, 3 of 4")
    expect_order(page, client, playlist, ["Low Beams", "Petrol Blue", "Coast Road", "Rain on the Roof"])
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Move Coast Road")).to_be_focused()
    page.keyboard.press("Escape")
    expect_order(page, client, playlist, ["Low Beams", "Petrol Blue", "Coast Road", "Rain on the Roof"])
    expect_said(page, "back where it was")
    page.locator("[data-place='3']").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect_order(page, client, playlist, ["Low Beams", "Petrol Blue", "Rain on the Roof", "Coast Road"])


def test_an_entry_is_moved_by_touch(chrome: Browser, client: Client, playlist: int) -> None:
    """On a phone, without scrolling the list away."""
    with visitor(chrome, client, viewport=PHONE, has_touch=True, is_mobile=True) as person:
        page = person.go(f"/playlists/{playlist}")
        grip = page.get_by_role("button", name="Move Low Beams")
        grip.wait_for()
        grip.scroll_into_view_if_needed()
        box = grip.bounding_box()
        assert box is not None
        x, y = box["x"] + 8, box["y"] + box["height"] / 2
        touch = person.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in (20, 40, 62):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + step}]})
            page.wait_for_timeout(50)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect_order(page, client, playlist, ["Coast Road", "Low Beams", "Petrol Blue", "Rain on the Roof"])


def test_an_entry_is_taken_out_renamed_and_the_playlist_deleted(person: Visitor, client: Client, playlist: int) -> None:
    """Everything that can be done with a playlist, where it is shown."""
    page = person.go(f"/playlists/{playlist}")
    page.locator("[data-place='1']").focus()
    page.keyboard.press("Delete")
    expect_order(page, client, playlist, ["Low Beams", "Petrol Blue", "Rain on the Roof"])
    page.get_by_role("button", name="More actions for In order").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Other name")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="Other name", level=1)).to_be_visible()
    made = client.ask("POST", "/api/playlists", {"name": "To go", "track_ids": []})["id"]
    person.go(f"/playlists/{made}")
    page.get_by_role("button", name="More actions for To go").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog", name="Delete To go?").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Playlists", level=1)).to_be_visible()
    assert made not in [one["id"] for one in client.ask("GET", "/api/playlists")["playlists"]]


def test_what_comes_next_is_put_in_another_order(person: Visitor, client: Client) -> None:
    """The queue, by keys."""
    page = person.go(client.album("Night Drive"))
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.keyboard.press("q")
    queue = page.get_by_role("grid", name="Up next")
    queue.locator("[data-place='0']").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(queue.locator("[data-place='1']")).to_contain_text("Coast Road")
    wait_for(
        "the queue to be kept",
        lambda: (
            client.ask("GET", "/api/player")["queue"]["tracks"][1:3]
            == [client.id_of("Petrol Blue"), client.id_of("Coast Road")]
        ),
    )
    queue.locator("[data-place='0']").focus()
    page.keyboard.press("Delete")
    expect(queue.locator("[data-place='0']")).to_contain_text("Coast Road")
