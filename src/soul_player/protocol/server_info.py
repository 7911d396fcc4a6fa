"""What a server says of itself."""

import msgspec

from soul_player.protocol.ids import EraId, ServerId

PROTOCOL_VERSION = 1


class ServerLimits(msgspec.Struct, frozen=True):
    """What one push may hold: operations, bytes of its body, characters of a name, entries of a playlist."""

    operations: int = 500
    bytes: int = 1_048_576
    name_chars: int = 500
    playlist_entries: int = 10_000


class ServerInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /api/server`. Without a token only the first four are there."""

    server_id: ServerId
    name: str
    version: str
    protocol: int
    era: EraId | None = None
    server_time: str | None = None
    features: tuple[str, ...] | None = None
    limits: ServerLimits | None = None
