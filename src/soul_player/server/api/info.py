"""`/api/health` and `/api/server`: whether it lives, and what it is."""

from soul_player import __version__
from soul_player.database.access import Database
from soul_player.edges import Clock
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.server_info import PROTOCOL_VERSION, ServerInfo, ServerLimits
from soul_player.protocol.times import time_text
from soul_player.server.api.answers import NEVER_STORED, Answer, json_answer, message_answer
from soul_player.server.api.calls import Call
from soul_player.server.errors import RequestRefused
from soul_player.server.store.devices import Session
from soul_player.server.store.eras import read_newest_era
from soul_player.server.store.health import Health
from soul_player.server.store.secrets import Secrets

# What this server can do beyond signing in and sending tracks; clients leave off what is not named.
FEATURES = ("artwork", "fingerprints", "range")
TRANSCODE = "transcode"
_RETRY_SOON = ((b"retry-after", b"5"),)


class InfoRoutes:
    """What can be asked before signing in."""

    def __init__(
        self, database: Database, secrets: Secrets, health: Health, *, name: str, clock: Clock, transcodes: bool
    ) -> None:
        self._database = database
        self._health = health
        self._secrets = secrets
        self._name = name
        self._clock = clock
        self._features = (*FEATURES, TRANSCODE) if transcodes else FEATURES

    async def health(self, call: Call) -> Answer:
        """`GET /api/health`: 503 with the reason while it cannot do its work."""
        trouble = await self._health.trouble()
        if trouble is not None:
            raise RequestRefused(ProblemCode.NOT_READY, trouble.value, headers=_RETRY_SOON)
        return json_answer(b'{"status":"ok"}', accept_encoding=call.accept_encoding, headers=NEVER_STORED)

    async def server(self, call: Call, session: Session | None) -> Answer:
        """`GET /api/server`: to strangers only who this is, so that a client can tell before it sends a password."""
        era = server_time = features = limits = None
        if session is not None:
            era = await self._database.read(read_newest_era)
            server_time = time_text(self._clock.now_ms())
            features, limits = self._features, ServerLimits()
        message = ServerInfo(
            self._secrets.server_id, self._name, __version__, PROTOCOL_VERSION, era, server_time, features, limits
        )
        return message_answer(message, accept_encoding=call.accept_encoding)
