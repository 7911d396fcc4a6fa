"""`soul source discover`: a real server is found by a real client, over the loopback interface."""

import subprocess
import sys
from pathlib import Path

from tests.cli.programs import add_source, serving, soul
from tests.server.many import wait_for


def test_a_server_is_found_and_one_that_does_not_announce_itself_is_not(tmp_path: Path) -> None:
    """By name and address; what is a source already is said to be."""

    def found() -> list[dict[str, object]]:
        ran = soul("source", "discover", "--json", home=tmp_path / "client")
        assert ran.code == 0, ran.err
        return [one for one in ran.json()["servers"] if one["name"] in {"Loud", "Quiet"}]

    with (
        serving(tmp_path / "loud", "--name", "Loud", SOUL_SERVER_ANNOUNCE="true") as loud,
        serving(tmp_path / "quiet", "--name", "Quiet", "--no-announce", SOUL_SERVER_ANNOUNCE="true"),
    ):
        wait_for(lambda: found() != [])
        (one,) = found()
        assert (one["name"], one["url"], one["known"]) == ("Loud", loud.url, False)
        assert add_source(tmp_path / "client", loud).code == 0
        assert [one["known"] for one in found()] == [True]
        shown = soul("source", "discover", home=tmp_path / "client")
        # Other servers of this machine may be there too.
        (line,) = [line for line in shown.out.splitlines() if loud.url in line]
        assert line.split("  ")[0] == "Loud"
        assert line.endswith("  a source already")


def test_the_library_for_it_is_loaded_by_nobody_else() -> None:
    """It is an extra, of another licence, and slow to load."""
    program = (
        "import sys, soul_player.server.serving, soul_player.client, soul_player.cli.main, soul_player.ui;"
        "sys.exit(any(name.startswith('zeroconf') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
