"""Run as a program: imports what most commands import, once, then forks a process for each command that is asked for.

What a command does is done in a process of its own, from its first line to the interpreter's end; only the imports,
most of its time, are shared. A request comes over the socket that is stdin here: its length, then JSON, and beside it
the descriptors of the command's three streams and of a pipe on which its pid and later its wait status are told.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from soul_player.cli.main import run

PRELOADED = (
    "soul_player.cli.client_home",
    "soul_player.client.sources.http_transport",
    "soul_player.server",
    "soul_player.ui",
)
ROOT = Path(__file__).parents[1]
LENGTH_BYTES = 4
REQUEST_BYTES_MAX = 1 << 20
_DESCRIPTORS = 4
_OTHERS_FROM = 3
_POLL_SECONDS_MAX = 60.0


def told(number: int) -> bytes:
    """A pid or a status on the pipe."""
    return number.to_bytes(8, "big", signed=True)


def serve() -> dict[str, Any]:
    """Ends this process when nobody can ask any more; in each forked process it returns what that one shall be."""
    asking = socket.socket(fileno=os.dup(0))
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([asking.fileno(), woken], [], [], _POLL_SECONDS_MAX)
        if woken in ready:
            os.read(woken, 4096)
        _tell_of_the_ended(running)
        if asking.fileno() not in ready:
            continue
        head, descriptors, _, _ = socket.recv_fds(asking, LENGTH_BYTES, _DESCRIPTORS)
        if not head:
            sys.exit(0)
        request = json.loads(_exactly(asking, int.from_bytes(head, "big")))
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(request, descriptors)
            return dict(request)
        *streams, telling = descriptors
        for stream in streams:
            os.close(stream)
        running[pid] = telling
        os.write(telling, told(pid))


def _tell_of_the_ended(running: dict[int, int]) -> None:
    for pid in list(running):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            telling = running.pop(pid)
            os.write(telling, told(status))
            os.close(telling)


def _exactly(asking: socket.socket, size: int) -> bytes:
    assert size <= REQUEST_BYTES_MAX, size
    found = b""
    while len(found) < size:
        piece = asking.recv(size - len(found))
        assert piece, "the request has no end"
        found += piece
    return found


def _become(request: dict[str, Any], descriptors: list[int]) -> None:
    """As a fresh interpreter finds its process: its streams, and nothing else of ours."""
    for number, descriptor in enumerate(descriptors[:_OTHERS_FROM]):
        os.dup2(descriptor, number)
    os.closerange(_OTHERS_FROM, os.sysconf("SC_OPEN_MAX"))
    if request["in_own_session"]:
        os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["arguments"]
    for name, number, mode, errors in (
        ("stdin", 0, "r", "surrogateescape"),
        ("stdout", 1, "w", "surrogateescape"),
        ("stderr", 2, "w", "backslashreplace"),
    ):
        stream = os.fdopen(number, mode, encoding="utf-8", errors=errors, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def main() -> None:
    """In this process: never anything but forking. In a forked one: the command, or a module of the tests."""
    for name in PRELOADED:
        importlib.import_module(name)
    # Pages that nobody writes to are shared: the collector would write to all of them.
    gc.collect()
    gc.freeze()
    request = serve()
    if request["module"] is None:
        run()
    else:
        sys.path.insert(0, str(ROOT))
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
