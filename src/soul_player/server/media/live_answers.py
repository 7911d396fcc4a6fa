"""The bytes of a transcode that is still made, as an answer without a length."""

import asyncio
import logging
from typing import Any

from soul_player.server.errors import RequestRefused
from soul_player.server.media.answers import STALLED_SECONDS
from soul_player.server.media.growing import GrowingFile

log = logging.getLogger("soul_player.server")

PIECE_BYTES = 64 * 1024
# How long a client that has gone is taken for one that waits.
LOOK_SECONDS = 0.25


class LiveAnswer:
    """Follows the transcode to its end. Leaves it whatever happens: the last one to leave ends its process."""

    def __init__(
        self,
        growing: GrowingFile,
        *,
        headers: tuple[tuple[bytes, bytes], ...],
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        self._growing = growing
        self._headers = headers
        self._stalled_seconds = stalled_seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, ARG002  # an ASGI app's signature
        """Send what there is, at the client's pace."""
        ours = scope.get("extensions", {}).get("soul_player", {})
        is_gone = ours.get("is_gone", lambda: False)
        loop = asyncio.get_running_loop()
        position = 0
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self._headers})
            async with asyncio.timeout(self._stalled_seconds) as bound:
                while not is_gone():
                    piece = await self._growing.read(position, PIECE_BYTES, wait_seconds=LOOK_SECONDS)
                    if piece is None:
                        continue
                    await send({"type": "http.response.body", "body": piece, "more_body": bool(piece)})
                    if not piece:
                        return
                    position += len(piece)
                    bound.reschedule(loop.time() + self._stalled_seconds)
        except (RequestRefused, TimeoutError, OSError) as error:
            # An answer without its end: the connection is broken, and the client knows that it does not have it all.
            log.warning("a transcode was not sent to its end: %s", str(error) or type(error).__name__)
        finally:
            self._growing.leave()
