"""A large library: any place in one jump, and no more in the page than is in sight."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Route, expect

from benchmarks.client_process import add_source, sync
from benchmarks.server_process import serving
from benchmarks.store import library_file
from tests.ui.page.world import Client, client_at, visitor

# The benchmark of the page does it with 100,000.
TRACKS = 10_000
ELEMENTS_MAX = 400


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client that has synced it all, which nothing here changes."""
    root = tmp_path_factory.mktemp("large")
    # In a thread of its own: the browser's event loop runs in this one.
    with ThreadPoolExecutor(1) as aside:
        database = aside.submit(library_file, root, TRACKS, seed=1).result()
    home = root / "client"
    home.mkdir()
    with serving(root / "server", database_url=f"sqlite:///{database}") as served:
        add_source(home, served)
        sync(home)
        with client_at(home) as opened:
            yield opened


@pytest.mark.slow
def test_the_row_that_keys_are_at_keeps_the_focus_when_its_words_come(chrome: Browser, large: Client) -> None:
    """Where nothing was read yet, the row that waits is another element than the one that comes in its place."""
    with visitor(chrome, large) as person:
        page = person.go("/tracks")
        page.locator("[data-place='0'] .words").wait_for()
        rows = "**/api/lists/tracks?*"

        def hold(_: Route) -> None:
            pass

        page.route(rows, hold)
        page.locator("[data-place='0']").focus()
        last = page.locator(f"[data-place='{TRACKS - 1}']")
        with page.expect_request(rows):
            page.keyboard.press("End")
        expect(last).to_have_class("row is-waiting")
        expect(last).to_be_focused()
        # It lets those go that were held.
        page.unroute(rows, hold)
        expect(last.locator(".words b")).not_to_be_empty()
        expect(last).to_be_focused()


@pytest.mark.slow
def test_any_place_in_a_large_library_is_one_jump_away(chrome: Browser, large: Client) -> None:
    """Behaviour 2: the last row by one key, the middle by the scroll bar; there are no pages."""
    with visitor(chrome, large) as person:
        page = person.go("/tracks")
        expect(page.locator(".heading p")).to_contain_text(f"{TRACKS:,} tracks")
        expect(page.get_by_role("grid", name="Tracks")).to_have_attribute("aria-rowcount", str(TRACKS))
        page.locator("[data-place='0']").focus()
        page.keyboard.press("End")
        last = page.locator(f"[data-place='{TRACKS - 1}']")
        expect(last).to_be_focused()
        expect(last).to_have_attribute("aria-rowindex", str(TRACKS))
        expect(last.locator(".words b")).not_to_be_empty()
        page.evaluate("() => { const main = document.getElementById('main'); main.scrollTop = main.scrollHeight / 2; }")
        page.wait_for_function(
            """middle => [...document.querySelectorAll('.virtual .row')].some((row) =>
                Math.abs(Number(row.dataset.place) - middle) < 40 && row.querySelector('.words'))""",
            arg=TRACKS // 2,
        )
        assert page.evaluate("document.body.querySelectorAll('*').length") <= ELEMENTS_MAX
        assert page.get_by_role("button", name="Next page").count() == 0
        page.get_by_role("searchbox").fill("night")
        expect(page.get_by_role("grid", name="Tracks")).to_be_visible()
        assert page.evaluate("document.body.querySelectorAll('*').length") <= ELEMENTS_MAX
