"""What is said on `WS /api/live` (section 6): the server's hints, and the client's pulse."""

from enum import IntEnum

import msgspec

from soul_player.protocol.ids import EraId, ServerId

HEARTBEAT_SECONDS = 30
# Nothing was heard for so long: the other side is gone.
DEAD_SECONDS = 75
# Until a client that sent no header must have said who it is.
AUTH_SECONDS = 10
# The first hint after so much quiet goes at once; later ones fold into one per this time.
QUIET_SECONDS = 0.1
MESSAGE_BYTES_MAX = 16 * 1024


class CloseCode(IntEnum):
    """Why a socket was closed."""

    GOING_AWAY = 1001
    INVALID = 1008
    SIGNED_OUT = 4401
    TOO_SLOW = 4408


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """First from the server: where every scope of this user stands."""

    server_id: ServerId
    era: EraId
    heads: dict[str, int]
    heartbeat_s: int = HEARTBEAT_SECONDS


class Changed(msgspec.Struct, frozen=True, tag="changed"):
    """A hint: this scope has moved to here, or further."""

    scope: str
    head: int


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Answer it with a pong."""


class Bye(msgspec.Struct, frozen=True, tag="bye"):
    """The socket is closed next. `retry_after`: seconds after which coming back makes sense."""

    code: int
    retry_after: int = 0


class Auth(msgspec.Struct, frozen=True, tag="auth"):
    """First from a client that sent no header."""

    token: str


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """Still here."""


class Said(msgspec.Struct, frozen=True):
    """Any message as either side reads it: an unknown type, and unknown fields, are passed over."""

    type: str
    token: str = ""
    server_id: str = ""
    era: str = ""
    heads: dict[str, int] = {}
    heartbeat_s: float = HEARTBEAT_SECONDS
    scope: str = ""
    head: int = 0
    code: int = 0
    retry_after: float = 0.0
