"""`/api/discovered`: servers that announce themselves on this network, for whoever has no source yet."""

import msgspec

from soul_player.client import Client, DiscoveryUnavailable
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call


class Discovered(msgspec.Struct, frozen=True):
    """A hint where to ask, which proves nothing. `is_known`: it says that it is a source of this library already."""

    name: str
    url: str
    is_known: bool


class DiscoveredList(msgspec.Struct, frozen=True):
    """`can_look`: false where this installation has no means to look; then there is nothing in the list."""

    can_look: bool
    servers: tuple[Discovered, ...]


class DiscoveredRoutes:
    """Listens for a few seconds; sends no secret to anybody."""

    def __init__(self, client: Client) -> None:
        self._sources = client.sources

    async def all(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Who announces itself on this network now; takes some seconds."""
        try:
            found = await self._sources.discover()
        except DiscoveryUnavailable:
            return message_answer(DiscoveredList(can_look=False, servers=()))
        servers = tuple(Discovered(one.name, one.url, one.is_known) for one in found)
        return message_answer(DiscoveredList(can_look=True, servers=servers))
