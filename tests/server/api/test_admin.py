"""Accounts and scans, for admins."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.conftest import run
from tests.makers_audio import make_audio
from tests.server.in_process import House, SignedInDevice, house
from tests.server.running import USERNAME

NOBODY = "01000000-0000-7000-8000-000000000000"
NEW = {"username": "Listener", "password": "a listener's password", "is_admin": False}


def as_admin(
    home: Path,
    story: Callable[[House, SignedInDevice], Awaitable[None]],
    *,
    database: str = "",
    music: tuple[Path, ...] = (),
) -> None:
    """Run the story as an admin."""

    async def told() -> None:
        async with house(home, database=database, music=music) as it:
            await story(it, await it.sign_in())

    run(told())


def test_an_account_is_made_used_and_removed(tmp_path: Path, store_url: str) -> None:
    """Removing it signs its devices out, at once."""

    async def story(it: House, admin: SignedInDevice) -> None:
        token = admin.access_token
        made = await it.ask("POST", "/api/admin/users", token=token, json_body=NEW)
        assert (made.status, made.json["username"], made.json["is_admin"]) == (201, "Listener", False)
        assert set(made.json) == {"id", "username", "is_admin", "created_at"}
        again = await it.ask("POST", "/api/admin/users", token=token, json_body=NEW | {"username": "LISTENER"})
        assert (again.status, again.code) == (409, "user_exists")
        listener = await it.sign_in("listener", str(NEW["password"]), device="phone")
        listed = (await it.ask("GET", "/api/admin/users", token=token)).json["users"]
        assert [user["username"] for user in listed] == [USERNAME, "Listener"]
        assert (await it.ask("DELETE", f"/api/admin/users/{made.json['id']}", token=token)).status == 204
        assert (await it.ask("GET", "/api/sync/heads", token=listener.access_token)).code == "token_revoked"
        gone = await it.ask("DELETE", f"/api/admin/users/{made.json['id']}", token=token)
        assert (gone.status, gone.code) == (404, "user_not_found")

    as_admin(tmp_path / "home", story, database=store_url)


def test_the_last_admin_stays(tmp_path: Path, store_url: str) -> None:
    """Two who remove each other at the same moment leave one behind."""

    async def story(it: House, admin: SignedInDevice) -> None:
        alone = await it.ask("DELETE", f"/api/admin/users/{admin.user_id}", token=admin.access_token)
        assert (alone.status, alone.code) == (409, "last_admin")
        await it.server.accounts.add("second", "another password", is_admin=True)
        second = await it.sign_in("second", "another password", device="two")
        statuses = []

        async def remove(victim: SignedInDevice, token: str) -> None:
            statuses.append((await it.ask("DELETE", f"/api/admin/users/{victim.user_id}", token=token)).status)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(remove(second, admin.access_token))
            tasks.create_task(remove(admin, second.access_token))
        assert 204 in statuses
        assert len([user for user in await it.server.accounts.list() if user.is_admin]) == 1

    as_admin(tmp_path / "home", story, database=store_url)


@pytest.mark.parametrize(
    "change",
    [
        {"username": ""},
        {"username": "  "},
        {"username": "x" * 65},
        {"username": "a\nb"},
        {"username": "a\u202eb"},
        {"password": "short"},
        {"is_admin": "yes"},
    ],
)
def test_an_account_that_cannot_be_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """422, and nothing is made."""

    async def story(it: House, admin: SignedInDevice) -> None:
        reply = await it.ask("POST", "/api/admin/users", token=admin.access_token, json_body=NEW | change)
        assert (reply.status, reply.code) == (422, "invalid")
        assert len(await it.server.accounts.list()) == 1

    as_admin(tmp_path, story)


def test_an_id_that_is_none_names_nobody(tmp_path: Path) -> None:
    """404, like one that names nobody."""

    async def story(it: House, admin: SignedInDevice) -> None:
        for user_id in (NOBODY, "1", NOBODY.upper().replace("0", "A")):
            reply = await it.ask("DELETE", f"/api/admin/users/{user_id}", token=admin.access_token)
            assert (reply.status, reply.code) == (404, "user_not_found")

    as_admin(tmp_path, story)


@asynccontextmanager
async def scanning(it: House) -> AsyncGenerator[None, None]:
    """The scanner runs, as it does in a server."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(it.server.scanner.run())
        yield
        running.cancel()


def test_a_scan_is_asked_for_waited_for_and_told(tmp_path: Path) -> None:
    """`wait=true` answers when it is done; without it the answer comes at once."""
    music = tmp_path / "music"
    music.mkdir()

    async def story(it: House, admin: SignedInDevice) -> None:
        async with scanning(it):
            begun = await it.ask("POST", "/api/admin/scan", token=admin.access_token)
            assert begun.status == 202
            done = await it.ask("POST", "/api/admin/scan?wait=true", token=admin.access_token)
            assert (done.status, done.json["last"]["added"]) == (200, 0)
            await asyncio.to_thread(make_audio, music / "song", "flac")
            done = await it.ask("POST", "/api/admin/scan?wait=true&full=true", token=admin.access_token)
            assert (done.status, done.json["last"]["added"], done.json["last"]["unreadable"]) == (200, 1, [])
            told = await it.ask("GET", "/api/admin/scan", token=admin.access_token)
            assert told.json["last"]["added"] == 1
            wrong = await it.ask("POST", "/api/admin/scan?wait=maybe", token=admin.access_token)
            assert (wrong.status, wrong.code) == (422, "invalid")

    as_admin(tmp_path / "home", story, music=(music,))


def test_tracks_that_are_missing_in_number_go_only_when_it_is_confirmed(tmp_path: Path) -> None:
    """An emptied root: held, also to whoever waited; a confirmation for another root or number lets nothing go."""
    music = tmp_path / "music"
    songs = [make_audio(music / f"song {number}", "flac", hertz=300 + number) for number in range(3)]

    async def story(it: House, admin: SignedInDevice) -> None:
        async def ask(method: str, path: str, **more: object) -> tuple[int, dict[str, object]]:
            reply = await it.ask(method, path, token=admin.access_token, **more)  # type: ignore[arg-type]  # json_body
            return reply.status, reply.json

        async with scanning(it):
            await ask("POST", "/api/admin/scan?wait=true")
            for song in songs:
                song.unlink()
            status, held = await ask("POST", "/api/admin/scan?wait=true")
            assert (status, held["state"], held["code"]) == (200, "held", "mass_deletion_held")
            assert (held["root"], held["missing"]) == (str(music), 3)
            nothing = {"root": "/elsewhere", "missing": 3}
            assert (await ask("POST", "/api/admin/scan/confirm", json_body=nothing))[1]["code"] == "nothing_held"
            zero = {"root": str(music), "missing": 0}
            assert (await ask("POST", "/api/admin/scan/confirm", json_body=zero))[0] == 422
            fewer = {"root": str(music), "missing": 2}
            status, still = await ask("POST", "/api/admin/scan/confirm?wait=true", json_body=fewer)
            assert (status, still["state"]) == (200, "held")
            right = {"root": str(music), "missing": 3}
            status, gone = await ask("POST", "/api/admin/scan/confirm?wait=true", json_body=right)
            assert (status, gone["last"]["removed"]) == (200, 3)  # type: ignore[index]  # a summary
            assert gone["state"] != "held"

    as_admin(tmp_path / "home", story, music=(music,))
