"""The addresses of a source: a server that is known at home and away is one source, by its `server_id`."""

from dataclasses import dataclass

from soul_player.client.errors import (
    AddressInvalid,
    GoneError,
    OfflineError,
    ServerChanged,
    SourceExists,
    TransientSyncError,
)
from soul_player.client.library.addresses import add_address, pin_certificate, remove_address
from soul_player.client.library.connectivity import SourceAddress
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.client.library.source_names import quoted
from soul_player.client.library.sources import all_sources
from soul_player.client.sources.adding import existing, is_named
from soul_player.client.sources.addresses import parse_address
from soul_player.client.sources.certificates import parse_fingerprint, shown_fingerprint
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.server_client import CERTIFICATE_SECONDS
from soul_player.database.access import Database, Reader, Writer
from soul_player.protocol.server_info import ServerInfo

ADDRESSES_MAX = 8


@dataclass(frozen=True)
class Met:
    """Who answers at an address. `sources`: those of this home that are accounts of the same server."""

    address: SourceAddress
    server: ServerInfo
    sources: tuple[Source, ...]

    def known(self, username: str | None) -> Source | None:
        """The source that is meant by this account; without a name, the only one there is."""
        fitting = [one for one in self.sources if username is None or is_named(one, username)]
        return fitting[0] if len(fitting) == 1 else None


class AddressBook:
    """`client.sources.addresses`. Nothing secret is sent by any of it."""

    def __init__(self, library: Database, connections: Connections) -> None:
        self._library = library
        self._connections = connections

    async def meet(self, url: str, *, fingerprint: str | None = None, insecure: bool = False) -> Met:
        """Ask who answers there. Raises `CertificateUnknown`, `InsecureAddress`, `OfflineError`..."""
        address = parse_address(url)
        pinned = None if fingerprint is None else parse_fingerprint(fingerprint)
        client = self._connections.stranger(address, fingerprint=pinned, is_insecure=insecure)
        try:
            server = await client.server()
        except GoneError as error:
            raise AddressInvalid(
                f"no Soul Player server is at {address.url}: what answers there knows nothing of it",
                hint="is its path another one?",
            ) from error
        finally:
            await client.transport.close()
        sources = await self._library.read(all_sources)
        same = tuple(one for one in sources if one.server_id == server.server_id)
        return Met(SourceAddress(address.url, pinned, insecure), server, same)

    async def add(
        self, source_id: SourceId, url: str, *, fingerprint: str | None = None, insecure: bool = False
    ) -> tuple[Source, bool]:
        """Let the source be reached there too. False: nobody answers there from here, so who it is is asked later,
        before anything is sent. Raises `ServerChanged` when another server answers, `SourceExists`.
        """
        source = await self._server(source_id)
        try:
            met = await self.meet(url, fingerprint=fingerprint, insecure=insecure)
        except (OfflineError, TransientSyncError):
            pinned = None if fingerprint is None else parse_fingerprint(fingerprint)
            address = SourceAddress(parse_address(url).url, pinned, insecure)
            return await self.keep(source, address), False
        if met.server.server_id != source.server_id:
            raise ServerChanged(
                f"another server than {source.name} answers at {met.address.url}; nothing was added",
                server_id=met.server.server_id,
                name=met.server.name,
                hint="a server of its own is added with: soul source add URL",
            )
        return await self.keep(source, met.address), True

    async def keep(self, source: Source, address: SourceAddress) -> Source:
        """Write it down. Raises `SourceExists` when it is there already."""
        await self._library.write(keep_address, source.id, address)
        return await self._changed(source.id)

    async def remove(self, source_id: SourceId, url: str) -> Source:
        """Ask nothing there any more. Raises `AddressInvalid` for one that is not its, and for the only one."""
        await self._library.write(_remove, source_id, url)
        return await self._changed(source_id)

    async def trust(self, source_id: SourceId, fingerprint: str, *, url: str | None = None) -> Source:
        """Trust this certificate at this address (the first one that has a certificate), and no other."""
        await self._library.write(_trust, source_id, url, parse_fingerprint(fingerprint))
        return await self._changed(source_id)

    async def shown_certificate(self, source_id: SourceId, *, url: str | None = None) -> tuple[SourceAddress, str]:
        """The fingerprint of what is shown there now, for a person to compare. Nothing is sent."""
        address = _chosen(await self._server(source_id), url)
        parsed = parse_address(address.url)
        return address, await shown_fingerprint(parsed.host, parsed.port, timeout_seconds=CERTIFICATE_SECONDS)

    async def _changed(self, source_id: SourceId) -> Source:
        await self._connections.drop(source_id)
        await self._connections.notice(source_id)
        return await self._server(source_id)

    async def _server(self, source_id: SourceId) -> Source:
        return await self._library.read(_server, source_id)


async def keep_address(library: Writer, source_id: SourceId, address: SourceAddress) -> None:
    """One more of them. Raises `SourceExists` when it is there already, `AddressInvalid` when there are too many."""
    source = await _server(library, source_id)
    if any(one.url == address.url for one in source.addresses):
        raise SourceExists(
            f"{source.name} is known at {address.url} already",
            hint=f"sign in again: soul source login {quoted(source.name)}" if source.needs_sign_in else None,
        )
    if len(source.addresses) >= ADDRESSES_MAX:
        raise AddressInvalid(
            f"{source.name} has {ADDRESSES_MAX} addresses, which is as many as there can be",
            hint=f"remove one first: soul source address remove {quoted(source.name)} URL",
        )
    await add_address(library, source_id, address)


async def _remove(library: Writer, source_id: SourceId, url: str) -> None:
    source = await _server(library, source_id)
    address = _chosen(source, url)
    if len(source.addresses) == 1:
        raise AddressInvalid(
            f"{address.url} is the only address of {source.name}",
            hint=f"add the other one first, or remove the source: soul source remove {quoted(source.name)}",
        )
    await remove_address(library, source_id, address.url)


async def _trust(library: Writer, source_id: SourceId, url: str | None, fingerprint: str) -> None:
    address = _chosen(await _server(library, source_id), url)
    await pin_certificate(library, source_id, address.url, fingerprint)


async def _server(library: Reader, source_id: SourceId) -> Source:
    source = await existing(library, source_id)
    if source.type is not SourceType.SERVER:
        raise AddressInvalid(f"{source.name} is a folder: it has no addresses")
    return source


def _chosen(source: Source, url: str | None) -> SourceAddress:
    """This one; None: the one whose certificate is the trouble, else the first that has a certificate."""
    if url is not None:
        wanted = parse_address(url).url
        for address in source.addresses:
            if address.url == wanted:
                return address
        raise AddressInvalid(
            f"{source.name} has no address {wanted}", hint=f"soul source address list {quoted(source.name)}"
        )
    secure = [one for one in source.addresses if parse_address(one.url).scheme == "https"]
    if not secure:
        raise AddressInvalid(f"no address of {source.name} begins with https://: there is no certificate")
    troubled = [one for one in secure if (one.error_code or "").startswith("certificate_")]
    return (troubled or secure)[0]
