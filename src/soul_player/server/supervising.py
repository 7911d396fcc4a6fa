"""Several server processes behind one socket: started, told apart, started again when they die, ended together."""

import asyncio
import contextlib
import dataclasses
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from soul_player.database import errors as database_errors
from soul_player.database.errors import DatabaseError
from soul_player.server import errors
from soul_player.server.config import ServerConfig, settings_of
from soul_player.server.errors import ServerError, StartError
from soul_player.server.listening.service_manager import VARIABLES
from soul_player.server.notices import (
    Failed,
    FirstPassword,
    FirstPasswordMade,
    FirstPasswordWritten,
    Notice,
    Order,
    Ready,
    Report,
)
from soul_player.server.observing.metrics import SHARED_FOLDER_VARIABLE

log = logging.getLogger("soul_player.server")

# -P: a folder in which the program was started must not lend its modules to it.
WORKER_COMMAND = (sys.executable, "-P", "-m", "soul_player.server.worker")
AGAIN_SECONDS_MIN = 0.25
AGAIN_SECONDS_MAX = 30.0
# One that lived so long had nothing to do with the failures before.
LIVED_SECONDS = 60.0
# Beyond the time for requests in flight: closing the database, ending what was read.
END_SECONDS = 5.0
_REPORTS = msgspec.json.Decoder(Report)


class Supervisor:
    """`run` it once. `stop` may be called at any time, from the loop."""

    def __init__(
        self,
        config: ServerConfig,
        bound: socket.socket,
        *,
        tell: Callable[[Notice], None],
        on_ready: Callable[[str], None],
        is_terminal: bool,
    ) -> None:
        self._config = config
        self._bound = bound
        self._tell = tell
        self._on_ready = on_ready
        self._is_terminal = is_terminal
        self._stopping = asyncio.Event()
        self._running: dict[int, asyncio.subprocess.Process] = {}

    def stop(self) -> None:
        """Begin a graceful end of all. Nobody connects any more to wait for nothing."""
        self._stopping.set()
        self._bound.close()
        for process in self._running.values():
            _send(process, signal.SIGTERM)

    async def run(self) -> None:
        """Until `stop`. Raises what keeps the first worker from serving: then nothing was served at all."""
        with tempfile.TemporaryDirectory(prefix="soul-metrics-") as counts:
            async with self._started(1, Path(counts), is_first=True) as process:
                await self._first(process)
                async with asyncio.TaskGroup() as tasks:
                    for worker in range(2, self._config.workers + 1):
                        tasks.create_task(self._keep(worker, Path(counts)), name=f"worker {worker}")
                    await self._watch(1, process, Path(counts))
                    tasks.create_task(self._keep(1, Path(counts), waits_seconds=AGAIN_SECONDS_MIN), name="worker 1")

    async def _first(self, process: asyncio.subprocess.Process) -> None:
        """Until it serves."""
        async for report in _reports(process):
            match report:
                case Ready(server_id):
                    self._on_ready(server_id)
                    return
                case FirstPassword(username, password, path):
                    made = FirstPasswordMade(username, password)
                    self._tell(FirstPasswordWritten(username, Path(path)) if path else made)
                case Failed(kind, text):
                    await process.wait()
                    raise _error_of(kind, text)
        if not self._stopping.is_set():
            raise StartError(f"the first server process {_ending(await process.wait())} before it served")

    async def _keep(self, worker: int, counts: Path, *, waits_seconds: float = 0.0) -> None:
        """One of them, again and again."""
        seconds = AGAIN_SECONDS_MIN
        while not await self._is_stopped_within(waits_seconds):
            began = asyncio.get_running_loop().time()
            try:
                async with self._started(worker, counts, is_first=False) as process:
                    await self._watch(worker, process, counts)
            except OSError as error:
                log.warning("worker %d cannot be started: %s", worker, error)
            lived = asyncio.get_running_loop().time() - began
            seconds = AGAIN_SECONDS_MIN if lived > LIVED_SECONDS else min(AGAIN_SECONDS_MAX, seconds * 2)
            waits_seconds = seconds

    async def _watch(self, worker: int, process: asyncio.subprocess.Process, counts: Path) -> None:
        """Until it has ended."""
        async for report in _reports(process):
            if isinstance(report, Failed):
                log.warning("worker %d cannot serve: %s", worker, report.text)
            elif isinstance(report, Ready):
                log.info("worker %d serves", worker)
        code = await process.wait()
        forget_gauges(counts, process.pid)
        if not self._stopping.is_set():
            log.warning("worker %d %s, and is started again", worker, _ending(code))

    @asynccontextmanager
    async def _started(
        self, worker: int, counts: Path, *, is_first: bool
    ) -> AsyncGenerator[asyncio.subprocess.Process, None]:
        """Ended when the block is left. Its stdin stays open: it ends when this process does, however that ends."""
        environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        process = await asyncio.create_subprocess_exec(
            *WORKER_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**environment, SHARED_FOLDER_VARIABLE: str(counts)},
            pass_fds=(self._bound.fileno(),),
            # Ctrl-C at a terminal is for this process, which then ends the others.
            start_new_session=True,
        )
        self._running[worker] = process
        try:
            assert process.stdin is not None
            with contextlib.suppress(ConnectionError):
                process.stdin.write(self._order(worker, is_first=is_first))
                await process.stdin.drain()
            if self._stopping.is_set():
                _send(process, signal.SIGTERM)
            yield process
        finally:
            await self._end(process)
            self._running.pop(worker, None)

    def _order(self, worker: int, *, is_first: bool) -> bytes:
        config = self._config if is_first else dataclasses.replace(self._config, new_era=False)
        settings = settings_of(config)
        order = Order(worker, self._bound.fileno(), str(config.home), settings, is_first, self._is_terminal)
        return msgspec.json.encode(order) + b"\n"

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Gracefully, else by force."""
        _send(process, signal.SIGTERM)
        try:
            async with asyncio.timeout(self._config.stop_seconds + END_SECONDS):
                await process.wait()
        except TimeoutError:
            log.warning("a worker did not end in time, and is killed")
            _send(process, signal.SIGKILL)
            await process.wait()

    async def _is_stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return self._stopping.is_set()
        return True


async def _reports(process: asyncio.subprocess.Process) -> AsyncGenerator[Report, None]:
    """What it says, a line each, until it ends. Anything else on its stdout is nobody's."""
    assert process.stdout is not None
    async for line in process.stdout:
        try:
            yield _REPORTS.decode(line)
        except msgspec.MsgspecError:
            log.warning("a worker said what is no report")


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def forget_gauges(counts: Path, pid: int) -> None:
    """Of a process that ended: what it counted stays; what it was doing is over."""
    for gone in counts.glob(f"gauge_live*_{pid}.db"):
        gone.unlink(missing_ok=True)


def _send(process: asyncio.subprocess.Process, what: signal.Signals) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(what)


def _error_of(kind: str, text: str) -> Exception:
    """The worker's own error, so that the program ends as if it had served by itself."""
    for known, bases in ((errors, ServerError), (database_errors, DatabaseError)):
        found = getattr(known, kind, None)
        if isinstance(found, type) and issubclass(found, bases):
            return found(text)
    return StartError(text)
