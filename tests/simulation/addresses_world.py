"""Worlds whose devices go out: their server has two addresses, at which somebody else may answer."""

import asyncio
from typing import Any

from soul_player.client import Client, Connectivity, SyncResult
from soul_player.client.errors import ServerChanged
from soul_player.client.sources.route import KNOWN_SECONDS
from tests.simulation import laws
from tests.simulation.addresses_device import AddressesDevice, WaryPerson
from tests.simulation.addresses_line import STRANGERS, URLS, AddressesNetwork, There
from tests.simulation.device import Device
from tests.simulation.live_world import CALM_SECONDS_MAX, EVENTS_MAX, LiveWorld
from tests.simulation.promises import EVERY_SECONDS, SILENCE_SECONDS
from tests.simulation.story import HAPPENINGS, PAUSE_SECONDS
from tests.simulation.world import World

MOVE_CHANCE = 0.45
TRIALS = 4
# The other way is tried once the first has said nothing for a while.
DETOUR_SECONDS = SILENCE_SECONDS + 60.0
OUT_SECONDS = 3_000.0
ELSEWHERE = tuple(one for one in There if one is not There.SERVER)
SOURCES = "SELECT COUNT(*), COUNT(DISTINCT server_id) FROM sources"
ADDRESSES = "SELECT COUNT(*) FROM addresses"


class AddressesWorld(LiveWorld):
    """One run of a seed."""

    network_type = AddressesNetwork
    device_type = AddressesDevice
    network: AddressesNetwork

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.person = WaryPerson(self.ledger)

    async def happen(self, world: World) -> None:
        """The plan's events, and devices that are carried about."""
        assert world is self
        self.server.line = self.network
        names, weights = list(self.plan.weights), list(self.plan.weights.values())
        for _ in range(min(self.plan.events, EVENTS_MAX)):
            await asyncio.sleep(self.random.expovariate(1 / PAUSE_SECONDS))
            if self.random.random() < MOVE_CHANCE:
                await self.move(self.random.choice(self.devices), self.somewhere(), self.somewhere())
            else:
                await HAPPENINGS[self.random.choices(names, weights=weights)[0]](self)
            self.look()

    def somewhere(self) -> There:
        """As often as not the server is there."""
        return There.SERVER if self.random.random() < 0.5 else self.random.choice(ELSEWHERE)

    async def move(self, device: Device, home: There, away: There) -> None:
        """It is on its way for longer than a server is believed to be where it was; then these are at the addresses."""
        self.trace(device.name, f"goes to where {home} is at home, and {away} away")
        there = dict(zip(URLS, (home, away), strict=True))
        if any(one in STRANGERS and self.network.there(device, url) is not one for url, one in there.items()):
            for url in URLS:
                self.network.put(device, url, There.NOBODY)
            await asyncio.sleep(KNOWN_SECONDS + 1.0)
        for url, one in there.items():
            self.network.put(device, url, one)

    def look(self) -> None:
        """And that nobody else was told anything."""
        super().look()
        told = self.network.told
        laws.require(not told, "nothing secret to a stranger", "; ".join(told[:3]))
        for device in self.devices:
            if not device.is_cut:
                sources, servers = device.looking_for(SOURCES)
                laws.require(sources == servers <= 1, "one server is one source", f"{device.name} has {sources}")
                (addresses,) = device.looking_for(ADDRESSES)
                laws.require(addresses <= len(URLS), "one server is one source", f"{addresses} addresses")

    def _after_sync(self, device: Device, result: SyncResult) -> None:
        if result.error is None or result.error.code != ServerChanged.code:
            super()._after_sync(device, result)

    async def _calm(self) -> None:
        for device in self.devices:
            await self.move(device, There.SERVER, There.SERVER)
        await super()._calm()
        self.network.hints.clear()

    async def _heal(self) -> None:
        await self._calm()
        await self.level_within(CALM_SECONDS_MAX, "devices come level by themselves")
        if self.ledger.has_copies:
            return
        for _ in range(TRIALS):
            await self.attend()
            await self.until_listening()
            await self._try()
            for device in self.devices:
                await self.move(device, There.SERVER, There.SERVER)
            await self.level_within(DETOUR_SECONDS, "a device that is at home again comes level")
            await self._connectivity_within(DETOUR_SECONDS, Connectivity.ONLINE, self.devices)

    async def _try(self) -> None:
        """One device is somewhere else, and something is new here and there."""
        device = self.random.choice(self.devices)
        ways = [self.random.choice(ELSEWHERE), self.random.choice((There.SERVER, There.SERVER, *ELSEWHERE))]
        self.random.shuffle(ways)
        await self.move(device, *ways)
        await self.on_server(self.server.scan(self.random, added=1, changed=0, removed=0))
        await self._edit(device)
        if There.SERVER in ways:
            await self.level_within(DETOUR_SECONDS, "a server is found at whichever address it is")
            await self._connectivity_within(DETOUR_SECONDS, Connectivity.ONLINE, [device])
        else:
            await self._connectivity_within(EVERY_SECONDS, Connectivity.OFFLINE, [device])
            # Its syncs back off meanwhile.
            await asyncio.sleep(OUT_SECONDS)
        self.look()

    async def _edit(self, device: Device) -> None:
        async def work(client: Client) -> None:
            await self.person.play(device, client)

        assert device.client is not None
        await asyncio.wait({device.spawn(device.excused(work(device.client)))})

    async def _connectivity_within(self, seconds: float, wanted: Connectivity, devices: list[Any]) -> None:
        """What is told of the source is so, or becomes so by itself."""
        began_at = self.calendar.monotonic()
        while True:
            found = {}
            for device in devices:
                assert device.client is not None
                (source,) = await device.client.sources.list()
                found[device.name] = source.connectivity
            if set(found.values()) == {wanted}:
                return
            passed = self.calendar.monotonic() - began_at
            laws.require(passed < seconds, "connectivity is true", f"{found}, not {wanted} after {passed:.0f} s")
            await asyncio.sleep(1.0)
