"""What the page of a source says beside its state: how it is known, and what its last sync changed."""

from playwright.sync_api import expect

from tests.ui.page.world import Visitor


def test_a_source_says_how_it_is_known_and_what_its_last_sync_changed(person: Visitor) -> None:
    """A server has a connection and an identity; a folder is watched."""
    server, folder = person.client.ask("GET", "/api/sources")["sources"]
    page = person.go(f"/sources/{server['id']}")
    expect(page.locator(".heading p")).to_contain_text("added today")
    connection = page.get_by_role("region", name="Connection")
    expect(connection).to_contain_text("Without encryption")
    expect(connection).to_contain_text(f"{server['server_id'][:8]} · the same since today")
    last = page.get_by_role("table", name="Last sync")
    expect(last.get_by_role("columnheader")).to_have_text(["Here", "Changed"])
    expect(last.get_by_role("row", name="Tracks")).to_contain_text(str(server["tracks"]))
    page.get_by_role("link", name="Settings").click()
    sources = page.get_by_role("region", name="Sources")
    expect(sources.get_by_role("listitem").filter(has_text=folder["name"])).to_contain_text("Watched")
    sources.get_by_role("link", name=folder["name"]).click()
    expect(page.get_by_role("heading", name=folder["name"])).to_be_visible()
    expect(page.get_by_role("region", name="Connection")).to_have_count(0)
