"""Where a scan is asked for: at the scanner of this process, or, where several serve, at that of the one that leads."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.protocol.codec import decode, encode
from soul_player.protocol.scan import ScanState, ScanStatus, ScanSummary
from soul_player.server.scanner.scan import NothingHeld, Scanner
from soul_player.server.store.scan_desk import ask, ask_to_confirm, note_done, read_desk, take, tell_status
from soul_player.server.store.scan_lock import WAIT_SECONDS_MAX

log = logging.getLogger("soul_player.server")

LOOK_SECONDS = 0.5

# Awaited until the scan that was asked for has ended; False: it was given up.
Ended = Callable[[], Awaitable[bool]]


class ScanDesk(Protocol):
    """What a route may do about scans."""

    async def status(self) -> ScanStatus:
        """How it stands."""
        ...

    async def ask(self, *, full: bool) -> Ended:
        """For a scan that begins after now."""
        ...

    async def confirm(self, root: str, missing: int) -> None:
        """So many tracks of a held root may go with the next scan. Raises `NothingHeld`."""
        ...


class OwnDesk:
    """The scanner runs in this process."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner

    async def status(self) -> ScanStatus:
        """How it stands."""
        return self._scanner.status()

    async def ask(self, *, full: bool) -> Ended:
        """For a scan that begins after now."""
        scan = self._scanner.request(full=full)

        async def ended() -> bool:
            # Not awaited itself: a client that goes away takes its answer with it, not the scan.
            await asyncio.wait([scan])
            return not scan.cancelled()

        return ended

    async def confirm(self, root: str, missing: int) -> None:
        """So many tracks of a held root may go with the next scan. Raises `NothingHeld`."""
        await self._scanner.confirm(root, missing)


class SharedDesk:
    """The scanner runs in one process of several, which `serve`s what all of them ask for in the database."""

    def __init__(self, database: Database, scanner: Scanner, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._database = database
        self._scanner = scanner
        self._look_seconds = look_seconds

    async def status(self) -> ScanStatus:
        """As the leader told it last."""
        told = (await self._database.read(read_desk)).status
        return ScanStatus(ScanState.IDLE) if told is None else decode(told, ScanStatus)

    async def ask(self, *, full: bool) -> Ended:
        """For a scan that begins after now. One that the leader dies of is begun again by the next."""
        number = await self._database.write(ask, is_full=full)

        async def ended() -> bool:
            try:
                async with asyncio.timeout(WAIT_SECONDS_MAX):
                    # Nothing tells between processes that could not get lost.
                    while (await self._database.read(read_desk)).done < number:  # noqa: ASYNC110
                        await asyncio.sleep(self._look_seconds)
            except TimeoutError:
                return False
            return True

        return ended

    async def confirm(self, root: str, missing: int) -> None:
        """So many tracks of a held root may go with the next scan. Raises `NothingHeld`."""
        status = await self.status()
        if status.state is not ScanState.HELD or status.root != root:
            raise NothingHeld(root)
        await self._database.write(ask_to_confirm, root, missing)

    async def serve(self) -> None:
        """Of the leader, for ever: take what was asked for, tell how it stands. A database that is away comes back."""
        told: bytes | None = None
        under_way: tuple[int, asyncio.Future[ScanSummary]] | None = None
        while True:
            try:
                if under_way is not None and under_way[1].done():
                    # One that was given up is asked for again, in the name of whoever waits.
                    if not under_way[1].cancelled():
                        told = await self._tell(told)
                        await self._database.write(note_done, under_way[0])
                    under_way = None
                if under_way is None:
                    under_way = await self._take()
                told = await self._tell(told)
            except DatabaseError as error:
                log.info("the desk of the scans: %s", error)
            await asyncio.sleep(self._look_seconds)

    async def _take(self) -> "tuple[int, asyncio.Future[ScanSummary]] | None":
        desk = await self._database.read(read_desk)
        if desk.asked <= desk.done:
            return None
        if desk.confirm is not None:
            try:
                await self._scanner.confirm(*desk.confirm)
            except NothingHeld as error:
                log.info("a confirmation came too late: %s", error)
        await self._database.write(take, desk.asked)
        return desk.asked, self._scanner.request(full=desk.is_full)

    async def _tell(self, told: bytes | None) -> bytes:
        status = encode(self._scanner.status())
        if status != told:
            await self._database.write(tell_status, status)
        return status
