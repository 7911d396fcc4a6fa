"""What is kept by itself, and saved queries: written with what they mean beside, changed, switched off, taken back."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.ui.page.world import Client, Visitor, visitor, wait_for


@pytest.fixture
def person(chrome: Browser, untouched: Client) -> Iterator[Visitor]:
    """Of a client that has room for what rules bring."""
    with visitor(chrome, untouched) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _as_it_was(untouched: Client) -> Iterator[None]:
    """Each test begins with the rules and the saved queries that there are at first."""
    client = untouched
    rules = client.ask("GET", "/api/rules")["rules"]
    saved = {one["id"] for one in client.ask("GET", "/api/playlists")["smart"]}
    yield
    for one in client.ask("GET", "/api/playlists")["smart"]:
        if one["id"] not in saved:
            client.ask("DELETE", f"/api/smart-playlists/{one['id']}")
    for one in client.ask("GET", "/api/rules")["rules"]:
        known = next((rule for rule in rules if rule["id"] == one["id"]), None)
        if known is None and one["kind"] == "own":
            client.ask("DELETE", f"/api/rules/{one['id']}")
        elif known is not None and one["kind"] == "built_in":
            wanted = {key: known[key] for key in ("name", "query", "weight", "budget_bytes", "quality")}
            client.ask("PUT", f"/api/rules/{one['id']}", {**wanted, "is_on": known["is_live"]})


def rule_of(client: Client, name: str) -> dict[str, object] | None:
    """As the client has it."""
    return next((one for one in client.ask("GET", "/api/rules")["rules"] if one["name"] == name), None)


def conditions(page: Page) -> Locator:
    """What the rule says, one by one, and the button for another one."""
    return page.get_by_role("list", name="Conditions").get_by_role("listitem")


def test_a_rule_is_shown_before_it_is_made(person: Visitor) -> None:
    """Behaviour 23: what it would keep, and where a faulty one is wrong, in place; then it keeps what it names."""
    page = person.go("/rules/new?name=Amber")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Name").fill("What is typed stays")
    page.get_by_role("textbox", name="Rule").fill("artist:amber")
    plan = page.get_by_role("region", name="Matches now")
    expect(plan.get_by_role("status")).to_have_text(re.compile(r"^5 tracks, [\d.]+ [kM]B$"))
    expect(plan).to_contain_text("already on this device")
    expect(page.get_by_label("Name")).to_have_value("What is typed stays")
    expect(plan).to_contain_text("Petrol Blue")
    page.get_by_role("textbox", name="Rule").fill("artist:amber ratng:5")
    expect(page.locator("#rule-said")).to_contain_text("did you mean 'rating'")
    expect(page.locator("#rule-said mark")).to_have_text("ratng:5")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_role("textbox", name="Rule").fill('title:"petrol blue"')
    expect(plan.get_by_role("status")).to_contain_text("1 track,")
    page.get_by_label("Name").fill("Petrol")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Download for me")).to_contain_text("Petrol")
    made = rule_of(person.client, "Petrol")
    assert made is not None
    assert (made["query"], made["is_live"], made["quality"], made["weight"]) == (
        'title:"petrol blue"', True, "original", 50,
    )  # fmt: skip
    found = f"/api/lists/tracks?{urlencode({'query': made['query'], 'count': 1})}"
    wait_for("the track", lambda: person.client.ask("GET", found)["tracks"][0]["status"] == "cached")


def test_conditions_and_text_are_the_same_rule(person: Visitor) -> None:
    """Each condition in words; one is taken away, typed over, added; the text and the preview follow at once."""
    page = person.go("/rules/new")
    text = page.get_by_role("textbox", name="Rule")
    text.fill('🎸 year:2020.. ^genre:"spoken word" rating:..3, artist:="The Paper Lanterns" played:-30d')
    expect(conditions(page)).to_have_text([
        "Any text contains 🎸", "Year from 2020", "Genre does not contain spoken word", "Rating up to 3 stars",
        "or", "Artist is The Paper Lanterns", "Last played in the last 30 days", "Condition",
    ])  # fmt: skip
    page.get_by_role("button", name="Remove condition: Any text contains 🎸").click()
    expect(text).to_have_value('year:2020.. ^genre:"spoken word" rating:..3, artist:="The Paper Lanterns" played:-30d')
    page.get_by_role("button", name="Remove condition: Last played in the last 30 days").click()
    page.get_by_role("button", name="Remove condition: Artist is The Paper Lanterns").click()
    expect(text).to_have_value('year:2020.. ^genre:"spoken word" rating:..3')
    plan = page.get_by_role("region", name="Matches now").get_by_role("status")
    expect(plan).to_contain_text("9 tracks,")
    page.get_by_role("button", name="Change condition: Year from 2020").click()
    page.keyboard.type("year:2023")
    expect(plan).to_contain_text("3 tracks,")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_role("menuitem", name="Artist", exact=True).click()
    expect(text).to_have_value('year:2023 ^genre:"spoken word" rating:..3 artist:amber')
    # The value stands to be typed over.
    page.keyboard.type("sólveig")
    expect(text).to_have_value('year:2023 ^genre:"spoken word" rating:..3 artist:sólveig')
    expect(conditions(page).nth(3)).to_have_text("Artist contains sólveig")
    expect(plan).to_contain_text("3 tracks,")


def test_a_rule_is_changed_switched_off_deleted_and_taken_back(person: Visitor) -> None:
    """Space, quality and weight by keys and clicks; the list has the weightiest first."""
    client = person.client
    client.ask("POST", "/api/rules", {"name": "Small", "query": "artist:lanterns", "is_on": False})
    client.ask("POST", "/api/rules", {"name": "Large", "query": "artist:amber", "weight": 500, "is_on": False})
    page = person.go("/settings")
    card = page.get_by_role("region", name="Download for me")
    expect(card.get_by_role("listitem").first).to_contain_text("Large")
    expect(card.get_by_role("listitem").first).to_contain_text("Off: keeps nothing")
    card.get_by_role("link", name=re.compile("^Small")).click()
    expect(page.get_by_role("heading", name="Edit rule")).to_be_visible()
    page.get_by_role("switch", name="Keep on this device").click()
    space = page.get_by_role("slider", name="Space")
    expect(space).to_have_attribute("aria-valuetext", "no limit of its own")
    space.press("Home")
    expect(space).to_have_attribute("aria-valuetext", re.compile("^up to 500 MB of "))
    expect(page.get_by_role("region", name="Matches now")).to_contain_text("Left in the budget")
    page.get_by_role("button", name="Low", exact=True).click()
    page.get_by_role("button", name="Goes last").click()
    page.get_by_label("Name").fill("Large")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("there is a rule named Large already")
    page.get_by_label("Name").fill("Lanterns")
    page.get_by_role("button", name="Save").click()
    expect(card.get_by_role("switch", name="Lanterns")).to_be_checked()
    changed = rule_of(client, "Lanterns")
    assert changed is not None
    assert {key: changed[key] for key in ("is_live", "budget_bytes", "quality", "weight")} == {
        "is_live": True, "budget_bytes": 500_000_000, "quality": "low", "weight": 500,
    }  # fmt: skip
    card.get_by_role("switch", name="Lanterns").click()
    wait_for("the rule to be off", lambda: (rule_of(client, "Lanterns") or {})["is_live"] is False)
    card.get_by_role("link", name=re.compile("^Lanterns")).click()
    page.get_by_role("button", name="Delete").click()
    expect(card).not_to_contain_text("Lanterns")
    assert rule_of(client, "Lanterns") is None
    page.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("Lanterns")
    back = rule_of(client, "Lanterns")
    assert back is not None
    assert (back["is_live"], back["quality"], back["weight"]) == (False, "low", 500)


def test_a_built_in_rule_keeps_what_it_means(person: Visitor) -> None:
    """It can be switched off and weighed; its name and its query are only shown."""
    page = person.go("/settings")
    card = page.get_by_role("region", name="Download for me")
    card.get_by_role("link", name=re.compile("^Played often")).click()
    expect(page.get_by_role("textbox", name="Rule")).to_have_value("plays:>5")
    expect(page.get_by_role("textbox", name="Rule")).not_to_be_editable()
    expect(page.get_by_label("Name")).not_to_be_editable()
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    page.get_by_role("button", name="Goes first").click()
    page.get_by_role("button", name="Save").click()
    expect(card.get_by_role("listitem").filter(has=page.get_by_role("link")).last).to_contain_text("Played often")
    changed = rule_of(person.client, "high play count")
    assert changed is not None
    assert (changed["kind"], changed["weight"], changed["query"]) == ("built_in", 10, "plays:>5")


def test_a_saved_query_is_made_kept_renamed_deleted_and_taken_back(person: Visitor) -> None:
    """From a search, with its preview; what keeps it on this device goes and comes back with it."""
    client = person.client
    page = person.go("/search?text=artist:amber%20year:2021")
    page.get_by_role("link", name="Save as smart playlist").click()
    expect(page.get_by_role("textbox", name="Rule")).to_have_value("artist:amber year:2021")
    expect(page.get_by_role("region", name="Matches now").get_by_role("status")).to_contain_text("5 tracks,")
    page.get_by_label("Name").fill("Amber of 2021")
    page.get_by_label("Order").select_option("title")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Amber of 2021", level=1)).to_be_visible()
    expect(page.get_by_role("grid", name="Amber of 2021")).to_have_attribute("aria-rowcount", "5")
    assert rule_of(client, "Amber of 2021") is None

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Warm")
    page.get_by_role("textbox", name="Rule").fill("artist:amber")
    page.get_by_role("switch", name="Keep on this device").click()
    expect(page.get_by_role("region", name="Matches now")).to_contain_text("5 tracks")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Warm", level=1)).to_be_visible()
    expect(page.locator(".hero")).to_contain_text("Kept on this device")
    kept = rule_of(client, "Warm")
    assert kept is not None
    assert (kept["query"], kept["tracks"] != 0) == ("artist:amber", True)

    page.get_by_role("button", name="More actions for Warm").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("heading", name="Playlists", level=1)).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Warm")
    assert rule_of(client, "Warm") is None
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("main").get_by_role("link", name=re.compile("^Warm")).click()
    expect(page.locator(".hero")).to_contain_text("Kept on this device")
