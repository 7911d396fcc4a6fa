"""Adding, signing in, choosing and removing the places music comes from."""

import asyncio
import os
from collections import defaultdict
from dataclasses import replace

from soul_player.client.config import ClientConfig
from soul_player.client.errors import (
    ClientError,
    ProtocolError,
    ServerChanged,
    SignInNeeded,
    SourceExists,
    SourceNotFound,
    SyncError,
)
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.client.library.removal import AtStake, at_stake, remove_keeping
from soul_player.client.library.server_questions import ask_about_server
from soul_player.client.library.source_names import quoted
from soul_player.client.library.sources import NewSource, all_sources, mark_needs_sign_in
from soul_player.client.sources.adding import (
    existing,
    name_for,
    own_device_id,
    place_folder,
    place_server,
    prefer,
    require_no_other,
    signed_in,
)
from soul_player.client.sources.address_book import AddressBook, Met
from soul_player.client.sources.addresses import parse_address
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.discovery import SECONDS as DISCOVERY_SECONDS
from soul_player.client.sources.discovery import Discovery, FoundServer, Mdns, understood
from soul_player.client.sources.local_folder import checked_folder
from soul_player.client.sources.tokens import TokenStore
from soul_player.database.access import Database
from soul_player.edges import Clock, Randomness, mint
from soul_player.protocol.ids import DeviceId, ServerId
from soul_player.protocol.session import LoginRequest, PasswordRequest, SignedIn
from soul_player.protocol.times import BadTime, time_ms


class SourceAmbiguous(ClientError):
    """Several sources fit; `ids` are theirs."""

    code = "source_ambiguous"

    def __init__(self, message: str, ids: tuple[SourceId, ...]) -> None:
        super().__init__(message, hint=f"give one of the ids {', '.join(str(one) for one in ids)}")
        self.ids = ids


class Sources:
    """The sources of this home. `addresses`: where each of them is reached."""

    def __init__(  # the parts it is wired from
        self,
        config: ClientConfig,
        library: Database,
        connections: Connections,
        tokens: TokenStore,
        *,
        clock: Clock,
        randomness: Randomness,
        discovery: Discovery | None = None,
    ) -> None:
        self._discovery = discovery or Mdns()
        self._config = config
        self._library = library
        self._connections = connections
        self._tokens = tokens
        self._clock = clock
        self._randomness = randomness
        # A sign-in ends this device's former one at the server: what is kept must be the later one's tokens.
        self._turns: defaultdict[ServerId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.addresses = AddressBook(library, connections)

    async def list(self) -> list[Source]:
        """In the order in which they were added, with the number of their tracks."""
        return await self._library.read(all_sources, counted=True)

    async def find(self, name_or_id: str) -> Source:
        """By id, by name, or by the beginning of one name. Raises `SourceNotFound`, `SourceAmbiguous`."""
        sources = await self._library.read(all_sources)
        wanted = name_or_id.casefold()
        for exact in (
            [source for source in sources if source.name.casefold() == wanted],
            [source for source in sources if str(source.id) == name_or_id],
            # Nothing begins every name: a variable that a script never set must not mean the only source.
            [source for source in sources if wanted and source.name.casefold().startswith(wanted)],
        ):
            if len(exact) == 1:
                return exact[0]
            if exact:
                raise SourceAmbiguous(f"{name_or_id} fits several sources", tuple(source.id for source in exact))
        raise SourceNotFound(f"there is no source {name_or_id}", hint="soul source list shows them")

    async def discover(self, *, seconds: float = DISCOVERY_SECONDS) -> tuple[FoundServer, ...]:
        """Servers that announce themselves on this network, by name: nothing was asked of them yet, and nothing is
        proved. Raises `DiscoveryUnavailable`."""
        known = {source.server_id for source in await self._library.read(all_sources)}
        found = {one.server_id: one for one in map(understood, await self._discovery.hear(seconds)) if one is not None}
        told = [replace(one, is_known=one.server_id in known) for one in found.values()]
        return tuple(sorted(told, key=lambda one: (one.name.casefold(), one.url)))

    async def add(  # what a person may say of a server, each by name
        self,
        url: str,
        *,
        username: str,
        password: str,
        name: str | None = None,
        fingerprint: str | None = None,
        insecure: bool = False,
    ) -> Source:
        """Sign this device in and remember the server. Who answers there is asked before anything secret is sent.

        A server that is a source already, as the same account, becomes known under this address too, and keeps its
        name; one that is signed out is signed in again. Raises `SourceExists` when there is nothing to do.
        """
        met = await self.addresses.meet(url, fingerprint=fingerprint, insecure=insecure)
        known = met.known(username)
        if known is None:
            return await self._add(met, username=username, password=password, name=name)
        is_there = any(one.url == met.address.url for one in known.addresses)
        if not (is_there and known.needs_sign_in):
            known = await self.addresses.keep(known, met.address)
        return await self.login(known.id, password=password) if known.needs_sign_in else known

    async def _add(self, met: Met, *, username: str, password: str, name: str | None) -> Source:
        device_id = await self._device_id()
        told = met.server.name or "server"
        # Before the password is sent for a name that is taken.
        await self._library.read(name_for, name, otherwise=told)
        async with self._turns[met.server.server_id]:
            answer = await self._sign_in_at(met, self._login_request(username, password, device_id))
            new = NewSource(
                name=told,
                type=SourceType.SERVER,
                urls=(met.address.url,),
                server_id=met.server.server_id,
                username=answer.user.username,
                account_id=answer.user.id,
                fingerprint=met.address.fingerprint,
                is_insecure=met.address.is_insecure,
                needs_sign_in=True,
            )
            source_id = await self._library.write(place_server, new, wanted=name, now_ms=self._clock.now_ms())
            return await self._enter(source_id, answer, device_id)

    async def _sign_in_at(self, met: Met, request: LoginRequest) -> SignedIn:
        """At a server that is no source yet."""
        address = parse_address(met.address.url)
        client = self._connections.stranger(
            address, fingerprint=met.address.fingerprint, is_insecure=met.address.is_insecure
        )
        try:
            return await client.login(request, met.server)
        finally:
            await client.transport.close()

    async def add_folder(self, folder: str | bytes | os.PathLike[str], *, name: str | None = None) -> Source:
        """A folder of music on this device; its files are only read. Raises `FolderInvalid`, `SourceExists`."""
        path = await checked_folder(folder, self._config.home)
        return await self._source(
            await self._library.write(place_folder, path, wanted=name, now_ms=self._clock.now_ms())
        )

    async def login(self, source_id: SourceId, *, password: str, username: str | None = None) -> Source:
        """Sign in again, as the same account or another one. Raises `SourceExists` when that is another source."""
        source = await self._source(source_id)
        client = self._connections.to(source)
        name = username or source.username or ""
        await self._library.read(require_no_other, source, name)
        device_id = await self._device_id()
        try:
            info = await client.server()
        except ServerChanged as error:
            await self._library.write(ask_about_server, source, error, now_ms=self._clock.now_ms())
            raise
        async with self._turns[info.server_id]:
            answer = await client.login(self._login_request(name, password, device_id), info)
            if answer.user.id != source.account_id:
                # A crash in between must not leave one account's edits beside another one's tokens.
                await self._library.write(mark_needs_sign_in, source_id)
            return await self._enter(source_id, answer, device_id)

    async def change_password(self, source_id: SourceId, *, current: str, new: str) -> None:
        """Of the account at the server."""
        client = self._connections.to(await self._source(source_id))
        await client.change_password(PasswordRequest(current, new))

    async def activate(self, source_id: SourceId) -> None:
        """New playlists and plays go to this one."""
        await self._library.write(prefer, source_id)

    async def is_online(self, source_id: SourceId) -> bool:
        """Whether the server answers now."""
        source = await self._source(source_id)
        if source.type is SourceType.FOLDER:
            return await asyncio.to_thread(os.path.isdir, os.fsencode(source.url))
        client = self._connections.to(source)
        try:
            await client.health()
        except SyncError:
            return False
        return True

    async def server_time_ms(self, source_id: SourceId) -> int:
        """What the server's clock says now. Raises `SyncError`."""
        source = await self._source(source_id)
        if source.needs_sign_in:
            raise SignInNeeded(
                f"{source.name} wants you to sign in again", hint=f"soul source login {quoted(source.name)}"
            )
        heads = await self._connections.to(source).heads()
        try:
            return time_ms(heads.server_time)
        except BadTime as error:
            raise ProtocolError(f"{source.name} tells a time that is none") from error

    async def at_stake(self, source_id: SourceId) -> AtStake:
        """What the source has, and what of this device's edits it was never sent."""
        return await self._library.read(at_stake, source_id)

    async def remove(self, source_id: SourceId, *, keeps_playlists: bool = True) -> bool:
        """Forget the source, its tracks and its tokens, and never what is the user's: plays, favourites and ratings
        stay on this device, and so do its playlists unless they are not to.

        False: the server could not be told. It lists this device until its tokens end, or until somebody signs it out.
        """
        source = await self._source(source_id)
        was_told = await self._sign_out(source)
        await self._connections.drop(source_id)
        await self._tokens.forget(source_id)
        await self._library.write(
            remove_keeping,
            source_id,
            keeps_playlists=keeps_playlists,
            new_uid=lambda: mint(self._clock, self._randomness),
        )
        return was_told

    async def _sign_out(self, source: Source) -> bool:
        if source.type is not SourceType.SERVER or source.needs_sign_in:
            return True
        try:
            await self._connections.to(source).logout()
        except SyncError:
            return False
        return True

    async def _enter(self, source_id: SourceId, answer: SignedIn, device_id: DeviceId) -> Source:
        """Tokens first: a crash in between leaves a source that asks for its password."""
        await self._connections.sign_in(source_id).keep(answer)
        await self._connections.drop(source_id)
        try:
            await self._library.write(signed_in, source_id, answer.user, device_id)
        except (SourceNotFound, SourceExists):
            await self._tokens.forget(source_id)
            raise
        await self._connections.notice(source_id)
        return await self._source(source_id)

    async def _source(self, source_id: SourceId) -> Source:
        return await self._library.read(existing, source_id)

    async def _device_id(self) -> DeviceId:
        return await self._library.write(own_device_id, mint(self._clock, self._randomness))

    def _login_request(self, username: str, password: str, device_id: DeviceId) -> LoginRequest:
        return LoginRequest(username, password, device_id, self._config.device_name)
