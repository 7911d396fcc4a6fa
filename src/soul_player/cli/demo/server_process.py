"""The demo's server: `soul serve` in a process of its own, as anyone would start it."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from soul_player.cli.exit_codes import CommandFailed

START_SECONDS = 30.0
STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05


class RunningServer:
    """Where it listens, who it is, and who may sign in."""

    def __init__(self, home: Path, music: Path, log: Path) -> None:
        self.password_file = home / "first-password"
        self.password = ""
        self.url = ""
        self._home = home
        self._music = music
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Listening, under the address that it had before, if it had one."""
        port = self.url.rpartition(":")[2] or "0"
        with self._log.open("wb") as said:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "soul_player", "serve", "--home", self._home, "--music", self._music,
                "--port", port, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said,
                # Ctrl-C at the terminal is for the demo, which then stops its server.
                start_new_session=True,
                # They would come as updates of their own while the demo counts what its four changes do.
                env={**os.environ, "SOUL_SERVER_FINGERPRINTS": "false"},
            )  # fmt: skip
        self.url = await _listening(self._process, self._log)
        self.password = self.password or self.password_file.read_text().strip()

    async def stop(self) -> None:
        """Nobody answers at its address any more."""
        if self._process is not None:
            await stop(self._process)

    async def wait(self) -> None:
        """Until it ends by itself."""
        assert self._process is not None, "it was never started"
        await self._process.wait()


@asynccontextmanager
async def running_server(home: Path, music: Path, log: Path) -> AsyncGenerator[RunningServer, None]:
    """Started, listening, and stopped again when the block ends, however it ends."""
    server = RunningServer(home, music, log)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


async def _listening(process: asyncio.subprocess.Process, log: Path) -> str:
    """The address it prints once it accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for line in _said(log).splitlines():
            if line.startswith("listening on "):
                return line.removeprefix("listening on ")
        if process.returncode is not None:
            break
        await asyncio.sleep(_POLL_SECONDS)
    raise CommandFailed("demo_server", f"the server did not start:\n{_said(log)[-2000:]}")


def _said(log: Path) -> str:
    return log.read_text(errors="replace")


async def stop(process: asyncio.subprocess.Process) -> None:
    """SIGTERM, and SIGKILL for one that does not listen."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
