"""What the page of a source says beside its state: how it is known, and what its last sync changed."""

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.page.world import DESKTOP, PHONE, Client, Visitor, visitor

# A reason as long as they come, shown as if the client had told it: how wide the words are then, and what sticks out.
LONG_REASON = """async () => {
    const { sourceList, syncState } = await import('/state/sync.js');
    const { status } = await import('/state/live.js');
    const error = `127.0.0.1 shows another certificate than the one you trusted: ${'DA:65:EE:FD'.repeat(9)}`;
    const told = { error, error_code: 'certificate_problem', connectivity: 'certificate_problem' };
    for (const reading of [sourceList, syncState]) {
        const read = reading.value.value;
        if (read) reading.value.value = { ...read, sources: read.sources.map((one) => ({ ...one, ...told })) };
    }
    if (status.value) status.value = { ...status.value, badge: { ...status.value.badge, reason: error } };
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const boxes = [...document.querySelectorAll('.box, .note')];
    const isTold = (one) => one.textContent.includes('127.0.0.1 shows');
    const words = [...document.querySelectorAll('.entry-words')].filter(isTold);
    return {
        beyond: boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent.slice(0, 60)),
        narrow: words.filter((one) => one.offsetWidth < 150).map((one) => one.offsetWidth),
        said: isTold(document.querySelector('main')),
    };
}"""


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


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_long_reason_is_read_within_its_box(chrome: Browser, client: Client, size: dict[str, int]) -> None:
    """Neither beyond an edge nor squeezed beside what can be done about it."""
    with visitor(chrome, client, viewport=size) as person:
        for path in ("/sync", "/sources/1", "/settings"):
            page = person.go(path)
            page.locator("main .entry").first.wait_for()
            found = page.evaluate(LONG_REASON)
            assert (found["beyond"], found["narrow"]) == ([], []), (path, found)
            assert found["said"] or path == "/settings", path
