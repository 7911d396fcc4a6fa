"""Pure: the address of a server as a person types it -> the one spelling, and whether plain HTTP may be used for it."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import yarl

from soul_player.client.errors import AddressInvalid, InsecureAddress

URL_CHARS_MAX = 2_000
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """`path` is the base path below which the API stands: empty, or `/music` without a slash at its end."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The one spelling."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a redirect must not leave."""
        return self.scheme, self.host, self.port

    @property
    def proves_itself(self) -> bool:
        """A certificate says who answers, and nobody else is at this machine's own address.

        Plain HTTP elsewhere is answered by whoever has these numbers in the network that this device is in today.
        """
        return self.scheme == "https" or (is_ip(self.host) and ipaddress.ip_address(self.host).is_loopback)


def parse_address(text: str) -> Address:
    """Raises `AddressInvalid`. Names and passwords in an address are refused: they would end up in lists and logs."""
    if len(text) > URL_CHARS_MAX or any(ord(sign) <= 0x20 or ord(sign) == 0x7F for sign in text):
        raise AddressInvalid("this is no address")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressInvalid(f"this is no address: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise AddressInvalid("an address begins with https:// or http://", hint="like https://music.example:8420")
    if parts.username is not None or parts.password is not None:
        raise AddressInvalid("an address holds no name and no password", hint="give the name with --username")
    if parts.query or parts.fragment:
        raise AddressInvalid("an address ends with its path")
    _require_name(host)
    return Address(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], parts.path.rstrip("/"))


def _require_name(host: str) -> None:
    """What no resolver could be asked for."""
    try:
        if not is_ip(host):
            # Both who sends the request and who resolves the name must be able to spell it.
            yarl.URL.build(scheme="https", host=host)
            host.encode("idna")
    except ValueError as error:
        raise AddressInvalid("this is no address: its host is no name") from error


def require_private(host: str, address: str) -> None:
    """Plain HTTP is for this machine and private networks. Raises `InsecureAddress`."""
    if not is_private(address):
        raise InsecureAddress(
            f"http:// to {host} would send passwords and music in the clear over the internet",
            hint="use https://, or --insecure if that is what you want",
        )


def is_private(address: str) -> bool:
    """Loopback, link-local, or a private network (RFC 1918, RFC 4193)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_unspecified or ip.is_multicast:
        return False
    return (
        ip.is_loopback
        or ip.is_link_local
        or any(ip in network for network in _PRIVATE if network.version == ip.version)
    )


_PRIVATE = (
    ipaddress.ip_network("10.0.0.0/8"),
    ipaddress.ip_network("172.16.0.0/12"),
    ipaddress.ip_network("192.168.0.0/16"),
    ipaddress.ip_network("fc00::/7"),
)


def is_ip(host: str) -> bool:
    """A numeric address, which needs no resolving."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
