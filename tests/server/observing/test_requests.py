"""What the log says of requests: enough to find one again, and nothing that opens a door."""

import io
import json
import logging
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from soul_player.database.errors import DatabaseUnavailable
from soul_player.server.observing.logs import set_up_logs
from tests.conftest import run
from tests.server.api.sockets import listening, signed_in
from tests.server.api.test_routes import EXPECTED, NOWHERE, target
from tests.server.in_process import House, house
from tests.server.running import PASSWORD, USERNAME, running_server

SCRAPER = "a scraper's own token"


@contextmanager
def log_kept(level: str = "debug", form: str = "json") -> Generator[io.StringIO, None, None]:
    """Everything that the process says, while the block runs."""
    handlers, root_level = logging.root.handlers[:], logging.root.level
    said = io.StringIO()
    set_up_logs(level, form, stream=said)
    try:
        yield said
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(root_level)


def requests_of(said: io.StringIO) -> list[dict[str, Any]]:
    """The lines about requests."""
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    return [line for line in lines if line["logger"] == "soul_player.requests"]


def test_a_request_leaves_one_line_by_which_it_is_found_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as it:
            device = await it.sign_in()
            with log_kept() as said:
                reply = await it.ask("GET", f"/api/tracks/{NOWHERE}?x=1", token=device.access_token)
            (line,) = requests_of(said)
            assert reply.headers["x-request-id"] == line["request_id"]
            assert (line["method"], line["route"], line["status"]) == ("GET", "/api/tracks/{track_id}", 404)
            assert (line["user_id"], line["code"], line["address"]) == (device.user_id, "track_gone", "127.0.0.1")
            assert line["duration_ms"] >= 0
            assert line["bytes"] == len(reply.body)
            assert line["level"] == "info"

    run(story())


async def everything(it: House, made: list[str]) -> None:
    """Every route, well and badly, with secrets wherever one could put them; `made` collects them."""
    device = await it.sign_in()
    made += [PASSWORD, device.access_token, device.refresh_token, SCRAPER]
    for method, path in EXPECTED:
        wrong = secrets.token_urlsafe(24)
        made.append(wrong)
        for token in (None, device.access_token, wrong, SCRAPER):
            body = {"refresh_token": wrong, "password": wrong, "current_password": wrong, "new_password": wrong}
            for json_body in ({**body, "username": wrong, "device_id": wrong}, {"username": [wrong]}, body):
                if path == "/api/auth/logout" and token == device.access_token:
                    continue
                await it.ask(
                    method, f"{target(path)}?token={wrong}&cursor={wrong}&ack={wrong}", token=token,
                    json_body=json_body, headers={"Cookie": wrong, "If-None-Match": wrong},
                )  # fmt: skip
        await it.ask(method, f"{target(path)}/{wrong}", body=wrong.encode())
    wrong = secrets.token_urlsafe(24)
    made.append(wrong)
    login = {"username": USERNAME, "password": wrong, "device_id": "d"}
    assert (await it.ask("POST", "/api/auth/login", json_body=login)).code == "invalid_credentials"
    renewed = await it.ask("POST", "/api/auth/refresh", json_body={"refresh_token": device.refresh_token})
    assert renewed.status == 200
    made += [renewed.json["refresh_token"], renewed.json["access_token"]]


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_is_ever_told(tmp_path: Path, form: str) -> None:
    """Tokens, passwords and whatever stood in a query, a header or a body, at the most talkative level."""
    made: list[str] = []

    async def story() -> None:
        async with house(tmp_path / "home", metrics_token=SCRAPER) as it:
            await everything(it, made)

    with log_kept(form=form) as said:
        run(story())
        run(sockets_with_secrets(tmp_path / "live", made))
    told = said.getvalue()
    assert len(told.splitlines()) > 300
    assert [secret for secret in made if secret in told] == []
    assert "argon2" not in told


async def sockets_with_secrets(home: Path, made: list[str]) -> None:
    """Over a real socket, with a token where it does not belong: in the address, and as the first message."""
    async with running_server(home) as running, signed_in(running) as phone:
        made.append(phone.token)
        async with listening(phone, by_header=False) as ear:
            assert (await ear.next())["type"] == "hello"
        async with phone.http.ws_connect(f"{running.url}/api/live?token={phone.token}") as socket:
            await socket.send_json({"type": "auth", "token": phone.token[:-1]})
            await socket.receive()
            assert socket.close_code == 4401


def test_whoever_tries_passwords_is_told_of_with_the_address(tmp_path: Path) -> None:
    """At the level that is set unless somebody sets another: for fail2ban and its like."""

    async def story() -> None:
        async with house(tmp_path) as it:
            it.address = "203.0.113.9"
            with log_kept("warning") as said:
                await it.sign_in()
                login = {"username": USERNAME, "password": "wrong", "device_id": "d"}
                for _ in range(25):
                    await it.ask("POST", "/api/auth/login", json_body=login)
            lines = requests_of(said)
            assert {line["code"] for line in lines} == {"invalid_credentials", "too_many_attempts"}
            assert {line["address"] for line in lines} == {"203.0.113.9"}
            assert len(lines) == 25

    run(story())


def test_the_reason_of_a_failure_is_in_the_log_and_not_in_the_answer(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as it:
            device = await it.sign_in()
            database: Any = it.server.store.database
            read = database.read

            async def away(*_: Any, **__: Any) -> Any:
                raise DatabaseUnavailable("no route to db.internal")

            async def broken(*_: Any, **__: Any) -> Any:
                raise KeyError("a fault")

            with log_kept("warning") as said:
                database.read = away
                reply = await it.ask("GET", "/api/sync/heads", token=device.access_token)
                assert (reply.status, reply.code) == (503, "not_ready")
                database.read = broken
                failed = await it.ask("GET", "/api/sync/heads", token=device.access_token)
                database.read = read
            assert b"db.internal" not in reply.body
            (line,) = requests_of(said)
            assert (line["status"], line["reason"], line["level"]) == (503, "no route to db.internal", "warning")
            fault = json.loads(said.getvalue().splitlines()[-1])
            assert fault["message"] == "GET /api/sync/heads failed"
            assert "KeyError: 'a fault'" in fault["exception"]
            assert fault["request_id"] == failed.headers["x-request-id"]

    run(story())


def test_a_proxys_name_of_a_request_is_kept_where_proxies_are_trusted(tmp_path: Path) -> None:
    async def story() -> None:
        for number, (trusted, sent, is_kept) in enumerate(
            [(("127.0.0.1",), "abc-1.2_3", True), ((), "abc-1.2_3", False), (("127.0.0.1",), "a b\x7f", False)]
        ):
            async with house(tmp_path / str(number), trusted_proxies=trusted) as it:
                reply = await it.ask("GET", "/api/health", headers={"X-Request-ID": sent})
                assert (reply.headers["x-request-id"] == sent) is is_kept

    run(story())
