"""The local API as a whole: it answers who may ask, says where it is, and tells what happens."""

import asyncio
import json
import os
import stat
from pathlib import Path

import aiohttp
import pytest

from soul_player.client import DownloadQueued, LocalTrackId
from soul_player.edges import SystemClock
from soul_player.ui import (
    RUN_FILE,
    Beyond,
    CertificateUnusable,
    UiPassword,
    bind,
    keep,
    read_run_file,
    serving,
)
from tests.client.clients import opened_client
from tests.conftest import run
from tests.edges.certificates import FOLDER as CERTIFICATES
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


def test_beyond_this_machine_it_answers_under_its_names_there_and_no_others(tmp_path: Path) -> None:
    """The same sessions; loopback stays as it is, and is what other processes find."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            with bind("127.0.0.1", 0) as bound, bind("127.0.0.1", 0) as outer:
                beyond = Beyond(outer, tls=None, names=("amber.local",))
                port = outer.getsockname()[1]
                async with serving(client, bound, beyond=beyond) as local, aiohttp.ClientSession() as http:
                    token = {"authorization": f"Bearer {local.token}"}
                    there = f"http://127.0.0.1:{port}/api/status"
                    for host, status in (
                        (f"192.168.7.7:{port}", 200),
                        (f"amber.local:{port}", 200),
                        (f"evil.example:{port}", 421),
                        (f"amber.local.evil.example:{port}", 421),
                    ):
                        async with http.get(there, headers={**token, "host": host}) as answer:
                            assert answer.status == status, host
                    async with http.get(f"{local.url}/api/status", headers={**token, "host": "192.168.7.7"}) as answer:
                        assert answer.status == 421

    run(story())


def test_over_tls_the_cookie_never_goes_in_the_clear(tmp_path: Path) -> None:
    """And a page may be opened by its own address only."""

    async def story() -> None:
        certificate = CERTIFICATES / "first.pem"
        async with opened_client(tmp_path) as client:
            await UiPassword(tmp_path, SystemClock(), memory_kib=64).set("night drive 1974")
            with bind("127.0.0.1", 0) as bound, bind("127.0.0.1", 0) as outer:
                beyond = Beyond(outer, tls=(certificate, certificate), names=())
                url = f"https://127.0.0.1:{outer.getsockname()[1]}"
                async with serving(client, bound, beyond=beyond), aiohttp.ClientSession() as http:
                    proof = {"password": "night drive 1974"}
                    for origin, status in ((url, 204), (url.replace("https", "http"), 403)):
                        headers = {"origin": origin}
                        async with http.post(f"{url}/api/session", json=proof, headers=headers, ssl=False) as answer:
                            assert answer.status == status
                            assert ("; Secure" in answer.headers.get("set-cookie", "")) == (status == 204)

    run(story())


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "none.pem").write_text("no certificate")
        async with opened_client(tmp_path / "home") as client:
            with bind("127.0.0.1", 0) as bound, bind("127.0.0.1", 0) as outer:
                beyond = Beyond(outer, tls=(tmp_path / "none.pem", tmp_path / "none.pem"))
                with pytest.raises(CertificateUnusable):
                    async with serving(client, bound, beyond=beyond):
                        raise AssertionError("it serves without one")

    run(story())


def test_the_home_is_kept_by_one_process_and_the_next_one_waits_for_its_turn(tmp_path: Path) -> None:
    """Its page is there meanwhile; only the one that keeps the home is found by others."""

    async def story() -> None:
        async with running_ui(tmp_path) as first, opened_client(tmp_path) as client:
            with bind("127.0.0.1", 0) as bound:
                async with serving(client, bound) as second, asyncio.TaskGroup() as tasks:
                    keeping = tasks.create_task(keep(client, second))
                    await asyncio.sleep(1)
                    found = read_run_file(tmp_path)
                    assert found is not None
                    assert found.url == first.local.url
                    headers = {"authorization": f"Bearer {second.token}"}
                    async with first.http.get(f"{second.url}/api/status", headers=headers) as answer:
                        assert answer.status == 200
                    keeping.cancel()
            assert read_run_file(tmp_path) == found

    run(story())
