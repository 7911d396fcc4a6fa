"""`/api/sources/{id}/addresses`: the ways to one server, and the certificate that is trusted at each."""

from typing import Annotated

import msgspec

from soul_player.client import Client, SourceId
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.api.status import told_source

MISSING = "source_not_found"

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class NewAddress(msgspec.Struct, frozen=True):
    """`fingerprint`: of the certificate that a person said yes to. `insecure`: plain HTTP beyond private networks."""

    url: Line
    fingerprint: Line | None = None
    insecure: bool = False


class AddressQuery(msgspec.Struct, frozen=True):
    """One of the source's addresses."""

    url: Line


class CertificateQuery(msgspec.Struct, frozen=True):
    """One of the source's addresses; without it the one whose certificate is the trouble."""

    url: Line | None = None


class ShownCertificate(msgspec.Struct, frozen=True):
    """`fingerprint`: what is shown there now; `trusted`: what was trusted so far."""

    url: str
    fingerprint: str
    trusted: str | None


class TrustedCertificate(msgspec.Struct, frozen=True):
    """What a person compared and said yes to."""

    fingerprint: Line
    url: Line | None = None


class AddressRoutes:
    """Parses and answers; nothing secret is sent to any address by these."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._addresses = client.sources.addresses

    async def add(self, call: Call) -> Answer:
        """Let a source be reached at another address too, unless another server answers there."""
        source_id = _id(call)
        asked = await call.message(NewAddress)
        await self._addresses.add(source_id, asked.url, fingerprint=asked.fingerprint, insecure=asked.insecure)
        self._client.triggers.look()
        return await told_source(self._client, source_id, status=201)

    async def remove(self, call: Call) -> Answer:
        """Ask nothing at this address any more; the only one stays."""
        source_id = _id(call)
        await self._addresses.remove(source_id, call.query(AddressQuery).url)
        return await told_source(self._client, source_id)

    async def certificate(self, call: Call) -> Answer:
        """The certificate that is shown now, for a person to compare."""
        address, fingerprint = await self._addresses.shown_certificate(_id(call), url=call.query(CertificateQuery).url)
        return message_answer(ShownCertificate(address.url, fingerprint, address.fingerprint))

    async def trust(self, call: Call) -> Answer:
        """Trust this certificate there, and no other."""
        source_id = _id(call)
        asked = await call.message(TrustedCertificate)
        await self._addresses.trust(source_id, asked.fingerprint, url=asked.url)
        self._client.triggers.sync_now([source_id])
        return await told_source(self._client, source_id)


def _id(call: Call) -> SourceId:
    return SourceId(call.path_id("source_id", missing=MISSING))
