"""The local API as a whole: it answers who may ask, says where it is, and tells what happens."""

import json
import os
import stat
from pathlib import Path

from soul_player.client import DownloadQueued, LocalTrackId
from soul_player.ui import RUN_FILE
from tests.conftest import run
from tests.ui.local import running_ui


def test_a_program_finds_it_by_the_file_in_the_home_and_a_browser_by_a_link(tmp_path: Path) -> None:
    """The file is for its owner only, and goes when the process ends."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            path = tmp_path / RUN_FILE
            said = json.loads(path.read_text())
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert said["pid"] == os.getpid()
            assert said["url"] == it.local.url
            headers = {"authorization": f"Bearer {said['token']}"}
            assert (await it.ask_bare("GET", "/api/status", headers=headers)).status == 200
            cookie = await it.cookie()
            assert (await it.ask_bare("GET", "/api/status", headers={"cookie": cookie})).status == 200
            assert (await it.ask_bare("GET", "/api/status")).status == 401
        assert not path.exists()

    run(story())


def test_what_happens_is_told_to_who_listens(tmp_path: Path) -> None:
    """With ids; of one thing only its last state."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            headers = {"authorization": f"Bearer {it.local.token}"}
            async with it.http.ws_connect(it.local.url + "/api/events", headers=headers) as socket:
                assert await socket.receive_json(timeout=5) == {"events": [{"type": "hello"}]}
                it.client.events.emit(DownloadQueued((LocalTrackId(4),)))
                it.client.events.emit(DownloadQueued((LocalTrackId(4), LocalTrackId(5))))
                told = await socket.receive_json(timeout=5)
                assert told == {"events": [{"type": "download_queued", "count": 2}]}

    run(story())
