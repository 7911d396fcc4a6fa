"""`/api/waiting-edits`: what no server was told of yet, in words."""

import msgspec

from soul_player.client import Client, WaitingEdits
from soul_player.protocol.times import time_text
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call


class WaitingRow(msgspec.Struct, frozen=True):
    """`kind`: `playlist` (those of one), `favourites`, `ratings`, `plays`. `counts`: by operation of the protocol.

    `name`: the playlist's, else the title of the track that was edited last.
    """

    source_id: int
    source_name: str
    kind: str
    name: str | None
    playlist_id: int | None
    counts: dict[str, int]
    last_at: str


class WaitingList(msgspec.Struct, frozen=True):
    """The newest first."""

    waiting: tuple[WaitingRow, ...]


class WaitingRoutes:
    """Reads; what is shown waits for no server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def all(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """The edits that wait to be sent, put together as a person made them."""
        return message_answer(WaitingList(tuple(_row(one) for one in await self._client.playlists.waiting())))


def _row(edits: WaitingEdits) -> WaitingRow:
    return WaitingRow(
        source_id=edits.source_id,
        source_name=edits.source_name,
        kind=edits.kind.value,
        name=edits.name,
        playlist_id=edits.playlist_id,
        counts=edits.counts,
        last_at=time_text(edits.last_at_ms),
    )
