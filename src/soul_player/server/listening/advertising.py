"""The server announces itself on its network by mDNS, where the library for that is installed and nobody forbade it."""

import asyncio
import importlib
import ipaddress
import logging
import socket
from dataclasses import dataclass
from typing import Any

from soul_player.protocol.discovery import (
    BASE_PATH,
    NAME,
    PROTOCOL,
    SERVER_ID,
    SERVICE_TYPE,
    TEXT_BYTES_MAX,
    TLS,
    label_of,
    shortened,
)
from soul_player.protocol.server_info import PROTOCOL_VERSION

log = logging.getLogger("soul_player.server")

GOODBYE_SECONDS = 1.0


@dataclass(frozen=True)
class Advertisement:
    """What is announced. `host` is the address that the server listens at; all of them for `0.0.0.0` and `::`."""

    server_id: str
    name: str
    host: str
    port: int
    base_path: str
    is_tls: bool

    @property
    def properties(self) -> dict[str, str]:
        """The TXT record."""
        return {
            SERVER_ID: self.server_id,
            NAME: shortened(self.name, TEXT_BYTES_MAX),
            BASE_PATH: self.base_path,
            TLS: "1" if self.is_tls else "0",
            PROTOCOL: str(PROTOCOL_VERSION),
        }


async def advertise(what: Advertisement) -> None:
    """Until it is cancelled. A network that cannot be told of it keeps no server from serving."""
    try:
        # A tenth of a second that no request should wait for.
        library = await asyncio.to_thread(importlib.import_module, "zeroconf")
        asynchronous = await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
    except ImportError:
        log.info("not announced by mDNS: the extra `discovery` is not installed")
        return
    try:
        await _advertise(what, library, asynchronous)
    except (OSError, library.Error) as error:
        log.warning("not announced by mDNS: %s", str(error) or type(error).__name__)


async def _advertise(what: Advertisement, library: Any, asynchronous: Any) -> None:  # noqa: ANN401  # loaded late
    is_everywhere = what.host in {"0.0.0.0", "::"}  # noqa: S104  # it is read here, not bound
    addresses = _own_addresses(library) if is_everywhere else _numbers(what.host)
    info = library.ServiceInfo(
        SERVICE_TYPE,
        f"{label_of(what.name, what.server_id)}.{SERVICE_TYPE}",
        port=what.port,
        addresses=[ipaddress.ip_address(address).packed for address in addresses],
        properties=what.properties,
        server=f"soul-{what.server_id[-12:]}.local.",
    )
    interfaces = library.InterfaceChoice.Default if is_everywhere else addresses
    announcer = asynchronous.AsyncZeroconf(interfaces=interfaces)
    try:
        # Nobody else should have this name; one that was copied with its id may.
        await (await announcer.async_register_service(info, allow_name_change=True))
        log.info("announced by mDNS as %s", info.name)
        await asyncio.Event().wait()
    finally:
        # Whoever lists servers should not list this one any more; but nobody waits long for that.
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await announcer.async_unregister_all_services()
        except TimeoutError:
            log.info("left without a goodbye by mDNS")
        finally:
            await announcer.async_close()


def _own_addresses(library: Any) -> list[str]:  # noqa: ANN401  # loaded late
    found = [ipaddress.ip_address(address) for address in library.get_all_addresses()]
    return [str(address) for address in found if not address.is_loopback]


def _numbers(host: str) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return [socket.gethostbyname(host)]
