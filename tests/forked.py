"""A command in a process of its own that need not import everything again: forked from one that has (`forking.py`)."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from tests.forking import LENGTH_BYTES

FORKING = Path(__file__).with_name("forking.py")
START_SECONDS_MAX = 60.0
_NUMBER_BYTES = 8
_STDERR = 2


class Program:
    """A running command. What it has is what `subprocess.Popen` has; `stdout` and `stderr` if they are pipes."""

    stdout: IO[bytes] | None = None
    stderr: IO[bytes] | None = None

    def __init__(self, arguments: Sequence[str], telling: int) -> None:
        self.args = arguments
        self.returncode: int | None = None
        self._telling = telling
        pid = self._told(START_SECONDS_MAX)
        assert pid is not None, "no process was forked"
        self.pid = pid

    def poll(self) -> int | None:
        """Its exit code, if it has ended: negative if a signal ended it."""
        if self.returncode is None and (status := self._told(0.0)) is not None:
            self.returncode = os.waitstatus_to_exitcode(status)
            os.close(self._telling)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Its exit code, once it has ended. Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            select.select([self._telling], [], [], timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(list(self.args), timeout)
        return code

    def send_signal(self, number: int) -> None:
        """Unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """By SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """By SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float) -> tuple[bytes, bytes]:
        """What it still says on both pipes, once it has ended. Raises `subprocess.TimeoutExpired`."""
        deadline = time.monotonic() + timeout
        said = [b"", b""]

        def read(number: int, stream: IO[bytes]) -> None:
            said[number] = stream.read()
            stream.close()

        streams = [each for each in enumerate((self.stdout, self.stderr)) if each[1] is not None and not each[1].closed]
        readers = [threading.Thread(target=read, args=each, daemon=True) for each in streams]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(max(0.0, deadline - time.monotonic()))
        if any(reader.is_alive() for reader in readers):
            raise subprocess.TimeoutExpired(list(self.args), timeout)
        self.wait(max(0.0, deadline - time.monotonic()))
        return said[0], said[1]

    def _told(self, seconds: float) -> int | None:
        if not select.select([self._telling], [], [], seconds)[0]:
            return None
        told = os.read(self._telling, _NUMBER_BYTES)
        assert len(told) == _NUMBER_BYTES, "the process that forks the others has ended"
        return int.from_bytes(told, "big", signed=True)


class _Forker:
    """The process that forks; it ends with this one, whose end of the socket is then closed."""

    def __init__(self) -> None:
        self._asking, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen([sys.executable, str(FORKING)], stdin=theirs.fileno())
        theirs.close()

    def start(
        self,
        arguments: Sequence[str],
        streams: tuple[int, int, int],
        environment: Mapping[str, str],
        *,
        module: str | None,
        in_own_session: bool,
    ) -> Program:
        telling, theirs = os.pipe()
        request = json.dumps(
            {
                "arguments": arguments,
                "module": module,
                "environment": dict(environment),
                "folder": str(Path.cwd()),
                "in_own_session": in_own_session,
            }
        ).encode()
        with self._one_at_a_time:
            socket.send_fds(self._asking, [len(request).to_bytes(LENGTH_BYTES, "big")], [*streams, theirs])
            self._asking.sendall(request)
        os.close(theirs)
        return Program(arguments, telling)


@cache
def _forker() -> _Forker:
    return _Forker()


def start(
    arguments: Sequence[str | Path],
    streams: tuple[int, int, int],
    environment: Mapping[str, str],
    *,
    in_own_session: bool = False,
) -> Program:
    """`soul` with these arguments and standard streams; it runs when this returns."""
    words = [str(each) for each in arguments]
    return _forker().start(words, streams, environment, module=None, in_own_session=in_own_session)


def start_module(module: str, *arguments: str | Path, is_heard: bool = False) -> Program:
    """`python -m MODULE ARGUMENTS` of these tests; it reads nothing. `is_heard`: what it prints comes over `stdout`."""
    out, its_out = os.pipe()
    with Path(os.devnull).open("r+b") as nothing:
        streams = (nothing.fileno(), its_out if is_heard else nothing.fileno(), _STDERR)
        program = _forker().start(
            [module, *map(str, arguments)], streams, os.environ, module=module, in_own_session=False
        )
    os.close(its_out)
    if is_heard:
        program.stdout = os.fdopen(out, "rb")
    else:
        os.close(out)
    return program
