"""Whether two tracks are one recording, decided in the page: side by side, by ear, never modal, and taken back."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.cli.test_resolve_all import NAMES, asked_thrice
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.ui.page.places import Place, place_at
from tests.ui.page.world import client_at, visitor, wait_for

LIVE = "Low Beams (Live)"


@pytest.fixture
def place(chrome: Browser, few: Path, anns_server: Path, tmp_path: Path) -> Iterator[Place]:
    """A folder of this device holds what may be a live take of one of the server's tracks, or the same."""
    tags = {"title": LIVE, "artist": "Amber Tide", "album": "Night Drive", "track": "1"}
    make_audio(tmp_path / "folder" / "live", "flac", hertz=257, seconds=5.0, tags=tags)
    with place_at(chrome, few, anns_server, tmp_path) as opened:
        opened.client.add_folder(tmp_path / "folder")
        wait_for("the question", lambda: opened.client.ask("GET", "/api/questions")["questions"])
        yield opened


def question(place: Place) -> Locator:
    """The only one that is asked."""
    return place.page.get_by_role("region", name="Needs your decision").locator(".decision")


def rows_of(place: Place, word: str) -> int:
    """How many recordings with this word there are."""
    return int(place.client.ask("GET", f"/api/search?text={word}")["tracks"])


def test_two_tracks_are_judged_side_by_side_and_an_answer_is_taken_back(place: Place) -> None:
    """Behaviours 12 and 13: what differs is marked, with a score; merged with one press, apart again with another."""
    page = place.person.go("/sync")
    asked = question(place)
    expect(asked).to_contain_text("Are these the same track?")
    expect(asked).to_contain_text(re.compile(r"\d+% alike"))
    table = asked.get_by_role("table", name="Compare the two tracks")
    expect(table.get_by_role("columnheader")).to_have_text(["Field", "My Folder", "Home Server"])
    expect(table.locator("mark").first).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert rows_of(place, "beams") == 2
    asked.get_by_role("button", name="Merge into one").click()
    expect(page.get_by_text("Nothing needs your decision.")).to_be_visible()
    wait_for("one row", lambda: rows_of(place, "beams") == 1)
    page.get_by_role("button", name="Undo").click()
    expect(question(place)).to_contain_text("Are these the same track?")
    wait_for("two rows", lambda: rows_of(place, "beams") == 2)
    question(place).get_by_role("button", name="Keep both").click()
    expect(page.get_by_text("Nothing needs your decision.")).to_be_visible()
    # For ever: a sync of everything asks no more.
    run = place.client.ask("POST", "/api/sync", {"full": True})
    wait_for("the end", lambda: place.client.ask("GET", f"/api/sync/runs/{run['run_id']}?wait_seconds=5")["is_done"])
    assert place.client.ask("GET", "/api/questions")["questions"] == []
    assert rows_of(place, "beams") == 2


def test_two_tracks_are_compared_by_ear_from_one_place(place: Place) -> None:
    """Real audio of both: switching keeps the place, and what was playing stands back."""
    page = place.person.go("/sync")
    question(place).get_by_role("button", name="Compare by ear").click()
    sides = question(place).get_by_role("group", name="Compare by ear").get_by_role("button")
    expect(sides).to_have_count(2)
    sides.first.click()
    page.wait_for_function("() => document.querySelectorAll('.by-ear audio')[0].currentTime > 0.6")
    sides.last.click()
    page.wait_for_function("() => document.querySelectorAll('.by-ear audio')[1].currentTime > 0.6")
    assert page.evaluate("document.querySelectorAll('.by-ear audio')[0].paused")
    expect(sides.last).to_have_attribute("aria-pressed", "true")


def test_a_decision_put_off_blocks_nothing(place: Place) -> None:
    """Behaviour 12: it waits, is counted beside `Sync`, and everything else goes on."""
    page = place.person.go("/sync")
    question(place).get_by_role("button", name="Decide later").click()
    expect(question(place).get_by_role("table")).not_to_be_attached()
    expect(page.get_by_role("link", name=re.compile("Sync.*1 to decide"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Tracks")).first.click()
    expect(page.get_by_role("row", name=re.compile("Coast Road"))).to_be_visible()
    page.get_by_role("link", name=re.compile("1 to decide")).click()
    question(place).get_by_role("button", name="Keep both").click()
    expect(page.get_by_text("Nothing needs your decision.")).to_be_visible()


def test_one_answer_is_given_to_all_conflicts_like_it(chrome: Browser, tmp_path: Path) -> None:
    """Behaviour 14: three playlists that were deleted elsewhere, one choice; what asks something else waits on."""
    # In a thread of its own: the browser's event loop runs in this one.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(run, asked_thrice(tmp_path)).result()
    with client_at(tmp_path / "phone") as client, visitor(chrome, client) as person:
        page = person.go("/sync")
        decisions = page.get_by_role("region", name="Needs your decision").locator(".decision")
        expect(decisions).to_have_count(len(NAMES) + 1)
        first = decisions.filter(has_text="was deleted on").first
        first.get_by_text("Keep it on this device only").click()
        first.get_by_label(f"Do this for all {len(NAMES)} like it").check()
        first.get_by_role("button", name="Apply").click()
        expect(decisions).to_have_count(1)
        expect(decisions).to_contain_text("was changed after you deleted it")
        local = {one["name"] for one in client.ask("GET", "/api/playlists")["playlists"] if one["source_id"] is None}
        assert local == set(NAMES)
        page.get_by_role("button", name="Undo").click()
        expect(decisions).to_have_count(len(NAMES) + 1)
