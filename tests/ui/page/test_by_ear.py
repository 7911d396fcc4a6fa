"""Sources of one recording compared by ear, where its details are shown: one place in time, one sound at a time."""

import re

from playwright.sync_api import Page, expect

from tests.ui.page.world import Client, Visitor

PLACES = """
() => [...document.querySelectorAll('.by-ear audio')].map((one) => [one.currentSrc, one.currentTime, one.paused])
"""


def places(page: Page) -> list[tuple[str, float, bool]]:
    """Of each source: its address, where it is, whether it is silent."""
    return [tuple(one) for one in page.evaluate(PLACES)]


def wait_until_heard(page: Page, place: int, seconds: float) -> None:
    """Real sound of this one, so far."""
    page.wait_for_function(
        "([place, seconds]) => document.querySelectorAll('.by-ear audio')[place].currentTime > seconds",
        arg=[place, seconds],
    )


def test_the_sources_of_a_track_are_compared_by_ear(person: Visitor, client: Client) -> None:
    """Each one's own bytes; switching keeps the place; the player stands back, and they do for the player."""
    page = person.go(client.album("Night Drive"))
    page.get_by_text("Petrol Blue", exact=True).first.dblclick()
    bar = page.get_by_role("region", name="Player")
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="More actions for Low Beams").click()
    page.get_by_role("menuitem", name="Details").click()
    panel = page.get_by_role("complementary", name="Track details")
    panel.get_by_role("button", name="Compare by ear").click()
    sides = panel.get_by_role("group", name="Compare by ear").get_by_role("button")
    expect(sides).to_have_text(["My Folder · FLAC", "Home Server · FLAC"])
    sides.first.click()
    wait_until_heard(page, 0, 2.0)
    expect(bar.get_by_role("button", name="Play", exact=True)).to_be_visible()
    sides.last.click()
    expect(sides.last).to_have_attribute("aria-pressed", "true")
    wait_until_heard(page, 1, 2.2)
    (first, first_at, first_is_silent), (second, second_at, _) = places(page)
    assert first_is_silent
    assert 2.0 < first_at <= second_at < 5.0
    assert first != second
    expect(sides.first).to_have_attribute("aria-pressed", "false")
    bar.get_by_role("button", name="Play", exact=True).click()
    expect(sides.last).to_have_attribute("aria-pressed", "false")
    assert [is_silent for _, _, is_silent in places(page)] == [True, True]


def test_a_source_that_is_gone_says_so_in_words(person: Visitor, client: Client) -> None:
    """Not that the browser finds nothing that it can decode: what the client answers."""
    page = person.go(client.album("Night Drive"))
    page.get_by_role("button", name="More actions for Coast Road").click()
    page.get_by_role("menuitem", name="Details").click()
    panel = page.get_by_role("complementary", name="Track details")
    # Split off meanwhile, on another device.
    gone = re.compile("entry_id=.*")
    page.route(gone, lambda route: route.continue_(url=gone.sub("entry_id=999", route.request.url)))
    panel.get_by_role("button", name="Compare by ear").click()
    panel.get_by_role("group", name="Compare by ear").get_by_role("button").first.click()
    expect(page.get_by_text(re.compile(r"track \d+ has no part 999")).first).to_be_visible()
