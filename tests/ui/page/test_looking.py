"""Every screen as people see it: axe finds nothing, nothing is cut off on a phone, tags are text and nothing else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page, expect

from tests.ui.page.music import HOSTILE
from tests.ui.page.world import PHONE, Client, Visitor, visitor

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# What colours decide. The rest looks at elements, words and sizes, which light and dark have in common.
OF_COLOURS = {**RULES, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# What AXE_SCRIPT finds, once it is in the page.
BROKEN = """async (rules) => (await window.axe.run(rules)).violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 2).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 200)}`))"""
TAP = 44
# In sight, not a word within a line of text, and smaller than a thumb.
TOO_SMALL = """
tap => [...document.querySelectorAll('button, a[href], input, select')]
    .filter((one) => one.checkVisibility())
    .filter((one) => !one.closest('p, .sub, .unseen, .skip, .letters, .kind, small, .section-head'))
    .filter((one) => !one.matches('.grip, .slider, .unfold, .is-double button, .button.is-small, .search input'))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && box.top >= 0 && box.bottom <= innerHeight)
    .filter(([, box]) => box.height < tap - 0.5 || box.width < tap - 0.5)
    .map(([one, box]) => [one.className || one.tagName, one.textContent.trim().slice(0, 20), box.width, box.height])
"""


def play_something(page: Page) -> None:
    """So that the player has something to show."""
    page.locator("[data-place='0']").first.focus()
    page.keyboard.press("Enter")
    page.locator(".is-now").first.wait_for(state="attached")


def open_queue(page: Page) -> None:
    """With something in it."""
    play_something(page)
    page.evaluate("import('/state/window.js').then(({ panel }) => { panel.value = { kind: 'queue' }; })")
    page.get_by_role("grid", name="Up next").wait_for()


def open_history(page: Page) -> None:
    """The other side of the queue."""
    open_queue(page)
    page.get_by_role("button", name="History").click()


def open_details(page: Page) -> None:
    """Of a track that is in two places."""
    page.get_by_role("row", name=re.compile("Coast Road")).get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Details").click()
    page.get_by_text("Why these are one track").wait_for()


def unfold(page: Page) -> None:
    """The sources beneath a row."""
    page.get_by_role("button", name="Show the sources of Coast Road").click()
    page.get_by_role("list", name="Sources of Coast Road").get_by_role("listitem").first.wait_for()


def open_player(page: Page) -> None:
    """The whole window."""
    play_something(page)
    page.get_by_role("button", name="Open the player").click()
    page.locator(".now h1").wait_for()


def open_help(page: Page) -> None:
    """The keys."""
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()


def open_menu(page: Page) -> None:
    """Of a row."""
    page.get_by_role("button", name="More actions for Coast Road").click()
    page.get_by_role("menu").wait_for()


def await_plan(page: Page) -> None:
    """What it means, with its conditions."""
    page.locator(".is-plan .plan").wait_for()


def ask_for_server(page: Page) -> None:
    """A form with something wrong in it."""
    page.get_by_role("button", name="Add source").click()
    dialog = page.get_by_role("dialog")
    for label, text in (("Server address", "127.0.0.1:9"), ("User name", "ann"), ("Password", "x")):
        dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name="Connect").click()
    dialog.get_by_role("alert").wait_for()


def ask_to_remove(page: Page) -> None:
    """What goes and what stays."""
    page.get_by_role("button", name=re.compile("^Remove")).last.click()
    page.get_by_role("dialog").get_by_text("leave the library").wait_for()


def write_rule(page: Page) -> None:
    """A good one, with what it means, and then a faulty one."""
    rule = page.get_by_role("textbox", name="Rule")
    rule.fill("artist:amber, rating:4.. ^genre:folk")
    page.get_by_role("listitem").filter(has_text="Genre does not contain folk").wait_for()
    rule.fill("artist:amber rating:x")
    page.locator("#rule-said mark").wait_for()


def notice(page: Page) -> None:
    """Working offline, and something went wrong that can be undone."""
    page.evaluate("""async () => {
        const { toast, trouble } = await import('/parts/toasts.js');
        trouble({ message: 'Coast Road was skipped', hint: 'Home Server does not answer' });
        toast('1 track taken out', { label: 'Undo', run: () => {} });
        window.live = await import('/state/live.js');
    }""")
    # The page may read how it really is in between.
    page.wait_for_function("""() => {
        const { status } = window.live;
        if (status.value && !status.value.works_offline) status.value = { ...status.value, works_offline: true };
        return document.querySelector('.note.is-offline') !== null;
    }""")


def shows(selector: str) -> Callable[[Page], None]:
    """As it is, once its content is there."""
    return lambda page: page.locator(f"main {selector}").first.wait_for()


# What is looked at: a name, where it is, and what is done there first.
SCREENS: dict[str, tuple[str | Callable[[Client], str], Callable[[Page], None]]] = {
    "tracks": ("/tracks", unfold),
    "menu": ("/tracks", open_menu),
    "notices": ("/tracks", notice),
    "albums": ("/albums", shows("a.card")),
    "album": (lambda client: client.album("Night Drive"), play_something),
    "artists": ("/artists", shows("a.card, .is-artist .words")),
    "artist": (
        lambda client: f"/artists/{client.ask('GET', '/api/artists?count=1')['artists'][0]['key']}",
        shows(".row .words"),
    ),
    "recent": ("/recent", shows(".row .words")),
    "favourites": ("/favourites", shows(".row .words")),
    "playlists": ("/playlists", shows(".line")),
    "playlist": (
        lambda client: f"/playlists/{client.ask('GET', '/api/playlists')['playlists'][0]['id']}",
        shows(".row .words"),
    ),
    "smart playlist": (
        lambda client: f"/smart/{client.ask('GET', '/api/playlists')['smart'][0]['id']}",
        shows(".row .words"),
    ),
    "search": ("/search?text=night", shows(".top-result")),
    "empty search": ("/search?text=xyzzy", shows(".empty")),
    "queue": ("/tracks", open_queue),
    "history": ("/tracks", open_history),
    "all history": ("/history", shows(".queue-row")),
    "details": ("/tracks", open_details),
    "now playing": ("/tracks", open_player),
    "keys": ("/tracks", open_help),
    "nowhere": ("/no/such/place", shows("h1")),
    "sync": ("/sync", shows("ul li")),
    "downloads": ("/downloads", shows("[role=meter]")),
    "settings": ("/settings", shows("[role=switch]")),
    "source": ("/sources/1", shows(".boxes li")),
    "adding a server": ("/settings", ask_for_server),
    "removing a source": ("/sources/1", ask_to_remove),
    "new rule": ("/rules/new", write_rule),
}
PHONES = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module", autouse=True)
def furnished(client: Client) -> Any:
    """A playlist, a saved query, a play and a favourite, so that no screen is looked at empty."""
    ids = [client.id_of(title) for title in ("Low Beams", "Kettle Song", "Dögun")]
    client.ask("POST", f"/api/tracks/{ids[0]}/plays", {"heard_seconds": 6})
    client.ask("PUT", f"/api/tracks/{ids[1]}/favourite", {"is_favourite": True})
    made = client.ask("POST", "/api/playlists", {"name": "Looked at", "track_ids": ids})["id"]
    smart = client.ask("POST", "/api/smart-playlists", {"name": "All of amber", "query": "artist:amber"})["id"]
    yield
    client.ask("PUT", f"/api/tracks/{ids[1]}/favourite", {"is_favourite": False})
    client.ask("DELETE", f"/api/playlists/{made}")
    client.ask("DELETE", f"/api/smart-playlists/{smart}")


@pytest.mark.slow
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_screen_breaks_a_rule_of_accessibility(chrome: Browser, client: Client, size: str) -> None:
    """Behaviour 30: WCAG 2.2 AA, in light and dark, at a desk and on a phone; nothing is wider than the window.

    On a phone everything is large enough for a thumb: 44 px a target; text inside a line is what the rule leaves out.
    """
    broken: dict[str, list[str]] = {}
    # Nothing is looked at while it still fades in.
    options = {"color_scheme": "light", "reduced_motion": "reduce", **(PHONES if size == "phone" else {})}
    with visitor(chrome, client, **options) as person:
        person.context.add_init_script(AXE_SCRIPT)
        for name, (path, act) in SCREENS.items():
            page = person.go(path if isinstance(path, str) else path(client))
            page.wait_for_function("() => !document.querySelector('.waiting')")
            act(page)
            said = [f"light: {one}" for one in page.evaluate(BROKEN, RULES)]
            page.emulate_media(color_scheme="dark")
            said += [f"dark: {one}" for one in page.evaluate(BROKEN, OF_COLOURS)]
            page.emulate_media(color_scheme="light")
            wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            said += [f"{wide} px wider than the window"] if wide > 0 else []
            if size == "phone":
                said += [f"too small: {one}" for one in page.evaluate(TOO_SMALL, TAP)]
            if said:
                broken[name] = said
    assert broken == {}


def test_a_tag_is_never_more_than_text(person: Visitor, client: Client) -> None:
    """Title, artist, album, genre: shown letter by letter, in every place that shows them."""
    page = person.go("/tracks")
    hostile = client.id_of(f"{HOSTILE}title")
    row = client.ask("GET", f"/api/lists/by-id?ids={hostile}")["tracks"][0]
    made = client.ask("POST", "/api/playlists", {"name": f"{HOSTILE}list", "track_ids": [hostile]})["id"]
    try:
        for path in (
            "/tracks", "/albums", f"/albums/{row['album_key']}", "/artists", f"/artists/{row['artist_key']}",
            "/playlists", f"/playlists/{made}", "/search?text=onerror", f"/search?text={HOSTILE[:4]}script", "/recent",
        ):  # fmt: skip
            person.go(path)
            page.locator("#main").get_by_text("<img").first.wait_for(state="attached")
            assert page.evaluate("window.hacked") is None, path
            assert page.locator("img[src='x'], #main script").count() == 0, path
        person.go(f"/albums/{row['album_key']}")
        expect(page.get_by_text(f"{HOSTILE}title", exact=True).first).to_be_visible()
        page.locator("[data-place='0']").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".playing b")).to_have_text(f"{HOSTILE}title")
        page.get_by_role("button", name="Open the player").click()
        expect(page.locator(".now h1")).to_have_text(f"{HOSTILE}title")
        page.keyboard.press("Escape")
        page.locator(".virtual").get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Details").click()
        expect(page.get_by_role("complementary").get_by_text("${window.hacked=1}genre")).to_be_visible()
        assert page.evaluate("window.hacked") is None
    finally:
        client.ask("DELETE", f"/api/playlists/{made}")


def test_the_theme_follows_the_system_and_can_be_chosen(chrome: Browser, client: Client) -> None:
    """Dark, light, system."""
    with visitor(chrome, client, color_scheme="dark") as person:
        page = person.go("/tracks")
        background = "() => getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(background)
        page.evaluate("import('/state/kept.js').then(({ theme }) => { theme.value = 'light'; })")
        page.wait_for_function(f"dark => ({background})() !== dark", arg=dark)
        page.reload()
        page.wait_for_selector("#main h1", state="attached")
        assert page.evaluate(background) != dark


def test_whoever_navigates_is_taken_to_the_heading(person: Visitor) -> None:
    """For people who hear the page; and the title says where they are."""
    page = person.go("/tracks")
    page.get_by_role("link", name="Artists").first.click()
    expect(page.get_by_role("heading", name="Artists", level=1)).to_be_focused()
    assert page.title() == "Artists · Soul Player"
    page.go_back()
    expect(page.get_by_role("heading", name="Tracks", level=1)).to_be_focused()


def test_it_can_be_kept_like_a_program(person: Visitor) -> None:
    """A manifest with icons that are there."""
    page = person.go("/tracks")
    told = page.evaluate("async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()")
    assert told["display"] == "standalone"
    for icon in told["icons"]:
        assert page.evaluate("async source => (await fetch(source)).status", icon["src"]) == 200
