"""A device that knows its server at home and away, and the person who is asked what the others are."""

from soul_player.client import Client, Question, QuestionKind, Source
from soul_player.client.errors import OfflineError
from tests.simulation.addresses_line import AWAY, HOME, AddressesNetwork, There
from tests.simulation.device import Device
from tests.simulation.live_device import LiveDevice
from tests.simulation.people import Person
from tests.simulation.templates import PASSWORD


class AddressesDevice(LiveDevice):
    """The second address is told to it as soon as its server, or nobody, is there; or its person adds the server once
    more, by that address, while it is there."""

    network: AddressesNetwork

    async def sign_in(self, client: Client) -> None:
        """And say where the server is too."""
        await super().sign_in(client)
        for source in await client.sources.list():
            if len(source.addresses) == 1:
                async with self._turn:
                    await self._add_away(client, source)
                self.trace(self.name, f"knows its server at {AWAY} too")

    async def _add_away(self, client: Client, source: Source) -> None:
        is_there = self.network.there(self, AWAY) is There.SERVER
        if is_there and source.username is not None and self.random.random() < 0.5:
            await client.sources.add(AWAY, username=source.username.upper(), password=PASSWORD)
        else:
            await client.sources.addresses.add(source.id, AWAY)

    async def _source(self, client: Client) -> Source:
        if not await client.sources.list() and self.network.there(self, HOME) is not There.SERVER:
            # Whoever gives a stranger the password has not added the server that is meant.
            raise OfflineError("its person waits until it is at home")
        return await super()._source(client)


class WaryPerson(Person):
    """Knows that a server elsewhere is none of theirs."""

    async def _answer_one(
        self, device: Device, client: Client, question: Question, choice: str, *, may_regret: bool
    ) -> None:
        if question.kind is QuestionKind.SERVER_CHANGED:
            await client.questions.answer(question.id, "leave")
            device.trace(device.name, "says that another server is not theirs")
        else:
            await super()._answer_one(device, client, question, choice, may_regret=may_regret)
