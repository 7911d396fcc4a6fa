"""Which requests are looked at at all: names that were rebound, other sites' pages, headers that come twice."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.ui.guard import Address, check_cookie, check_request, make_address, only
from soul_player.ui.problems import Refused

HERE = make_address(8421)
OWN = b"http://127.0.0.1:8421"


def refusal(
    method: str = "GET", *, address: Address = HERE, is_page: bool = False, **headers: bytes
) -> HTTPStatus | None:
    """How it is refused, or None. `sec_fetch_site=` is the header `sec-fetch-site`."""
    raw = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    try:
        check_request(method, raw, address, is_page=is_page)
    except Refused as refused:
        return refused.status
    return None


@pytest.mark.parametrize("host", [b"127.0.0.1:8421", b"localhost:8421", b"LOCALHOST:8421", b"[::1]:8421"])
def test_loopback_is_known_by_its_own_names(host: bytes) -> None:
    assert refusal(host=host) is None


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"127.0.0.1",
        b"127.0.0.1:8420",
        b"127.0.0.1:8421:8421",
        b"127.0.0.1:8421.evil.example",
        b"evil.example:8421",
        b"localhost.evil.example:8421",
        b"127.0.0.1.nip.io:8421",
        b"soul.localhost:8421",
        b"127.1:8421",
        b"2130706433:8421",
        b"0x7f000001:8421",
        b"0.0.0.0:8421",
        b"192.168.1.5:8421",
        b"[::ffff:127.0.0.1]:8421",
        b"localhost\x00:8421",
        b"localhost:8421, evil.example",
        b"user@localhost:8421",
        b"[::1",
        b"\xff\xfe:8421",
    ],
)
def test_every_other_name_is_another_address(host: bytes) -> None:
    """Names that lead to 127.0.0.1 by the word of a stranger's DNS are the point of it."""
    assert refusal(host=host) is HTTPStatus.MISDIRECTED_REQUEST


@given(st.binary(max_size=60))
def test_no_host_breaks_it(host: bytes) -> None:
    assert refusal(host=host) is HTTPStatus.MISDIRECTED_REQUEST or host.lower().strip() in {
        b"127.0.0.1:8421",
        b"localhost:8421",
        b"[::1]:8421",
    }


def test_beyond_this_machine_addresses_of_digits_are_right_and_strange_names_are_not() -> None:
    """What is reached by its digits was not resolved, so nobody could rebind it."""
    beyond = make_address(8422, names=("amber", "amber.local"), is_open=True)
    for host in (b"192.168.1.5:8422", b"[fd00::5]:8422", b"amber:8422", b"Amber.local:8422", b"localhost:8422"):
        assert refusal(host=host, address=beyond) is None, host
    for host in (b"evil.example:8422", b"192.168.1.5:8421", b"192.168.1.5.nip.io:8422", b"192.168.1:8422"):
        assert refusal(host=host, address=beyond) is HTTPStatus.MISDIRECTED_REQUEST, host


def test_a_port_that_goes_without_saying_need_not_be_said() -> None:
    tls = make_address(443, scheme="https", names=("amber",))
    assert refusal(host=b"amber", address=tls, origin=b"https://amber") is None
    assert refusal(host=b"amber:443", address=tls) is None
    assert refusal(host=b"amber", address=tls, origin=b"http://amber") is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "origin",
    [
        b"null",
        b"http://evil.example",
        b"http://127.0.0.1:8420",
        b"http://127.0.0.1",
        b"https://127.0.0.1:8421",
        b"http://localhost:8421",
        b"http://127.0.0.1:8421.evil.example",
        b"http://127.0.0.1:8421/",
        b"file://",
        b"chrome-extension://abcdef",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_origin_is_refused_whatever_it_asks(method: str, origin: bytes) -> None:
    assert refusal(method, host=b"127.0.0.1:8421", origin=origin) is HTTPStatus.FORBIDDEN


def test_its_own_origin_is_let_through() -> None:
    assert refusal("POST", host=b"127.0.0.1:8421", origin=OWN, sec_fetch_site=b"same-origin") is None


@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"CROSS-SITE", b"other"])
@pytest.mark.parametrize("mode", [b"no-cors", b"cors", b"navigate", b"websocket", b""])
def test_what_another_site_makes_a_browser_send_is_refused(site: bytes, mode: bytes) -> None:
    """`same-site` too: another port of this machine is another program."""
    refused = refusal(host=b"127.0.0.1:8421", sec_fetch_site=site, sec_fetch_mode=mode, sec_fetch_dest=b"document")
    assert refused is HTTPStatus.FORBIDDEN


def test_only_a_file_of_the_page_is_opened_by_a_link_from_elsewhere() -> None:
    """As a page of its own: in no frame, and as no picture or script of another page."""
    assert link("GET", b"document") is None
    for dest in (b"iframe", b"frame", b"embed", b"object", b"script", b"image", b""):
        assert link("GET", dest) is HTTPStatus.FORBIDDEN, dest
    assert link("POST", b"document") is HTTPStatus.FORBIDDEN


def link(method: str, dest: bytes) -> HTTPStatus | None:
    """A file of the page, asked for by a page of another site."""
    return refusal(
        method, is_page=True, host=b"127.0.0.1:8421", sec_fetch_site=b"cross-site", sec_fetch_mode=b"navigate",
        sec_fetch_dest=dest,
    )  # fmt: skip


def test_with_the_cookie_alone_nothing_is_changed_by_who_does_not_say_where_he_comes_from() -> None:
    """A browser says so with everything that changes something, and with every socket."""
    check_cookie("GET", [], is_websocket=False)
    check_cookie("HEAD", [], is_websocket=False)
    check_cookie("POST", [(b"origin", OWN)], is_websocket=False)
    for method, is_websocket in (("POST", False), ("PUT", False), ("PATCH", False), ("DELETE", False), ("GET", True)):
        with pytest.raises(Refused):
            check_cookie(method, [], is_websocket=is_websocket)


@pytest.mark.parametrize("name", [b"host", b"origin", b"sec-fetch-site", b"cookie", b"authorization"])
def test_a_header_that_comes_twice_is_refused(name: bytes) -> None:
    """Two readers might each take another one."""
    with pytest.raises(Refused) as refused:
        only([(name, b"a"), (name.upper(), b"a")], name)
    assert refused.value.status is HTTPStatus.BAD_REQUEST
