"""A push and its answer (protocol, section 4)."""

from typing import Any

import msgspec

from soul_player.protocol.ids import DeviceId, EraId, ServerId
from soul_player.protocol.page import Heads


class PushRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """`POST /api/sync/push`. Operations stay raw here: one that does not parse is refused alone."""

    device_id: DeviceId
    operations: tuple[msgspec.Raw, ...]
    sent_at: str | None = None
    ack: str | None = None
    confirmed_through: int | None = None


class OperationKey(msgspec.Struct, frozen=True):
    """What must be there for an operation to be answerable at all."""

    op_id: str
    n: int | float | str | bool | None = None


class PushResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one operation. `status` and `reason` stay text: a client survives ones it does not know.

    `server_state` is whatever the reason's own state is. (A `Raw` that may be missing can be written, but not read.)
    """

    op_id: str
    status: str
    seq: int | None = None
    reason: str | None = None
    detail: str | None = None
    server_state: Any = None


class PushResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """Results in the order of the operations; `ack` goes with every later push and pull.

    With `server_id` and `era` it tells all that `GET /api/sync/heads` does, so that nobody has to ask for that too.
    """

    results: tuple[PushResult, ...]
    ack: str
    heads: dict[str, int]
    server_time: str
    server_id: ServerId | None = None
    era: EraId | None = None

    def told_heads(self) -> Heads | None:
        """None: the server is of before they were told here."""
        if self.server_id is None or self.era is None:
            return None
        return Heads(self.server_id, self.era, self.heads, self.server_time)


class PlaylistDeletedState(msgspec.Struct, frozen=True):
    """`server_state` of `conflict/playlist_deleted`."""

    playlist_id: str
    name: str
    deleted_at: str
    deleted_by_device: str | None


class PlaylistChangedState(msgspec.Struct, frozen=True):
    """`server_state` of `conflict/playlist_changed`: what the deleter had not seen. `entries` counts them."""

    playlist_id: str
    name: str
    seq: int
    entries: int
