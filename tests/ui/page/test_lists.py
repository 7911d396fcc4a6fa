"""Lists in a real browser: virtual everywhere, filters that stay, rows that say where a recording is."""

import re

from playwright.sync_api import Page, expect

from tests.ui.page.world import Client, Visitor


def rows(page: Page, label: str) -> int:
    """How long a list says it is."""
    return int(page.get_by_role("grid", name=label).get_attribute("aria-rowcount") or -1)


def test_every_list_tells_how_long_it_is_and_draws_what_is_in_sight(person: Visitor, client: Client) -> None:
    """Behaviour 3: album, playlist, queue and search are lists like the library."""
    page = person.go("/tracks")
    assert rows(page, "Tracks") == 16
    expect(page.locator(".virtual .row").first).to_have_attribute("aria-rowindex", "1")
    person.go(client.album("Night Drive"))
    assert rows(page, "Night Drive") == 5
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.keyboard.press("q")
    page.get_by_role("complementary", name="Queue").wait_for()
    assert rows(page, "Up next") == 4
    page.keyboard.press("q")
    person.go("/search?text=amber&kind=tracks")
    page.get_by_role("grid", name="Tracks").wait_for()
    assert rows(page, "Tracks") == 5
    made = client.ask("POST", "/api/playlists", {"name": "Long one", "track_ids": [client.id_of("Only Here")] * 60})
    try:
        person.go(f"/playlists/{made['id']}")
        page.get_by_role("grid", name="Long one").wait_for()
        assert rows(page, "Long one") == 60
        assert page.locator(".virtual .row").count() < 30
        page.get_by_role("grid", name="Long one").locator("[data-place='0']").focus()
        page.keyboard.press("End")
        expect(page.locator("[data-place='59']")).to_be_focused()
    finally:
        client.ask("DELETE", f"/api/playlists/{made['id']}")


def test_chips_filter_and_are_remembered(person: Visitor) -> None:
    """Behaviour 6: All, Available offline, On this device, each source."""
    page = person.go("/tracks")
    expect(page.locator(".heading p")).to_have_text("16 tracks · 2 sources")
    page.get_by_role("button", name="On this device", exact=True).click()
    expect(page.locator(".heading p")).to_have_text("3 of 16 tracks shown")
    page.reload()
    expect(page.get_by_role("button", name="On this device", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".heading p")).to_have_text("3 of 16 tracks shown")
    page.get_by_role("link", name="Albums").first.click()
    expect(page.locator(".heading p")).to_have_text("2 albums")
    page.get_by_role("button", name="Home Server", exact=True).click()
    expect(page.locator(".heading p")).to_have_text("5 albums")
    page.get_by_role("link", name="Tracks").first.click()
    expect(page.locator(".heading p")).to_have_text("15 of 16 tracks shown")
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator(".heading p")).to_have_text("16 tracks · 2 sources")


def test_a_letter_of_the_rail_is_a_jump(person: Visitor) -> None:
    """Artists are round pictures in a grid; the rail says where one is, and goes there."""
    page = person.go("/artists")
    rail = page.get_by_role("navigation", name="First letters")
    expect(rail.locator("[aria-current]")).to_have_count(1)
    last = rail.get_by_role("button").last
    last.click()
    expect(last).to_have_attribute("aria-current", "true")
    card = page.get_by_role("list", name="Artists").get_by_role("listitem").filter(has_text="Amber Tide")
    assert card.locator(".cover").evaluate("one => getComputedStyle(one).borderRadius") == "50%"
    card.click()
    expect(page.get_by_role("heading", name="Amber Tide", level=1)).to_be_visible()
    # All of an artist's tracks are counted, not only those that are shown.
    expect(page.locator(".hero .button").last).to_contain_text(re.compile("Download|On this device"))


def test_one_row_a_recording_its_sources_unfold_beneath(person: Visitor) -> None:
    """Behaviour 10, in the words that were asked for."""
    page = person.go("/tracks")
    expect(page.get_by_text("Coast Road", exact=True)).to_have_count(1)
    row = page.get_by_role("row", name=re.compile("Coast Road"))
    row.get_by_role("button", name="Show the sources of Coast Road").click()
    sources = page.get_by_role("list", name="Sources of Coast Road")
    expect(sources.get_by_role("listitem")).to_have_count(2)
    expect(sources).to_contain_text(re.compile(r"Local file: /.*/02 Coast Road\.flac"))
    expect(sources).to_contain_text("Home Server: Available to stream")
    below = page.get_by_role("row", name=re.compile("Dögun")).bounding_box()
    unfolded = sources.bounding_box()
    assert below is not None
    assert unfolded is not None
    assert below["y"] >= unfolded["y"] + unfolded["height"] - 2, "the next row lies under the sources"
    row.get_by_role("button", name="Show the sources of Coast Road").click()
    expect(sources).not_to_be_attached()


def test_each_row_says_in_icon_and_words_where_it_is(person: Visitor) -> None:
    """Behaviour 8: all seven. The states of downloads are told by the events that a download sends."""
    page = person.go("/tracks")
    states = {
        "local_file": "On this device", "cached": "Downloaded", "stream_only": "Stream", "queued": "Queued",
        "percent": "62%", "failed": "Failed", "unavailable": "Unavailable",
    }  # fmt: skip
    page.evaluate(
        """async () => {
            const { knownTrack, learn } = await import('/state/tracks.js');
            const shown = [...document.querySelectorAll('[data-track]')].slice(0, 7);
            const rows = shown.map((row) => Number(row.dataset.track));
            const told = [
                { status: 'local_file' }, { status: 'cached' }, { status: 'stream_only', download: null },
                { status: 'stream_only', download: { id: 1, state: 'waiting', bytes_done: 0, bytes_total: null } },
                { status: 'stream_only', download: { id: 1, state: 'active', bytes_done: 62, bytes_total: 100 } },
                { status: 'stream_only', download: { id: 1, state: 'failed', bytes_done: 0, bytes_total: null } },
                { status: 'unavailable', download: null },
            ];
            learn(rows.map((id, place) => ({ ...knownTrack(id), sources: [1], ...told[place] })));
        }"""
    )
    for place, (state, words) in enumerate(states.items()):
        where = page.locator(f"[data-place='{place}'] .where")
        expect(where).to_have_class(re.compile(rf"\bis-{state}\b"))
        expect(where).to_have_text(words)
        icon = where.evaluate(
            "e => getComputedStyle(e.querySelector('.ring') || e, e.querySelector('.ring') ? null : '::before').width"
        )
        assert icon != "auto", f"{state} has no icon"


def test_the_badge_has_one_place_on_every_screen(person: Visitor) -> None:
    """Behaviour 15: it opens the sync page from wherever one is."""
    page = person.go("/tracks")
    badge = page.locator(".badge")
    expect(badge).to_contain_text("Synced")
    seen = set()
    for path in ("/tracks", "/albums", "/artists", "/favourites", "/playlists", "/search?text=a"):
        person.go(path)
        expect(badge).to_contain_text("Synced")
        box = badge.bounding_box()
        assert box is not None
        seen.add((round(box["x"] + box["width"]), round(box["y"])))
    assert len(seen) == 1, seen
    expect(badge).to_have_attribute("href", "/sync")


def test_the_same_actions_are_in_every_view_and_tracks_are_dragged_onto_playlists(
    person: Visitor, client: Client
) -> None:
    """Behaviour 26."""
    made = client.ask("POST", "/api/playlists", {"name": "Dropped", "track_ids": []})
    try:
        page = person.go("/tracks")
        wanted = [
            "Play",
            "Play next",
            "Add to queue",
            "Add to playlist",
            "Go to album",
            "Go to artist",
            "Favourite",
            "Details",
        ]
        for path in ("/tracks", client.album("Night Drive"), "/search?text=coast", "/recent"):
            person.go(path)
            page.locator(".virtual").get_by_role("button", name="More actions for").first.click()
            menu = page.get_by_role("menu")
            said = [item.strip() for item in menu.get_by_role("menuitem").all_inner_texts()]
            assert [item for item in wanted if item in said] == wanted, (path, said)
            page.keyboard.press("Escape")
            expect(menu).not_to_be_attached()
        target = page.get_by_role("navigation", name="Main").get_by_role("link", name="Dropped")
        person.go("/tracks")
        page.get_by_role("row", name=re.compile("Coast Road")).drag_to(target)
        expect(page.get_by_text("1 track added to Dropped")).to_be_visible()
        target.click()
        expect(page.get_by_role("row", name=re.compile("Coast Road"))).to_be_visible()
    finally:
        client.ask("DELETE", f"/api/playlists/{made['id']}")


def test_a_row_is_reached_played_and_queued_by_keys_alone(person: Visitor) -> None:
    """Arrows go along rows, Enter plays, Shift+Enter adds to the queue."""
    page = person.go(person.client.album("Night Drive"))
    page.locator("[data-place='0']").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-place='1']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".playing")).to_contain_text("Coast Road")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("q")
    expect(page.get_by_text("Next, added by you")).to_be_visible()
    expect(page.get_by_role("grid", name="Up next").get_by_role("row").first).to_contain_text("Rain on the Roof")


def test_a_favourite_and_its_rating_are_made_in_a_list_and_in_the_details(person: Visitor, client: Client) -> None:
    """At once, and kept."""
    page = person.go(client.album("Small Hours"))
    page.get_by_role("button", name="Favourite Half a Letter").click()
    expect(page.get_by_role("button", name="Favourite Half a Letter")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="More actions for Half a Letter").click()
    page.get_by_role("menuitem", name="Details").click()
    panel = page.get_by_role("complementary", name="Track details")
    panel.get_by_role("button", name="4 of 5").click()
    expect(panel.get_by_role("button", name="4 of 5")).to_have_attribute("aria-pressed", "true")
    person.go("/favourites")
    expect(page.get_by_role("row", name=re.compile("Half a Letter"))).to_be_visible()
    row = client.ask("GET", f"/api/lists/by-id?ids={client.id_of('Half a Letter')}")["tracks"][0]
    assert (row["is_favourite"], row["rating"]) == (True, 4)
    page.get_by_role("button", name="Favourite Half a Letter").click()
    expect(page.get_by_text("No favourites yet")).to_be_visible()


def test_the_details_say_why_two_files_are_one_track(person: Visitor, client: Client) -> None:
    """And where it is, and when it was played."""
    page = person.go(client.album("Night Drive"))
    page.get_by_role("button", name="More actions for Low Beams").click()
    page.get_by_role("menuitem", name="Details").click()
    panel = page.get_by_role("complementary", name="Track details")
    expect(panel.get_by_role("heading", name="Low Beams")).to_be_visible()
    expect(panel).to_contain_text("Why these are one track")
    expect(panel).to_contain_text("100% alike")
    expect(panel).to_contain_text("The audio is the same, bit for bit")
    expect(panel).to_contain_text("Plays first")
    expect(panel).to_contain_text("01 Low Beams.flac")
    expect(panel.get_by_role("button", name="Split")).to_be_visible()
