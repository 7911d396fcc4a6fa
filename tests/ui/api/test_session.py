"""Letting a browser in: by a link, by a password, and out again."""

import logging
from pathlib import Path

import aiohttp
import pytest

from soul_player.client import LibraryEdited
from soul_player.ui import end_all_sessions
from soul_player.ui.api.events import NO_LONGER_LET_IN
from soul_player.ui.passwords import BURST, PASSWORD_FILE, SECONDS_EACH, UiPassword
from soul_player.ui.sessions import LINK_SECONDS
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.ui.local import Answered, Running, running_ui

PASSWORD = "night drive 1974"
LITTLE_MEMORY_KIB = 64


async def sign_in(it: Running, **proof: str) -> Answered:
    """As a page of its own does it."""
    return await it.ask_bare("POST", "/api/session", json=proof, headers={"origin": it.local.url})


def test_a_link_is_exchanged_once_for_a_cookie_that_no_script_reads(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it:
            link = it.local.make_link()
            place, _, code = link.partition("#code=")
            assert place == f"{it.local.url}/"
            first = await sign_in(it, code=code)
            assert first.status == 204
            parts = [part.strip() for part in first.headers["set-cookie"].split(";")]
            assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(parts)
            assert "Secure" not in parts, "over plain HTTP a browser would not keep it"
            second = await sign_in(it, code=code)
            assert (second.status, second.json()["code"]) == (401, "link_used")
            assert "set-cookie" not in second.headers

    run(story())


def test_a_link_that_is_a_minute_old_lets_nobody_in(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with running_ui(tmp_path, clock=clock) as it:
            code = it.local.make_link().partition("#code=")[2]
            clock.advance(LINK_SECONDS)
            assert (await sign_in(it, code=code)).json()["code"] == "link_used"

    run(story())


def test_another_program_makes_links_and_a_signed_out_browser_is_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it:
            made = await it.ask("POST", "/api/session/links")
            assert (made.status, made.json()["seconds"]) == (201, LINK_SECONDS)
            code = made.json()["url"].partition("#code=")[2]
            cookie = (await sign_in(it, code=code)).headers["set-cookie"].partition(";")[0]
            headers = {"cookie": cookie, "origin": it.local.url}
            assert (await it.ask_bare("GET", "/api/session", headers=headers)).json()["is_signed_in"]
            ended = await it.ask_bare("DELETE", "/api/session", headers=headers)
            assert "Max-Age=0" in ended.headers["set-cookie"]
            assert not (await it.ask_bare("GET", "/api/session", headers=headers)).json()["is_signed_in"]
            assert (await it.ask_bare("GET", "/api/status", headers=headers)).status == 401

    run(story())


@pytest.mark.parametrize("body", [{}, {"code": "x", "password": PASSWORD}, {"code": ""}, {"password": ""}, [], "x"])
def test_what_is_no_proof_is_refused(tmp_path: Path, body: object) -> None:
    async def story() -> None:
        async with running_ui(tmp_path) as it:
            answer = await it.ask_bare("POST", "/api/session", json=body)
            assert answer.status == 422
            assert "set-cookie" not in answer.headers

    run(story())


def test_a_password_lets_in_once_one_is_set(tmp_path: Path) -> None:
    """Set by who is in already; whoever else was in is out. Only a hash is kept, for the owner of the home."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            assert (await sign_in(it, password=PASSWORD)).json()["code"] == "no_password"
            mine, other = await it.cookie(), await it.cookie()
            headers = {"cookie": mine, "origin": it.local.url}
            short = await it.ask_bare("PUT", "/api/session/password", json={"password": "short"}, headers=headers)
            assert short.status == 422
            done = await it.ask_bare("PUT", "/api/session/password", json={"password": PASSWORD}, headers=headers)
            assert done.status == 204
            kept = tmp_path / PASSWORD_FILE
            assert kept.stat().st_mode & 0o777 == 0o600
            assert kept.read_text().startswith("$argon2id$")
            assert PASSWORD not in kept.read_text()
            assert (await it.ask_bare("GET", "/api/status", headers=headers)).status == 200
            assert (await it.ask_bare("GET", "/api/status", headers={"cookie": other})).status == 401
            assert (await it.ask_bare("GET", "/api/session")).json() == {"is_signed_in": False, "takes_password": True}
            wrong = await sign_in(it, password=PASSWORD + " ")
            assert (wrong.status, wrong.json()["code"]) == (401, "wrong_password")
            right = await sign_in(it, password=PASSWORD)
            assert right.status == 204
            cookie = right.headers["set-cookie"].partition(";")[0]
            assert (await it.ask_bare("GET", "/api/status", headers={"cookie": cookie})).status == 200
            await it.ask("PUT", "/api/session/password", json={"password": None})
            assert (await sign_in(it, password=PASSWORD)).json()["code"] == "no_password"

    run(story())


def test_a_browser_goes_on_after_a_restart_and_every_one_can_be_signed_out(tmp_path: Path) -> None:
    """By the page, or by the file of another process; who listens then hears nothing more."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            cookie = (await it.cookie()).partition("=")[2]
        async with running_ui(tmp_path) as it:
            mine = {"cookie": f"{it.local.cookie}={cookie}", "origin": it.local.url}
            assert (await it.ask_bare("GET", "/api/status", headers=mine)).status == 200
            socket = await it.http.ws_connect(it.local.url + "/api/events", headers=mine)
            assert (await socket.receive_json(timeout=5))["events"] == [{"type": "hello"}]
            ended = await it.ask_bare("DELETE", "/api/sessions", headers=mine)
            assert (ended.status, "Max-Age=0" in ended.headers["set-cookie"]) == (204, True)
            assert (await it.ask_bare("GET", "/api/status", headers=mine)).status == 401
            it.client.events.emit(LibraryEdited())
            closed = await socket.receive(timeout=5)
            assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, NO_LONGER_LET_IN)
            other = {"cookie": await it.cookie()}
            end_all_sessions(tmp_path)
            assert (await it.ask_bare("GET", "/api/status", headers=other)).status == 401

    run(story())


def test_guessing_is_slowed_down_and_a_link_still_lets_in(tmp_path: Path) -> None:
    """By the clock of the client; a right one in between takes nothing away."""

    async def story() -> None:
        clock = FakeClock()
        await UiPassword(tmp_path, clock, memory_kib=LITTLE_MEMORY_KIB).set(PASSWORD)
        async with running_ui(tmp_path, clock=clock) as it:
            for number in range(BURST):
                assert (await sign_in(it, password=f"wrong guess {number}")).status == 401
            refused = await sign_in(it, password=PASSWORD)
            assert (refused.status, refused.json()["code"]) == (429, "too_many_attempts")
            assert 0 < int(refused.headers["retry-after"]) <= SECONDS_EACH
            assert await it.cookie()
            clock.advance(SECONDS_EACH)
            assert (await sign_in(it, password=PASSWORD)).status == 204
            assert (await sign_in(it, password=PASSWORD)).status == 204

    run(story())


def test_no_secret_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever went wrong with it."""

    async def story() -> list[str]:
        caplog.set_level(logging.DEBUG)
        async with running_ui(tmp_path) as it:
            code = it.local.make_link().partition("#code=")[2]
            await sign_in(it, code=code)
            await sign_in(it, code=code)
            cookie = await it.cookie()
            await sign_in(it, password=PASSWORD)
            await it.ask_bare("GET", f"/?code={code}")
            await it.ask("GET", "/api/no-such")
            await it.ask("POST", "/api/sources", json={"url": "x y", "username": "ann", "password": PASSWORD})
            return [code, cookie.partition("=")[2], it.local.token, PASSWORD]

    secrets = run(story())
    said = caplog.text + repr([vars(record) for record in caplog.records])
    assert [secret for secret in secrets if secret in said] == []
