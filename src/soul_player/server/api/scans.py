"""`/api/admin/scan`: how a scan stands, asking for one, and letting missing tracks go."""

from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.scan import ScanConfirmation
from soul_player.server.api.answers import Answer, message_answer
from soul_player.server.api.calls import Call
from soul_player.server.errors import RequestRefused
from soul_player.server.scanner.desk import ScanDesk
from soul_player.server.scanner.scan import NothingHeld
from soul_player.server.store.devices import Session


class ScanRoutes:
    """Parses and answers; the scanner works on its own."""

    def __init__(self, desk: ScanDesk) -> None:
        self._desk = desk

    async def status(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`GET /api/admin/scan`."""
        return await self._answer(call, status=200)

    async def scan(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`POST /api/admin/scan[?wait=true&full=true]`: 200 when it is done, also when tracks are held; else 202."""
        wait, full = call.query_flag("wait"), call.query_flag("full")
        return await self._begin(call, wait=wait, full=full)

    async def confirm(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`POST /api/admin/scan/confirm[?wait=true]`: so many missing tracks of this root may go, with the next scan,
        which begins at once."""
        wait = call.query_flag("wait")
        asked = await call.message(ScanConfirmation)
        if not 0 < asked.missing < 2**63:
            raise RequestRefused(ProblemCode.INVALID, "missing must be a number of tracks")
        try:
            await self._desk.confirm(asked.root, asked.missing)
        except NothingHeld as error:
            raise RequestRefused(ProblemCode.NOTHING_HELD, "no scan of this folder waits for a confirmation") from error
        return await self._begin(call, wait=wait, full=False)

    async def _begin(self, call: Call, *, wait: bool, full: bool) -> Answer:
        ended = await self._desk.ask(full=full)
        if not wait:
            return await self._answer(call, status=202)
        if not await ended():
            raise RequestRefused(ProblemCode.NOT_READY, "the scan was given up: the server is stopping, or in trouble")
        return await self._answer(call, status=200)

    async def _answer(self, call: Call, *, status: int) -> Answer:
        return message_answer(await self._desk.status(), accept_encoding=call.accept_encoding, status=status)
