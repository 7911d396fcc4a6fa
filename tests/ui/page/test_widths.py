"""From the narrowest window to a wide one, and with everything twice as large: nothing has to be pushed aside."""

from typing import Any

from playwright.sync_api import Browser, expect

from tests.ui.page.world import Client, visitor

# 320: a window of 1,280 at 400 %. 720 x 450: one of 1,440 x 900 at 200 %.
WINDOWS = ((320, 640), (720, 450), (768, 1024), (1024, 768), (1920, 1080))
PATHS = ("/tracks", "/albums", "/artists", "/playlists", "/search?text=night", "/downloads", "/sync", "/settings",
         "/sources/1", "/rules/new", "/history")  # fmt: skip
# What reaches beyond the right edge of what scrolls; what is pushed along by intent is none of it.
BEYOND = """() => {
  const main = document.getElementById('main');
  const edge = main.getBoundingClientRect().left + main.clientWidth + 1;
  const wide = [...main.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > edge);
  const found = wide.filter((one) => !one.closest('.chips, .is-strip, .unseen'));
  const names = found.map((one) => one.className || one.tagName);
  return main.scrollWidth > main.clientWidth ? ['it can be pushed', ...names] : names;
}"""
# What follows the window has seen its new size, and was drawn for it.
DRAWN = """() => new Promise((done) => {
  let left = 3;
  const next = () => ((left -= 1) ? requestAnimationFrame(next) : done());
  requestAnimationFrame(next);
})"""


def test_nothing_is_wider_than_its_window(chrome: Browser, client: Client) -> None:
    """WCAG 1.4.10: text and controls flow anew, no screen is pushed sideways to be read."""
    found: dict[str, list[Any]] = {}
    with visitor(chrome, client) as person:
        for path in PATHS:
            page = person.go(path)
            page.wait_for_function("() => !document.querySelector('.waiting')")
            for wide, high in WINDOWS:
                page.set_viewport_size({"width": wide, "height": high})
                page.evaluate(DRAWN)
                beyond = page.evaluate(BEYOND)
                if beyond:
                    found[f"{path} at {wide}"] = beyond[:5]
    assert found == {}


def test_whoever_wants_less_motion_gets_none(chrome: Browser, client: Client) -> None:
    """No animation runs, though a sync and a waiting track would turn."""
    with visitor(chrome, client, reduced_motion="reduce") as person:
        page = person.go("/tracks")
        expect(page.get_by_role("grid", name="Tracks")).to_be_visible()
        page.evaluate("document.querySelector('.badge').className = 'badge is-syncing icon-sync'")
        lasts = "one => parseFloat(getComputedStyle(one, '::before').animationDuration)"
        assert page.locator(".badge").evaluate(lasts) < 0.001


def test_a_name_in_another_direction_stands_where_the_others_do(chrome: Browser, client: Client) -> None:
    """Written from right to left in itself, it begins at the left like every row."""
    made = client.ask("POST", "/api/playlists", {"name": "أغاني المساء", "track_ids": []})["id"]
    try:
        with visitor(chrome, client) as person:
            page = person.go("/playlists")
            title = page.locator("main .line").filter(has_text="أغاني المساء").locator("b")
            assert title.evaluate("one => getComputedStyle(one).direction") == "rtl"
            assert title.evaluate("one => getComputedStyle(one).textAlign") == "left"
    finally:
        client.ask("DELETE", f"/api/playlists/{made}")
