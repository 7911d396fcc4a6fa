"""Which requests are looked at at all: those meant for this address, and not made by another site's page. Pure."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from soul_player.ui.problems import Refused

RawHeaders = Iterable[tuple[bytes, bytes]]

_SAFE = frozenset({"GET", "HEAD"})
# What a browser says of a request that our own page made, or that a person typed.
_OWN = frozenset({"same-origin", "none"})
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Address:
    """Where the API answers: the names that a `Host` header may say, each with the port, and the scheme.

    `takes_ip_addresses`: any address of digits is right too. Only names can be rebound.
    """

    scheme: str
    port: int
    names: frozenset[str]
    takes_ip_addresses: bool = False

    def is_host(self, host: str) -> bool:
        """Whether a `Host` header names this."""
        name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        if not name:
            name, port = host, ""
        default = "443" if self.scheme == "https" else "80"
        if (port or default) != str(self.port):
            return False
        return name.lower() in self.names or (self.takes_ip_addresses and _is_ip_address(name))


def make_address(port: int, *, scheme: str = "http", names: Iterable[str] = (), is_open: bool = False) -> Address:
    """Loopback's names, and these. `is_open`: it is reached from elsewhere, by addresses not known here."""
    allowed = frozenset(name.lower() for name in (*LOOPBACK_NAMES, *names))
    return Address(scheme, port, allowed, takes_ip_addresses=is_open)


def check_request(method: str, headers: RawHeaders, address: Address, *, is_page: bool) -> None:
    """Raises `Refused`. `is_page`: a file of the page, which links from anywhere may open.

    What says nothing of where it comes from is a program, or a browser older than these headers: it needs its token or
    its cookie like anybody, and with the cookie alone it may only read (`check_cookie`).
    """
    host = only(headers, b"host")
    if not address.is_host(host):
        raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "wrong_host", "this is not an address of Soul Player")
    origin = only(headers, b"origin")
    if origin and origin.lower() != f"{address.scheme}://{host.lower()}":
        raise foreign()
    site = only(headers, b"sec-fetch-site").lower()
    if not site or site in _OWN:
        return
    is_navigation = method in _SAFE and only(headers, b"sec-fetch-mode").lower() == "navigate"
    is_top = only(headers, b"sec-fetch-dest").lower() == "document"
    if not (is_page and is_navigation and is_top):
        raise foreign()


def check_cookie(method: str, headers: RawHeaders, *, is_websocket: bool) -> None:
    """A browser sends the cookie by itself: what changes something must say that our own page asked for it."""
    if (method not in _SAFE or is_websocket) and not only(headers, b"origin"):
        raise foreign()


def foreign() -> Refused:
    """403."""
    return Refused(HTTPStatus.FORBIDDEN, "foreign_origin", "another site's page may not use this")


def only(headers: RawHeaders, name: bytes) -> str:
    """The value of a header, or nothing. One that comes twice is refused: two readers might take it differently."""
    values = [value for key, value in headers if key.lower() == name]
    if len(values) > 1:
        raise Refused(HTTPStatus.BAD_REQUEST, "bad_request", f"the header {name.decode()} came twice")
    return values[0].decode("latin-1").strip() if values else ""


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
