"""What systemd is told (`Type=notify`): that the server is ready, that it stops, and that it is alive."""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger("soul_player.server")

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"
# Only the process that systemd started may say something.
VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


def notify(state: str, environment: Mapping[str, str] | None = None) -> bool:
    """False: nobody wants to know. A manager that cannot be told stops nothing."""
    address = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            # @ stands for Linux's abstract names.
            line.connect("\0" + address[1:] if address.startswith("@") else address)
            line.sendall(state.encode())
    except OSError as error:
        log.warning("the service manager cannot be told %s: %s", state, error)
        return False
    return True


async def stay_alive(environment: Mapping[str, str] | None = None) -> None:
    """For ever: twice in the time after which systemd would end this process for dead (`WatchdogSec=`)."""
    known = os.environ if environment is None else environment
    microseconds = known.get("WATCHDOG_USEC", "")
    if not microseconds.isdigit() or known.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return
    while notify(ALIVE, known):  # noqa: ASYNC110  # a pulse
        await asyncio.sleep(int(microseconds) / 2_000_000)
