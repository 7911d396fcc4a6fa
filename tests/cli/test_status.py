"""`soul status`: its one word, its lines for people, and its JSON."""

import re
from pathlib import Path

from tests.cli.programs import add_source, serving, soul


def test_the_status_says_offline_when_a_server_is_away_and_what_to_do_when_signed_out(tmp_path: Path) -> None:
    """Not "synced": and each source has its own word, its reason and the one command that helps."""
    client = tmp_path / "client"
    with serving(tmp_path / "one") as one:
        add_source(client, one, name="One")
        with serving(tmp_path / "two") as two:
            add_source(client, two, name="Two")
            assert soul("sync", home=client).code == 0
            assert soul("status", home=client).out.startswith("Synced (just now): 0 tracks from 2 sources\n")
        assert soul("sync", home=client).code == 6
        status = soul("status", "--json", home=client).json()
        assert (status["badge"], status["label"]) == ("offline", "Offline")
        assert status["reason"].startswith("Two: 127.0.0.1 cannot be reached")
        assert [(one["connectivity"], one["state"]) for one in status["sources"]] == [
            ("online", "synced"), ("offline", "offline"),
        ]  # fmt: skip
        passwd = ("user", "passwd", "admin", "--password-stdin")
        assert soul(*passwd, home=one.home, stdin="a new good one\n").code == 0
        assert soul("sync", home=client).code == 1
        told = soul("status", home=client).out.splitlines()
        assert told[0].startswith("Sync Failed (Retry?): ")
        at = told.index("  One: sign in again")
        assert told[at + 1] == "    sign in: soul source login One"
        assert soul("status", "--json", home=client).json()["action"] == "sign_in"
        soul("offline", "on", home=client)
        assert soul("status", home=client).out.startswith("Offline: ")
        assert soul("status", "--json", home=client).json()["action"] == "turn_online"


def test_the_status_of_an_empty_home(tmp_path: Path) -> None:
    """The JSON is whole, whatever is there."""
    ran = soul("status", "--json", home=tmp_path)
    status = ran.json()
    assert ran.code == 0
    assert set(status) == {
        "badge", "label", "reason", "action", "last_synced_at", "sources", "waiting_edits", "decisions",
        "working_offline", "downloads", "storage", "progress",
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
    # The library is that of several tests: on a slow machine it was synced minutes ago.
    assert re.match(
        r"Synced \((just now|\d+ mins? ago)\): 6 tracks from 1 source\n  Home Server  synced  6 tracks  ", told
    )
