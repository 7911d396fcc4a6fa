"""Servers that announce themselves on this network by mDNS: hints where to ask, which prove nothing."""

import asyncio
import importlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from soul_player.client.errors import AddressInvalid, ClientError
from soul_player.client.sources.addresses import parse_address
from soul_player.protocol.discovery import BASE_PATH, NAME, SERVER_ID, SERVICE_TYPE, TLS
from soul_player.protocol.ids import BadId, ServerId, id_bytes

# Whoever answered somebody else keeps quiet for a second (RFC 6762), so one question is not enough.
SECONDS = 3.0
# Anybody in the network can announce whatever he likes.
SERVERS_MAX = 50
NAME_CHARS_MAX = 100
RESOLVE_SECONDS = 1.5


class DiscoveryUnavailable(ClientError):
    """This device cannot look for servers: the library for it is not installed, or there is no network."""

    code = "discovery_unavailable"


@dataclass(frozen=True)
class FoundServer:
    """One that says it is there. `is_known`: it says that it is a source of this library already."""

    name: str
    url: str
    server_id: ServerId
    is_known: bool = False


@dataclass(frozen=True)
class Announced:
    """As it came from the network."""

    addresses: tuple[str, ...]
    port: int
    properties: Mapping[str, str]


class Discovery(Protocol):
    """How announcements are heard."""

    async def hear(self, seconds: float) -> list[Announced]:
        """All of that time. Raises `DiscoveryUnavailable`."""
        ...


def understood(announced: Announced) -> FoundServer | None:
    """Pure: what can be asked at all. Only addresses of private networks count, for that is what mDNS is for."""
    said = announced.properties
    try:
        id_bytes(said.get(SERVER_ID, ""))
        host = next(one for one in sorted(announced.addresses, key=_rank) if _is_near(one))
        scheme = "https" if said.get(TLS) == "1" else "http"
        spelled = f"[{host}]" if ":" in host else host
        address = parse_address(f"{scheme}://{spelled}:{announced.port}{said.get(BASE_PATH, '')}")
    except (BadId, AddressInvalid, StopIteration):
        return None
    name = "".join(char for char in said.get(NAME, "") if char.isprintable()).strip()[:NAME_CHARS_MAX]
    return FoundServer(name or host, address.url, ServerId(said[SERVER_ID]))


def _is_near(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    # One of IPv6 that is only good on its own link cannot be written into an address for all.
    return (address.is_private or address.is_loopback) and not (address.version == 6 and address.is_link_local)


def _rank(text: str) -> tuple[bool, str]:
    return ":" in text, text


class Mdns:
    """On the network interfaces of this machine, or on the given ones."""

    def __init__(self, interfaces: tuple[str, ...] = ()) -> None:
        self._interfaces = interfaces

    async def hear(self, seconds: float) -> list[Announced]:
        """All of that time. Raises `DiscoveryUnavailable`."""
        try:
            library = await asyncio.to_thread(importlib.import_module, "zeroconf")
            asynchronous = await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
        except ImportError as error:
            raise DiscoveryUnavailable(
                "this installation cannot look for servers", hint="install the extra: soul-player[discovery]"
            ) from error
        try:
            return await self._hear(seconds, library, asynchronous)
        except (OSError, library.Error) as error:
            raise DiscoveryUnavailable(
                f"no servers can be looked for: {str(error) or type(error).__name__}", hint="is there a network?"
            ) from error

    async def _hear(self, seconds: float, library: Any, asynchronous: Any) -> list[Announced]:  # noqa: ANN401  # loaded late
        interfaces = list(self._interfaces) or library.InterfaceChoice.Default
        names: dict[str, None] = {}

        def note(zeroconf: object, service_type: str, name: str, state_change: object) -> None:  # noqa: ARG001  # the library's
            if state_change is library.ServiceStateChange.Removed:
                names.pop(name, None)
            elif len(names) < SERVERS_MAX:
                names[name] = None

        listener = asynchronous.AsyncZeroconf(interfaces=interfaces)
        try:
            browser = asynchronous.AsyncServiceBrowser(
                listener.zeroconf, SERVICE_TYPE, handlers=[note], question_type=library.DNSQuestionType.QM
            )
            await asyncio.sleep(seconds)
            await browser.async_cancel()
            async with asyncio.TaskGroup() as tasks:
                asked = [tasks.create_task(_resolve(listener, library, asynchronous, name)) for name in names]
            return [answer for answer in (task.result() for task in asked) if answer is not None]
        finally:
            await listener.async_close()


async def _resolve(listener: Any, library: Any, asynchronous: Any, name: str) -> Announced | None:  # noqa: ANN401  # loaded late
    info = asynchronous.AsyncServiceInfo(SERVICE_TYPE, name)
    # Answered to all: an answer to this machine alone goes to whichever of its programs listens at that port.
    asked = library.DNSQuestionType.QM
    if not await info.async_request(listener.zeroconf, RESOLVE_SECONDS * 1000, asked) or info.port is None:
        return None
    said = {
        key.decode("utf-8", "replace"): (value or b"").decode("utf-8", "replace")
        for key, value in info.properties.items()
    }
    return Announced(tuple(info.parsed_addresses()), int(info.port), said)
