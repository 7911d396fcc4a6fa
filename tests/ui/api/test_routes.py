"""Who may use which route: the whole table, with every kind of proof and every kind of forgery, over real sockets."""

import itertools
from pathlib import Path

from tests.conftest import run
from tests.ui.local import Running, running_ui

# Written a second time on purpose: a route that is opened by mistake shows here.
OPEN = {
    ("GET", "/api/openapi.json"),
    ("GET", "/api/identity"),
    ("GET", "/api/session"),
    ("POST", "/api/session"),
}


async def status_of(it: Running, method: str, path: str, **headers: str) -> int:
    """Of a request without a body: whoever is let in gets as far as being told that it is missing."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await it.ask_bare(method, path, headers=named)).status


def filled(path: str) -> str:
    """With ids of nothing."""
    return path.replace("{key}", "x").replace("{name}", "x").replace("{edit}", "x").replace("}", "").replace("{", "9")


def test_every_route_but_four_needs_the_cookie_or_the_token(tmp_path: Path) -> None:
    """And what another program may ask, the page may: there is no third kind.

    Each route meets two of the forgeries in turn: what is looked at does not depend on the route.
    """

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            assert {(one.method, one.path) for one in it.local.routes if one.access.value == "open"} == OPEN
            cookie, origin = await it.cookie(), it.local.url
            name = cookie.partition("=")[0]
            forged = [
                {"cookie": f"{name}="},
                {"cookie": f"{name}=AAAA", "origin": origin},
                {"cookie": cookie.upper(), "origin": origin},
                {"cookie": f"soul={cookie.partition('=')[2]}", "origin": origin},
                {"authorization": "Bearer AAAA"},
                {"authorization": "Bearer "},
                {"authorization": f"Basic {it.local.token}"},
                # What is sent counts, not the better of two.
                {"authorization": "Bearer AAAA", "cookie": cookie, "origin": origin},
                # The token in the place of the cookie, and the other way round.
                {"cookie": f"{name}={it.local.token}", "origin": origin},
                {"authorization": f"Bearer {cookie.partition('=')[2]}"},
            ]
            tried = 0
            in_turn = itertools.cycle(forged)
            for route in it.local.routes:
                if (route.method, route.path) in OPEN or route.path == "/api/session/links":
                    continue
                path = filled(route.path)
                for headers in ({}, next(in_turn), next(in_turn)):
                    assert await status_of(it, route.method, path, **headers) == 401, (route, headers)
                tried += 1
                if (route.method, route.path) in {
                    ("DELETE", "/api/session"),
                    ("DELETE", "/api/sessions"),
                    ("DELETE", "/api/sessions/others"),
                    ("DELETE", "/api/sync"),
                }:
                    continue
                for headers in (
                    {"authorization": f"bearer  {it.local.token} "},
                    {"cookie": f"other=1; {cookie}; more=2", "origin": origin, "sec_fetch_site": "same-origin"},
                ):
                    assert await status_of(it, route.method, path, **headers) not in {401, 403}, (route, headers)
            assert tried > 40

    run(story(), timeout_seconds=240)


def test_another_sites_page_reaches_no_route_whatever_it_brings(tmp_path: Path) -> None:
    """Also with the cookie, were a browser ever to send it; and by a name that leads here."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            cookie, port = await it.cookie(), it.local.url.rpartition(":")[2]
            proofs = itertools.cycle([{"cookie": cookie}, {"authorization": f"Bearer {it.local.token}"}, {}])
            sites = itertools.cycle(["cross-site", "same-site"])
            origins = itertools.cycle(["null", "http://evil.example", f"http://localhost:{port}", "http://127.0.0.1:1"])
            hosts = itertools.cycle([f"evil.example:{port}", "127.0.0.1:1", f"127.0.0.1.nip.io:{port}"])
            for route in it.local.routes:
                method, path = route.method, filled(route.path)
                assert await status_of(it, method, path, sec_fetch_site=next(sites), **next(proofs)) == 403, route
                assert await status_of(it, method, path, origin=next(origins), **next(proofs)) == 403, route
                assert await status_of(it, method, path, host=next(hosts), **next(proofs)) == 421, route

    run(story(), timeout_seconds=240)


def test_with_the_cookie_alone_a_program_that_says_no_origin_only_reads(tmp_path: Path) -> None:
    """A cookie that another program got hold of, or a form of a very old browser."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            cookie = await it.cookie()
            for route in it.local.routes:
                if (route.method, route.path) in OPEN:
                    continue
                status = await status_of(it, route.method, filled(route.path), cookie=cookie)
                if route.method == "GET":
                    assert status not in {401, 403}, route
                else:
                    assert status == 403, route

    run(story(), timeout_seconds=240)


def test_no_answer_lets_another_site_read_it(tmp_path: Path) -> None:
    """No preflight is granted, no answer names an origin."""

    async def story() -> None:
        async with running_ui(tmp_path) as it:
            for route in it.local.routes:
                answer = await it.ask("OPTIONS", filled(route.path), headers={"access-control-request-method": "POST"})
                assert not [name for name in answer.headers if name.lower().startswith("access-control")], route
                answer = await it.ask("GET", filled(route.path))
                assert not [name for name in answer.headers if name.lower().startswith("access-control")], route

    run(story(), timeout_seconds=240)
