"""The servers that are talked to: one `ServerClient` a source, made when it is first needed."""

from soul_player.client.config import ClientConfig
from soul_player.client.errors import AddressInvalid
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.client.library.sources import mark_needs_sign_in
from soul_player.client.sources.addresses import Address, parse_address
from soul_player.client.sources.offline_switch import OfflineSwitch, SwitchedTransport
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.sign_in import SignIn
from soul_player.client.sources.tokens import TokenStore
from soul_player.client.sources.transport import HttpTransport, OpenTransport, Timeouts
from soul_player.database.access import Database
from soul_player.edges import Clock


class Connections:
    """Shared by everything that talks to servers, so that all tasks of a source share its sign-in."""

    def __init__(
        self,
        config: ClientConfig,
        library: Database,
        tokens: TokenStore,
        clock: Clock,
        *,
        open_transport: OpenTransport | None = None,
    ) -> None:
        self._timeouts = Timeouts(config.connect_seconds, config.read_seconds, config.request_seconds)
        self._library = library
        self._tokens = tokens
        self._clock = clock
        self._open_transport: OpenTransport = open_transport or HttpTransport
        self.switch = OfflineSwitch(library)
        self._clients: dict[SourceId, ServerClient] = {}
        # Of sources whose server has become another one.
        self._former: list[ServerClient] = []

    def to(self, source: Source) -> ServerClient:
        """The server of this source, with its sign-in."""
        if source.type is not SourceType.SERVER:
            raise AddressInvalid(f"{source.name} is a folder, no server")
        client = self._clients.get(source.id)
        if client is not None and not client.is_of(source.server_id):
            self._former.append(client)
            client = None
        if client is None:
            opened = self._open_transport(
                parse_address(source.url),
                fingerprint=source.fingerprint,
                is_insecure=source.is_insecure,
                timeouts=self._timeouts,
            )
            transport = SwitchedTransport(opened, self.switch)
            client = ServerClient(transport, self._clock, server_id=source.server_id, sign_in=self.sign_in(source.id))
            self._clients[source.id] = client
        return client

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

        return SignIn(source_id, self._tokens, self._clock, on_lost=on_lost)

    async def drop(self, source_id: SourceId) -> None:
        """Its settings have changed: what is asked from here on uses the new ones."""
        client = self._clients.pop(source_id, None)
        if client is not None:
            self._former.append(client)
        while self._former:
            await self._former.pop().transport.close()

    async def close(self) -> None:
        """Let go of every connection."""
        self._former += self._clients.values()
        self._clients.clear()
        while self._former:
            await self._former.pop().transport.close()
