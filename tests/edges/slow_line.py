"""A network fault: a line to a server that carries only so many bytes a second, or nothing any more."""

import contextlib
import socket
import threading
import time
from collections.abc import Generator

PIECE_BYTES = 4096


class SlowLine:
    """Listens at `url` and carries each connection to the server and back. Use `slow_line`."""

    def __init__(self, server_port: int, bytes_per_second: float) -> None:
        self._server_port = server_port
        self._bytes_per_second = bytes_per_second
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.carried_bytes = 0

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def accept_all(self) -> None:
        """Until it is closed."""
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._server_port))
            self._open += [near, far]
            for source, target, is_slow in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._carry, args=(source, target, is_slow), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_slow: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                if is_slow:
                    time.sleep(len(piece) / self._bytes_per_second)
                    self.carried_bytes += len(piece)
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Everything ends at once."""
        # Unlike closing it, this wakes the thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._open:
            each.close()


@contextlib.contextmanager
def slow_line(server_url: str, *, bytes_per_second: float) -> Generator[SlowLine, None, None]:
    """A slow line to the server, as long as the block lasts."""
    line = SlowLine(int(server_url.rpartition(":")[2]), bytes_per_second)
    accepting = threading.Thread(target=line.accept_all, daemon=True)
    accepting.start()
    try:
        yield line
    finally:
        line.close()
        accepting.join(timeout=5)
