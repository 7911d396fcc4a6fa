"""`soul offline`, as a program: the library plays on, and no server hears of it."""

import json
import shutil
from pathlib import Path

from tests.cli.programs import soul


def test_the_switch_is_turned_shown_and_obeyed(synced_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(synced_home, tmp_path / "home"))
    assert soul("offline", "--json", home=home).json() == {"working_offline": False}
    assert "soul offline off" in soul("offline", "on", home=home).out
    status = json.loads(soul("status", "--json", home=home).out)
    assert status["working_offline"] is True
    assert "working offline" in soul("status", home=home).out
    synced = soul("sync", "--json", home=home)
    assert synced.code == 5
    assert synced.events()[-1]["sources"][0]["error"]["code"] == "working_offline"
    assert len(soul("list", home=home).out.splitlines()) == 6
    assert soul("offline", "off", home=home).code == 0
    assert soul("offline", "--json", home=home).json() == {"working_offline": False}
    assert soul("offline", "maybe", home=home).code == 2
