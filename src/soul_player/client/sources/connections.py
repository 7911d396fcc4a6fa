"""The servers that are talked to: one `ServerClient` a source, made when it is first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from soul_player.client.config import ClientConfig
from soul_player.client.errors import AddressInvalid, SyncError
from soul_player.client.library.addresses import note_seen
from soul_player.client.library.connectivity import Connectivity, Sighting, SourceAddress, sighting_of
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.client.library.sources import find_source, mark_needs_sign_in
from soul_player.client.sources.addresses import Address, parse_address
from soul_player.client.sources.offline_switch import OfflineSwitch, SwitchedTransport
from soul_player.client.sources.route import Route, Way
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.sign_in import SignIn
from soul_player.client.sources.tokens import TokenStore
from soul_player.client.sources.transport import OpenTransport, Timeouts, Transport
from soul_player.database.access import Database
from soul_player.edges import Clock


@dataclass
class _Opened:
    """The connections to one source, and what they were made with."""

    client: ServerClient
    settings: frozenset[tuple[str, str | None, bool]]
    # What was last met at each address, as far as is known here: only what differs is written down.
    known: dict[str, Sighting]
    # The address that is tried first.
    first: str


class Connections:
    """Shared by everything that talks to servers, so that all tasks of a source share its sign-in.

    `on_connectivity` is told when that of a source has changed, with the reason if there is one.
    """

    def __init__(
        self,
        config: ClientConfig,
        library: Database,
        tokens: TokenStore,
        clock: Clock,
        *,
        open_transport: OpenTransport | None = None,
        on_connectivity: Callable[[SourceId, Connectivity, str | None], None] = lambda *_: None,
    ) -> None:
        self._timeouts = Timeouts(config.connect_seconds, config.read_seconds, config.request_seconds)
        self._library = library
        self._tokens = tokens
        self._clock = clock
        self._open_transport: OpenTransport = open_transport or _over_http
        self._on_connectivity = on_connectivity
        self._told: dict[SourceId, Connectivity] = {}
        self.switch = OfflineSwitch(library)
        self._opened: dict[SourceId, _Opened] = {}
        # Of sources whose server or addresses have changed.
        self._former: list[ServerClient] = []

    def to(self, source: Source) -> ServerClient:
        """The server of this source, with its sign-in."""
        if source.type is not SourceType.SERVER:
            raise AddressInvalid(f"{source.name} is a folder, no server")
        self._told.setdefault(source.id, source.connectivity)
        opened = self._opened.get(source.id)
        settings = frozenset(address.settings for address in source.addresses)
        if opened is not None and not (_is_of(opened.client, source) and opened.settings == settings):
            self._former.append(opened.client)
            opened = None
        if opened is None:
            opened = self._opened[source.id] = _Opened(self._client(source), settings, {}, source.url)
        # Another process of this home may have met something else since.
        opened.known = {one.url: _known(one) for one in source.addresses if one.seen is not None}
        opened.first = source.url
        return opened.client

    def stranger(self, address: Address, *, fingerprint: str | None, is_insecure: bool) -> ServerClient:
        """A server that is no source yet. Whoever asks for it closes its transport."""
        transport = self._open_transport(
            address, fingerprint=fingerprint, is_insecure=is_insecure, timeouts=self._timeouts
        )
        return ServerClient(transport, self._clock)

    def sign_in(self, source_id: SourceId) -> SignIn:
        """The tokens of this source. Losing them is written down, so that the next process is silent too."""

        async def on_lost() -> None:
            await self._library.write(mark_needs_sign_in, source_id)
            await self.notice(source_id)

        return SignIn(source_id, self._tokens, self._clock, on_lost=on_lost)

    async def notice(self, source_id: SourceId) -> None:
        """What is written of it has changed: tell of its connectivity if that is another one now."""
        source = await self._library.read(find_source, source_id)
        if source is not None:
            self.tell(source)

    def tell(self, source: Source) -> None:
        """Once for each change, whoever notices it."""
        connectivity = source.connectivity
        before = self._told.get(source.id, connectivity)
        self._told[source.id] = connectivity
        if connectivity is not before:
            self._on_connectivity(source.id, connectivity, why(source))

    async def drop(self, source_id: SourceId) -> None:
        """Its settings have changed: what is asked from here on uses the new ones."""
        opened = self._opened.pop(source_id, None)
        if opened is not None:
            self._former.append(opened.client)
        while self._former:
            await self._former.pop().transport.close()

    async def hang_up(self) -> None:
        """What is under way ends as if the line had broken. What is asked afterwards connects anew."""
        for opened in list(self._opened.values()):
            await opened.client.transport.close()

    async def close(self) -> None:
        """Let go of every connection."""
        self._former += [opened.client for opened in self._opened.values()]
        self._opened.clear()
        while self._former:
            await self._former.pop().transport.close()

    def _client(self, source: Source) -> ServerClient:
        ways = [self._way(source, address, is_only=len(source.addresses) == 1) for address in source.addresses]
        route = Route(ways, self._clock, on_met=partial(self._met, source.id))
        transport = SwitchedTransport(route, self.switch)
        return ServerClient(
            transport,
            self._clock,
            server_id=source.server_id,
            account_id=source.account_id,
            sign_in=self.sign_in(source.id),
        )

    def _way(self, source: Source, address: SourceAddress, *, is_only: bool) -> Way:
        parsed = parse_address(address.url)
        transport = self._open_transport(
            parsed, fingerprint=address.fingerprint, is_insecure=address.is_insecure, timeouts=self._timeouts
        )
        anybody = ServerClient(transport, self._clock, server_id=source.server_id)
        return Way(transport, anybody.server, must_introduce=not is_only or not parsed.proves_itself)

    async def _met(self, source_id: SourceId, address: Address, error: SyncError | None) -> None:
        """Written down when it is news; a request that meets what the last one met costs nothing."""
        sighting = sighting_of(error)
        opened = self._opened.get(source_id)
        if sighting is None or opened is None:
            return
        url = address.url
        is_first_now = sighting.seen is Connectivity.ONLINE and opened.first != url
        if opened.known.get(url) == sighting and not is_first_now:
            return
        opened.known[url] = sighting
        if is_first_now:
            opened.first = url
        await self._library.write(note_seen, source_id, url, sighting, now_ms=self._clock.now_ms())
        await self.notice(source_id)


def _over_http(address: Address, *, fingerprint: str | None, is_insecure: bool, timeouts: Timeouts) -> Transport:
    # Most commands ask no server, and the HTTP library is a quarter of what a command has to import.
    from soul_player.client.sources.http_transport import HttpTransport  # noqa: PLC0415

    return HttpTransport(address, fingerprint=fingerprint, is_insecure=is_insecure, timeouts=timeouts)


def _is_of(client: ServerClient, source: Source) -> bool:
    """Its server, and the account that is signed in now: another process may have changed either."""
    return client.is_of(source.server_id) and client.account_id == source.account_id


def why(source: Source) -> str | None:
    """In words for people: what was met at the address that is tried first, else what the last sync met."""
    if source.connectivity is Connectivity.ONLINE:
        return None
    return next((one.error for one in source.addresses if one.error is not None), source.last_error)


def _known(address: SourceAddress) -> Sighting:
    assert address.seen is not None
    return Sighting(address.seen, address.error_code, address.error)
