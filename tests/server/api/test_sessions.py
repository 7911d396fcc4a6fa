"""Signing in and out over HTTP, and the devices."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from soul_player.server.auth.first_password import FILE_NAME
from tests.conftest import run
from tests.server.in_process import House, house
from tests.server.running import PASSWORD, USERNAME

LOGIN = {"username": USERNAME, "password": PASSWORD, "device_id": "phone", "device_name": "Phone"}


def in_house(home: Path, story: Callable[[House], Awaitable[None]]) -> None:
    """Run the story in a house of its own."""

    async def told() -> None:
        async with house(home) as it:
            await story(it)

    run(told())


def test_a_device_signs_in_refreshes_and_signs_out(tmp_path: Path) -> None:
    """The shapes of protocol section 3."""

    async def story(it: House) -> None:
        login = await it.ask("POST", "/api/auth/login", json_body=LOGIN)
        assert set(login.json) == {"access_token", "refresh_token", "expires_in", "user"}
        assert login.json["expires_in"] == 900
        assert login.json["user"] | {"id": "", "created_at": ""} == {
            "id": "", "username": USERNAME, "is_admin": True, "created_at": "",
        }  # fmt: skip
        assert login.headers["cache-control"] == "no-store"
        refresh = {"refresh_token": login.json["refresh_token"]}
        refreshed = await it.ask("POST", "/api/auth/refresh", json_body=refresh)
        assert (refreshed.status, refreshed.headers["cache-control"]) == (200, "no-store")
        token = refreshed.json["access_token"]
        assert (await it.ask("POST", "/api/auth/logout", token=token)).status == 204
        assert (await it.ask("GET", "/api/sync/heads", token=token)).code == "token_revoked"
        assert (await it.ask("POST", "/api/auth/refresh", json_body=refresh)).code == "token_revoked"

    in_house(tmp_path, story)


def test_the_devices_of_a_user_are_his_own(tmp_path: Path) -> None:
    """Listed with the one that asks marked; another user's is not there: 404."""

    async def story(it: House) -> None:
        await it.server.accounts.add("listener", "a listener's password", is_admin=False)
        phone, desk = await it.sign_in(device="phone"), await it.sign_in(device="desk")
        other = await it.sign_in("listener", "a listener's password", device="tablet")
        devices = (await it.ask("GET", "/api/auth/devices", token=phone.access_token)).json["devices"]
        assert {device["device_id"]: device["current"] for device in devices} == {"phone": True, "desk": False}
        assert set(devices[0]) == {"device_id", "device_name", "created_at", "last_seen_at", "current"}
        foreign = await it.ask("DELETE", "/api/auth/devices/phone", token=other.access_token)
        assert (foreign.status, foreign.code) == (404, "device_not_found")
        assert (await it.ask("DELETE", "/api/auth/devices/desk", token=phone.access_token)).status == 204
        assert (await it.ask("GET", "/api/sync/heads", token=desk.access_token)).code == "token_revoked"
        assert (await it.ask("GET", "/api/sync/heads", token=phone.access_token)).status == 200

    in_house(tmp_path, story)


def test_a_device_id_is_any_text(tmp_path: Path) -> None:
    """Devices name themselves."""

    async def story(it: House) -> None:
        me = await it.sign_in(device="desk")
        await it.sign_in(device="phone")
        for name in ("Ämbers Telefon", "a/phone", "..", "100 %", "a?b#c"):
            await it.sign_in(device=name)
            gone = await it.ask("DELETE", f"/api/auth/devices/{quote(name, safe='')}", token=me.access_token)
            assert gone.status == 204, name
        # A slash that was not encoded is one of the path: no other device is meant by it.
        for path in ("a/phone", "a/../phone", "/phone", "phone/"):
            wrong = await it.ask("DELETE", f"/api/auth/devices/{path}", token=me.access_token)
            assert wrong.status == 404, path
        devices = (await it.ask("GET", "/api/auth/devices", token=me.access_token)).json["devices"]
        assert {device["device_id"] for device in devices} == {"desk", "phone"}

    in_house(tmp_path, story)


def test_a_name_that_no_database_can_keep_is_nobodys(tmp_path: Path, store_url: str) -> None:
    """PostgreSQL takes no NUL, not even to look for it: that is no trouble of the database."""

    async def story() -> None:
        async with house(tmp_path, database=store_url) as it:
            me = await it.sign_in()
            gone = await it.ask("DELETE", "/api/auth/devices/a%00b", token=me.access_token)
            assert (gone.status, gone.code) == (404, "device_not_found")
            body = {"root": "a\0b", "missing": 1}
            held = await it.ask("POST", "/api/admin/scan/confirm", token=me.access_token, json_body=body)
            assert (held.status, held.code) == (409, "nothing_held")
            scope = await it.ask("GET", "/api/sync/digest?scope=a%00b", token=me.access_token)
            assert (scope.status, scope.code) == (404, "not_found")

    run(story())


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"username": ""}, 422),
        ({"username": "x" * 1000}, 422),
        ({"username": "a\0b"}, 422),
        ({"username": "\ud800"}, 400),
        ({"username": 5}, 422),
        ({"password": None}, 422),
        ({"device_id": ""}, 422),
        ({"device_id": "x" * 101}, 422),
        ({"device_name": "x" * 201}, 422),
        ({"password": "wrong password"}, 401),
        ({"username": "nobody"}, 401),
        ({"device_name": "", "something_new": 1}, 200),
    ],
)
def test_what_is_wrong_with_a_login_is_told(tmp_path: Path, change: dict[str, object], status: int) -> None:
    """A name or password that is wrong is never told apart; unknown fields are ignored."""

    async def story(it: House) -> None:
        reply = await it.ask("POST", "/api/auth/login", json_body=LOGIN | change)
        assert reply.status == status, reply
        if status == 401:
            assert reply.code == "invalid_credentials"
            assert reply.json["detail"] == "the user name or the password is wrong"
            assert reply.headers["www-authenticate"].startswith("Bearer")

    in_house(tmp_path, story)


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Type": "application/json"}, b"{", 400, "bad_request"),
        ({"Content-Type": "application/json"}, b"", 400, "bad_request"),
        ({"Content-Type": "application/json"}, b"\xff\xfe", 400, "bad_request"),
        ({"Content-Type": "application/json"}, b'{"unknown":' + b"[" * 100_000, 400, "bad_request"),
        ({"Content-Type": "application/json"}, b"[]", 422, "invalid"),
        ({"Content-Type": "text/plain"}, b"{}", 415, "unsupported_media_type"),
        ({}, b"{}", 415, "unsupported_media_type"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"{}", 415, "unsupported_media_type"),
        ({"Content-Type": "application/json; charset=utf-8"}, b"{}", 422, "invalid"),
        ({"Content-Type": "application/json", "Content-Length": "1048577"}, b"", 413, "too_large"),
        ({"Content-Type": "application/json"}, b" " * 1_048_577, 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_used_is_told_why(
    tmp_path: Path, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    """400, 413, 415 and 422, each a problem document."""

    async def story(it: House) -> None:
        reply = await it.ask("POST", "/api/auth/login", headers=headers, body=body)
        assert (reply.status, reply.code) == (status, code)

    in_house(tmp_path, story)


def test_guessing_is_slowed_down_by_address_and_the_owner_gets_in(tmp_path: Path) -> None:
    """429 with `Retry-After`; from elsewhere the right password still opens the door."""

    async def story(it: House) -> None:
        replies = [await it.ask("POST", "/api/auth/login", json_body=LOGIN | {"password": "guess"}) for _ in range(30)]
        assert replies[0].status == 401
        assert (replies[-1].status, replies[-1].code) == (429, "too_many_attempts")
        assert int(replies[-1].headers["retry-after"]) > 0
        it.address = "192.168.7.7"
        assert (await it.ask("POST", "/api/auth/login", json_body=LOGIN)).status == 200

    in_house(tmp_path, story)


def test_a_new_password_counts_from_now_on(tmp_path: Path) -> None:
    """204, the other devices are out, and the old one is worth nothing."""

    async def story(it: House) -> None:
        me, other = await it.sign_in(device="me"), await it.sign_in(device="other")
        change = {"current_password": PASSWORD, "new_password": "a better password"}
        wrong = await it.ask(
            "POST", "/api/auth/password", token=me.access_token, json_body=change | {"current_password": "wrong"}
        )
        assert (wrong.status, wrong.code) == (401, "invalid_credentials")
        assert (await it.ask("POST", "/api/auth/password", token=me.access_token, json_body=change)).status == 204
        assert (await it.ask("GET", "/api/sync/heads", token=me.access_token)).status == 200
        assert (await it.ask("GET", "/api/sync/heads", token=other.access_token)).code == "token_revoked"
        assert (await it.ask("POST", "/api/auth/login", json_body=LOGIN)).code == "invalid_credentials"
        await it.sign_in(password="a better password")

    in_house(tmp_path, story)


def test_the_first_password_is_gone_after_the_first_sign_in(tmp_path: Path) -> None:
    """A wrong attempt leaves it where it is."""

    async def story(it: House) -> None:
        path = it.server.first_password.write("secret")
        assert path == tmp_path / FILE_NAME
        assert path.stat().st_mode & 0o777 == 0o600
        await it.ask("POST", "/api/auth/login", json_body=LOGIN | {"password": "guess"})
        assert path.exists()
        await it.sign_in()
        assert not path.exists()

    in_house(tmp_path, story)


def test_a_stranger_learns_who_the_server_is_and_no_more(tmp_path: Path) -> None:
    """A client asks this before it sends a password."""

    async def story(it: House) -> None:
        stranger = (await it.ask("GET", "/api/server")).json
        assert set(stranger) == {"server_id", "name", "version", "protocol"}
        known = (await it.ask("GET", "/api/server", token=(await it.sign_in()).access_token)).json
        assert set(known) - set(stranger) == {"era", "server_time", "features", "limits"}
        assert known["limits"] == {"operations": 500, "bytes": 1048576, "name_chars": 500, "playlist_entries": 10000}
        assert (await it.ask("GET", "/api/health")).json == {"status": "ok"}

    in_house(tmp_path, story)
