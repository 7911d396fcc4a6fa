"""One WebSocket, with what uvicorn leaves out: bounds, a goodbye, and a way to write to many at little cost."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from soul_player.protocol.codec import encode
from soul_player.protocol.live import MESSAGE_BYTES_MAX, Bye, CloseCode

# Until the other side has answered a close, and what was written has gone out.
CLOSE_SECONDS = 5.0
# ... when the server ends: who is there answers at once.
GOODBYE_SECONDS = 1.0
RETRY_AFTER_SECONDS = 5
_BYE = encode(Bye(CloseCode.GOING_AWAY, RETRY_AFTER_SECONDS))
_TEXT_FRAME = 0x81
_SHORT = 125


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's. The application finds it in its scope, as `extensions["soul_player"]["socket"]`."""

    # Why this side ended it.
    said_code: int | None = None

    def handle_connect(self, event: Request) -> None:
        """The application's task has not begun to run when this returns."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.close_timeout = CLOSE_SECONDS
            self.scope["extensions"]["soul_player"] = {"socket": self}

    def is_gone(self) -> bool:
        """Nothing can be written any more."""
        return self.close_sent or self.disconnected or not self.handshake_complete or self.transport.is_closing()

    def is_full(self) -> bool:
        """What was written before has not gone out yet."""
        return not self.writable.is_set()

    def write_text(self, text: bytes) -> None:
        """A whole text message. A server's frames are not masked: for a thousand sockets it is a thousand writes."""
        assert len(text) <= MESSAGE_BYTES_MAX, len(text)
        size = len(text)
        head = bytes((_TEXT_FRAME, size)) if size <= _SHORT else bytes((_TEXT_FRAME, 126, size >> 8, size & 0xFF))
        self.transport.write(head + text)

    def say_close(self, code: int) -> None:
        """After what was written; the other side may answer for a while."""
        if self.is_gone():
            return
        self.said_code = code
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self._cut_off)

    def shutdown(self) -> None:
        """The server ends: whoever is connected is told, and when to come back."""
        if self.is_gone():
            super().shutdown()
            return
        self.close_timeout = GOODBYE_SECONDS
        self.write_text(_BYE)
        self.say_close(CloseCode.GOING_AWAY)

    def _cut_off(self) -> None:
        # Not `close`: that would wait for a listener that takes nothing.
        self.transport.abort()
