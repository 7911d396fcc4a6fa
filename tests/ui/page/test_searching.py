"""Search as you type, over what this device knows."""

import re

from playwright.sync_api import Route, expect

from tests.ui.page.world import Client, Visitor


def test_results_come_while_one_types(person: Visitor) -> None:
    """Behaviour 4: tracks, albums, artists and playlists, what is looked for made visible; Escape clears."""
    page = person.go("/tracks")
    page.keyboard.press("/")
    page.keyboard.type("nig")
    expect(page.get_by_text("Top result")).to_be_visible()
    expect(page.locator(".top-result")).to_contain_text("Night Drive")
    expect(page.locator(".top-result mark")).to_have_text("Nig")
    expect(page.get_by_role("grid", name="Tracks")).to_have_attribute("aria-rowcount", "5")
    assert page.url.endswith("/search?text=nig")
    page.keyboard.type("ht drive coast")
    expect(page.get_by_role("grid", name="Tracks")).to_have_attribute("aria-rowcount", "1")
    expect(page.get_by_role("row", name=re.compile("Coast Road"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect(page.get_by_text("Find anything in your library")).to_be_visible()


def test_search_knows_no_case_and_no_accents(person: Visitor) -> None:
    """`solveig` finds Sólveig."""
    page = person.go("/search?text=SOLVEIG")
    expect(page.locator(".top-result")).to_contain_text("Sólveig Þórs")
    expect(page.locator(".top-result mark")).to_have_text("Sólveig")


def test_a_late_answer_to_an_old_word_is_dropped(person: Visitor) -> None:
    """The first letters' answer is held back until the whole word's is shown: it must not replace it."""
    page = person.go("/search")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "text=ke&" in route.request.url + "&":
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/search?*", hold)
    page.get_by_role("searchbox").focus()
    with page.expect_request(re.compile(r"/api/search\?text=ke(&|$)")):
        page.keyboard.type("ke")
    page.keyboard.type("ttle")
    expect(page.get_by_role("row", name=re.compile("Kettle Song"))).to_be_visible()
    assert held, "the first word was never asked for"
    for route in held:
        # Whoever asked has gone away: the answer may find nobody.
        route.fulfill(
            json={
                "tracks": 0,
                "ids": [],
                "albums_total": 0,
                "albums": [],
                "artists_total": 0,
                "artists": [],
                "is_query": False,
            }
        )
    page.wait_for_timeout(300)
    expect(page.get_by_role("row", name=re.compile("Kettle Song"))).to_be_visible()


def test_nothing_found_says_so_and_what_to_do(person: Visitor, client: Client) -> None:
    """Also when it is only not on this device."""
    page = person.go("/search?text=xyzzy")
    expect(page.get_by_text("Nothing is called “xyzzy”")).to_be_visible()
    person.go("/search?text=hafi&show=offline")
    expect(page.get_by_text("Nothing of it is on this device")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("row", name=re.compile("Hafið"))).to_be_visible()
