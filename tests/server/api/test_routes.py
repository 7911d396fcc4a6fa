"""Who may use which route: every route, as a stranger, as a user, as an admin, and with every kind of bad token."""

from pathlib import Path

import pytest

from soul_player.server.api.gate import Access
from soul_player.server.api.operations import OPERATIONS
from soul_player.server.auth.tokens import ACCESS_SECONDS
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.server.in_process import House, Reply, house

ANYONE, USER, ADMIN, MONITOR = Access.ANONYMOUS, Access.USER, Access.ADMIN, Access.MONITOR
NOWHERE = "01000000-0000-7000-8000-000000000000"

# Written down a second time, on purpose: a new route, or one whose guard was changed, fails until it stands here too.
EXPECTED = {
    ("GET", "/api/health"): ANYONE,
    ("GET", "/api/server"): ANYONE,
    ("POST", "/api/auth/login"): ANYONE,
    ("POST", "/api/auth/refresh"): ANYONE,
    ("POST", "/api/auth/logout"): USER,
    ("POST", "/api/auth/password"): USER,
    ("GET", "/api/auth/devices"): USER,
    ("DELETE", "/api/auth/devices/{device_id}"): USER,
    ("GET", "/api/sync/heads"): USER,
    ("GET", "/api/sync/tracks"): USER,
    ("GET", "/api/sync/playlists"): USER,
    ("GET", "/api/sync/user-data"): USER,
    ("GET", "/api/sync/digest"): USER,
    ("POST", "/api/sync/push"): USER,
    ("GET", "/api/tracks/{track_id}"): USER,
    ("GET", "/api/tracks/{track_id}/stream"): USER,
    ("GET", "/api/tracks/{track_id}/download"): USER,
    ("GET", "/api/tracks/{track_id}/artwork"): USER,
    ("GET", "/api/tracks/{track_id}/fingerprint"): USER,
    ("POST", "/api/tracks/fingerprints"): USER,
    ("GET", "/api/admin/scan"): ADMIN,
    ("POST", "/api/admin/scan"): ADMIN,
    ("POST", "/api/admin/scan/confirm"): ADMIN,
    ("GET", "/api/admin/users"): ADMIN,
    ("POST", "/api/admin/users"): ADMIN,
    ("DELETE", "/api/admin/users/{user_id}"): ADMIN,
    ("GET", "/api/openapi.json"): ANYONE,
    ("GET", "/api/docs"): ANYONE,
    ("GET", "/metrics"): MONITOR,
}
REFUSED = {401, 403}


def target(path: str) -> str:
    """The path with ids that name nothing."""
    return path.format(device_id="nobody", track_id=NOWHERE, user_id=NOWHERE)


def methods(method: str) -> list[str]:
    """HEAD is a way to read, and must be guarded as well."""
    return [method, "HEAD"] if method == "GET" else [method]


async def is_let_in(it: House, method: str, path: str, token: str | None) -> bool:
    """Whether the route itself answered (perhaps that the body is missing, or that nothing has this id)."""
    reply = await it.ask(method, target(path), token=token)
    assert reply.status < 500, reply
    if reply.status == 401 and token is None and method != "HEAD":
        assert reply.code == "auth_required"
        assert reply.headers["www-authenticate"].startswith("Bearer")
    if reply.status == 403 and method != "HEAD":
        assert reply.code == "admin_only"
    return reply.status not in REFUSED


def test_every_route_lets_in_whom_it_should_and_nobody_else(tmp_path: Path, store_url: str) -> None:
    """The whole matrix, made from the server's own table."""

    async def story() -> None:
        async with house(tmp_path / "home", database=store_url) as it:
            assert {(route.method, route.path): route.access for route in it.server.routes} == EXPECTED
            await it.server.accounts.add("listener", "a listener's password", is_admin=False)
            for (table_method, path), access in EXPECTED.items():
                for method in methods(table_method):
                    # Signed in anew for each: logging out is one of the routes.
                    user = await it.sign_in("listener", "a listener's password", device="phone")
                    admin = await it.sign_in(device="desk")
                    allowed = (
                        await is_let_in(it, method, path, None),
                        await is_let_in(it, method, path, user.access_token),
                        await is_let_in(it, method, path, admin.access_token),
                    )
                    assert allowed == (access is ANYONE, access in {ANYONE, USER}, True), (method, path)

    run(story())


def test_a_bad_token_opens_no_route(tmp_path: Path) -> None:
    """Expired, revoked, of another scheme, made up: each has its code, on every route that needs one."""

    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, clock=clock) as it:
            expired = (await it.sign_in(device="expired")).access_token
            clock.advance(ACCESS_SECONDS)
            revoked = await it.sign_in(device="revoked")
            good = await it.sign_in(device="good")
            await it.ask("DELETE", "/api/auth/devices/revoked", token=good.access_token)
            for (method, path), access in EXPECTED.items():
                if access is ANYONE and path != "/api/server":
                    continue

                async def ask(authorization: str, method: str = method, path: str = path) -> Reply:
                    return await it.ask(method, target(path), headers={"Authorization": authorization})

                assert (await ask(f"Bearer {expired}")).code == "token_expired"
                assert (await ask(f"Bearer {revoked.access_token}")).code == "token_revoked"
                assert (await ask(f"Basic {good.access_token}")).code == "auth_required"
                assert (await ask("Bearer " + "A" * 80)).code == "auth_required"
                assert (await ask("Bearer")).code == "auth_required"
                assert (await ask(f"Bearer {good.refresh_token}")).code == "auth_required"

    run(story())


def test_every_route_is_described() -> None:
    """And nothing is described that is not there. The documentation's own two routes describe the others."""
    described = {("GET", "/api/openapi.json"), ("GET", "/api/docs"), *OPERATIONS}
    assert described == set(EXPECTED)


@pytest.mark.parametrize("path", ["/", "/api", "/api/nothing", "/api/tracks", "/api/tracks/a/b", "/api//health/x"])
def test_what_is_no_route_is_a_problem_document_too(tmp_path: Path, path: str) -> None:
    """A client that meets another kind of 404 takes it for a captive portal."""

    async def story() -> None:
        async with house(tmp_path) as it:
            reply = await it.ask("GET", path)
            assert (reply.status, reply.code) == (404, "not_found")

    run(story())


def test_another_method_is_told_which_are_allowed(tmp_path: Path) -> None:
    """RFC 9110: 405 comes with `Allow`."""

    async def story() -> None:
        async with house(tmp_path) as it:
            for method, path in EXPECTED:
                reply = await it.ask("PATCH", target(path))
                assert (reply.status, reply.code) == (405, "method_not_allowed")
                assert method in reply.headers["allow"].split(", ")

    run(story())
