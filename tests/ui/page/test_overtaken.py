"""Answers that are slow to come: what changed meanwhile is read again, and nothing old is shown last."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.ui.page.world import Visitor

# As an event of the client does it.
TOUCHED = "import('/state/live.js').then(({ libraryTick }) => { libraryTick.value += 1; })"
READ_STATUS = "import('/state/live.js').then(({ readStatus }) => readStatus())"
READ_SOURCES = "import('/state/sync.js').then(({ sourceList }) => { sourceList.now(); })"


@pytest.fixture
def person(person: Visitor) -> Visitor:
    """Whose page hears of nothing by itself: only what the test does is read again."""
    person.page.route_web_socket(re.compile("/api/events"), lambda _: None)
    return person


def hold_first(page: Page, url: re.Pattern[str]) -> list[Route]:
    """The next request is held, and in the list; those after it go through."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(url, hold)
    return held


def answer_as_before(route: Route, **changed: object) -> None:
    """With what would have been told before."""
    told = route.fetch().json()
    route.fulfill(status=200, content_type="application/json", body=json.dumps({**told, **changed}))


def test_a_list_that_changed_while_it_was_read_is_read_again(person: Visitor) -> None:
    """The library was empty when it was asked for, and is not when the answer comes."""
    page = person.go("/tracks")
    grid = page.get_by_role("grid", name="Tracks")
    expect(grid).to_have_attribute("aria-rowcount", "16")
    url = re.compile(r"/api/lists/tracks\?")
    held = hold_first(page, url)
    with page.expect_request(url):
        page.evaluate(TOUCHED)
    page.evaluate(TOUCHED)
    with page.expect_request(url):
        answer_as_before(held[0], tracks=[], total=0, version=0)
    expect(grid).to_have_attribute("aria-rowcount", "16")


def test_an_old_answer_on_how_the_client_is_is_not_shown_last(person: Visitor) -> None:
    """Asked twice, the older answer comes last: the badge tells how it is now."""
    page = person.go("/tracks")
    badge = page.locator("header .badge")
    expect(badge).to_contain_text("Synced")
    url = re.compile(r"/api/status$")
    held = hold_first(page, url)
    with page.expect_request(url):
        page.evaluate(READ_STATUS)
    page.evaluate(READ_STATUS)
    # As long as a second question beside the first would take.
    page.wait_for_timeout(600)
    with page.expect_request(url):
        answer_as_before(held[0], badge={"state": "offline", "label": "Offline"}, works_offline=True)
    expect(badge).to_contain_text("Synced")
    expect(page.locator(".note.is-offline")).not_to_be_attached()


def test_an_old_answer_to_a_screen_is_dropped(person: Visitor) -> None:
    """The later one is shown already."""
    page = person.go("/settings")
    sources = page.get_by_role("region", name="Sources").get_by_role("listitem")
    expect(sources).to_have_count(2)
    url = re.compile(r"/api/sources$")
    held = hold_first(page, url)
    with page.expect_request(url):
        page.evaluate(READ_SOURCES)
    with page.expect_response(url):
        page.evaluate(READ_SOURCES)
    with page.expect_response(url):
        answer_as_before(held[0], sources=[])
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(sources).to_have_count(2)
