"""One server process of several: `python -m soul_player.server.worker`, started by the supervisor and nobody else."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import msgspec
import uvloop

from soul_player.database.errors import DatabaseError
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.server.config import ServerConfig, config_of
from soul_player.server.errors import ServerError
from soul_player.server.notices import (
    Failed,
    FirstPassword,
    FirstPasswordMade,
    FirstPasswordWritten,
    Listening,
    Notice,
    Order,
    Ready,
    Report,
)
from soul_player.server.observing.logs import set_up_logs
from soul_player.server.serving import serve_at

STDIN = 0


def main() -> int:
    """Serve until SIGTERM, or until the supervisor is gone."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    config = config_of(Path(order.home), order.settings)
    set_up_logs(config.log_level, config.log_format, worker=order.worker)
    try:
        with (
            socket.socket(fileno=order.descriptor) as bound,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            runner.run(serve(order, config, bound))
    except (ServerError, DatabaseError) as error:
        report(Failed(type(error).__name__, str(error)))
        return 1
    return 0


async def serve(order: Order, config: ServerConfig, bound: socket.socket) -> None:
    """Raises `ServerError` or a `DatabaseError`."""
    await serve_at(
        bound,
        config,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        tell=tell,
        on_ready=lambda server_id: report(Ready(server_id)),
        is_terminal=order.is_terminal,
        welcomes=order.is_first,
        lifeline=STDIN,
    )


def tell(notice: Notice) -> None:
    """What the supervisor tells people."""
    match notice:
        case FirstPasswordMade(username, password):
            report(FirstPassword(username, password=password))
        case FirstPasswordWritten(username, path):
            report(FirstPassword(username, path=os.fspath(path)))
        case Listening():
            # The supervisor knows its address.
            pass


def report(what: Report) -> None:
    """To the supervisor."""
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
