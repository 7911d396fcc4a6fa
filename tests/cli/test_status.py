"""`soul status`: its one word, and its JSON."""

from pathlib import Path

import pytest

from soul_player.cli.status import badge_of, source_state
from soul_player.client import Source, SourceAddress, SourceId, SourceType
from tests.cli.programs import soul


def make_source(**values: object) -> Source:
    """Well, synced, and online, but for what a test says."""
    plain = {
        "id": SourceId(1), "name": "Home", "type": SourceType.SERVER, "addresses": (SourceAddress("http://127.0.0.1:1"),),
        "server_id": None, "username": "ann", "account_id": None, "is_active": True,
        "needs_sign_in": False, "added_at_ms": 0, "last_sync_at_ms": 1, "last_error_code": None, "last_error": None,
        "is_offline": False, "failed_attempts": 0, "retry_at_ms": None,
    }  # fmt: skip
    return Source(**{**plain, **values})  # type: ignore[arg-type]  # a maker takes any field


WELL = make_source()
OFFLINE = make_source(is_offline=True, last_error_code="offline", last_error="gone")
FAILED = make_source(last_error_code="protocol", last_error="malformed")
SIGNED_OUT = make_source(needs_sign_in=True, last_error_code="sign_in_needed", last_error="sign in")


@pytest.mark.parametrize(
    ("sources", "badge"),
    [
        ([], "synced"), ([WELL], "synced"), ([WELL, OFFLINE], "synced"), ([OFFLINE, OFFLINE], "offline"),
        ([WELL, FAILED], "failed"), ([OFFLINE, FAILED], "failed"), ([SIGNED_OUT], "failed"),
    ],
)  # fmt: skip
def test_the_badge_is_the_worst_that_a_person_should_know(sources: list[Source], badge: str) -> None:
    """One server that is away is no failure: offline is a state."""
    assert badge_of(sources, is_syncing=False) == badge
    assert badge_of(sources, is_syncing=True) == "syncing"


def test_each_source_has_a_word() -> None:
    """Signed out goes before all: it is what a person can change."""
    states = [source_state(source) for source in (WELL, OFFLINE, FAILED, SIGNED_OUT, make_source(last_sync_at_ms=None))]
    assert states == ["synced", "offline", "failed", "sign in", "not synced yet"]


def test_the_status_of_an_empty_home(tmp_path: Path) -> None:
    """The JSON is whole, whatever is there."""
    ran = soul("status", "--json", home=tmp_path)
    status = ran.json()
    assert ran.code == 0
    assert set(status) == {
        "badge", "last_synced_at", "sources", "waiting_edits", "decisions", "working_offline", "downloads", "storage",
    }  # fmt: skip
    assert (status["badge"], status["last_synced_at"], status["sources"]) == ("synced", None, [])
    assert set(status["storage"]) == {"kept_bytes", "automatic_bytes", "limit_bytes", "free_bytes"}
    assert set(status["downloads"]) == {"pending", "active", "failed"}


def test_the_status_of_a_library(synced_home: Path) -> None:
    """Read from this device alone: its server is gone."""
    status = soul("status", "--json", home=synced_home).json()
    (source,) = status["sources"]
    assert (status["badge"], source["tracks"], source["online"], source["type"]) == ("synced", 6, True, "server")
    assert status["last_synced_at"] == source["last_sync_at"]
    told = soul("status", home=synced_home).out
    assert told.startswith("synced: 6 tracks from 1 source\n  Home Server  synced  6 tracks  ")
