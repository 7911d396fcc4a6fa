"""`/api/sources`: the places music comes from: adding, signing in, choosing, removing; and working offline."""

import os
from typing import Annotated

import msgspec

from soul_player.client import Client, FolderInvalid, SourceId
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import Call
from soul_player.ui.api.status import SourceStatus, source_statuses, told_source

MISSING = "source_not_found"

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class SourceList(msgspec.Struct, frozen=True):
    """In the order in which they were added."""

    sources: tuple[SourceStatus, ...]


class NewServer(msgspec.Struct, frozen=True):
    """`fingerprint`: of the certificate that a person said yes to. `insecure`: plain HTTP beyond private networks."""

    url: Line
    username: Line
    password: Password
    name: Line | None = None
    fingerprint: Line | None = None
    insecure: bool = False


class NewFolder(msgspec.Struct, frozen=True):
    """A folder of this device; its files are only read."""

    folder: Path
    name: Line | None = None


class SignIn(msgspec.Struct, frozen=True):
    """`username`: the account that it had, unless it is given."""

    password: Password
    username: Line | None = None


class NewPassword(msgspec.Struct, frozen=True):
    """Of the account at the server; its other devices sign in again."""

    current: Password
    new: Password


class Stake(msgspec.Struct, frozen=True):
    """What a source has, and what it was never sent: told before it is removed."""

    tracks: int
    waiting_edits: int
    failed_edits: int
    playlists: int


class RemoveQuery(msgspec.Struct, frozen=True):
    """Without its playlists they become this device's own."""

    drop_playlists: bool = False


class Removed(msgspec.Struct, frozen=True):
    """`was_told`: false when the server goes on listing this device."""

    was_told: bool


class OfflineSwitchState(msgspec.Struct, frozen=True):
    """Working offline: no server is asked anything."""

    on: bool


class SourceRoutes:
    """Parses and answers; `client.sources` does it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def all(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Every source, and how it is."""
        read = await self._client.status.read()
        return message_answer(SourceList(tuple(source_statuses(read.sources, read.badge))))

    async def one(self, call: Call) -> Answer:
        """One source."""
        return await told_source(self._client, _id(call))

    async def add(self, call: Call) -> Answer:
        """Sign in at a server and keep it; a certificate that nobody vouches for is asked about first."""
        asked = await call.message(NewServer)
        source = await self._client.sources.add(
            asked.url,
            username=asked.username,
            password=asked.password,
            name=asked.name,
            fingerprint=asked.fingerprint,
            insecure=asked.insecure,
        )
        return await told_source(self._client, source.id, status=201)

    async def add_folder(self, call: Call) -> Answer:
        """Keep a folder of this device as a source."""
        asked = await call.message(NewFolder)
        if not os.path.isabs(asked.folder):  # noqa: PTH117  # a name may hold what pathlib would tidy away
            raise FolderInvalid("give the folder's whole path, from the root on")
        source = await self._client.sources.add_folder(asked.folder, name=asked.name)
        return await told_source(self._client, source.id, status=201)

    async def stake(self, call: Call) -> Answer:
        """What would go with a source."""
        source = await self._client.sources.find(str(_id(call)))
        stake = await self._client.sources.at_stake(source.id)
        return message_answer(msgspec.convert(stake, Stake, from_attributes=True))

    async def remove(self, call: Call) -> Answer:
        """Forget a source; plays, marks and files stay."""
        asked = call.query(RemoveQuery)
        was_told = await self._client.sources.remove(_id(call), keeps_playlists=not asked.drop_playlists)
        return message_answer(Removed(was_told))

    async def login(self, call: Call) -> Answer:
        """Sign in again, as the same account or another one."""
        source_id = _id(call)
        asked = await call.message(SignIn)
        await self._client.sources.login(source_id, password=asked.password, username=asked.username)
        self._client.triggers.sync_now([source_id])
        return await told_source(self._client, source_id)

    async def password(self, call: Call) -> Answer:
        """Change the password of the account there."""
        source_id = _id(call)
        asked = await call.message(NewPassword)
        await self._client.sources.change_password(source_id, current=asked.current, new=asked.new)
        return no_content()

    async def activate(self, call: Call) -> Answer:
        """Let new playlists and plays go to this one."""
        source_id = _id(call)
        await self._client.sources.activate(source_id)
        return await told_source(self._client, source_id)

    async def offline(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Whether a person is working offline."""
        return message_answer(OfflineSwitchState(await self._client.offline.is_on()))

    async def turn_offline(self, call: Call) -> Answer:
        """Work offline, or not any more."""
        asked = await call.message(OfflineSwitchState)
        await self._client.offline.turn(on=asked.on)
        self._client.triggers.look()
        return message_answer(asked)


def _id(call: Call) -> SourceId:
    return SourceId(call.path_id("source_id", missing=MISSING))
