"""`/api/tracks/{track_id}/fingerprint` and `/api/tracks/fingerprints`: how tracks sound, in words."""

from soul_player.database.access import Database
from soul_player.protocol.fingerprint import Fingerprint, Fingerprints, FingerprintsRequest
from soul_player.protocol.ids import BadId, TrackId, id_bytes, id_text
from soul_player.protocol.problem import ProblemCode
from soul_player.server.api.answers import Answer, message_answer
from soul_player.server.api.calls import Call
from soul_player.server.api.reads import find_as_somebody
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.store.devices import Session
from soul_player.server.store.fingerprints import find_fingerprint, find_fingerprints


class FingerprintRoutes:
    """Answers of the store, encoded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/tracks/{track_id}/fingerprint`."""
        track_id = call.path_id("track_id", missing=ProblemCode.TRACK_GONE)
        found = await self._database.read(find_as_somebody, presented, find_fingerprint, track_id)
        if found is None:
            raise RequestRefused(ProblemCode.TRACK_GONE, "this track is not in the library any more")
        if found.words is None:
            raise RequestRefused(ProblemCode.FINGERPRINT_NOT_FOUND, "this track has no fingerprint, or not yet")
        message = Fingerprint(TrackId(id_text(track_id)), found.duration_seconds, found.words)
        return message_answer(message, accept_encoding=call.accept_encoding)

    async def many(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`POST /api/tracks/fingerprints`. What is no id names no track: it is missing, like one that is gone."""
        asked = dict.fromkeys((await call.message(FingerprintsRequest)).ids)
        raw = {text: _raw(text) for text in asked}
        ids = [track_id for track_id in raw.values() if track_id is not None]
        found = dict(zip(ids, await self._database.read(find_fingerprints, ids), strict=True))
        fingerprints: list[Fingerprint] = []
        missing: list[str] = []
        for text, track_id in raw.items():
            known = None if track_id is None else found[track_id]
            if known is None or known.words is None:
                missing.append(text)
            else:
                fingerprints.append(Fingerprint(TrackId(text), known.duration_seconds, known.words))
        message = Fingerprints(tuple(fingerprints), tuple(missing))
        return message_answer(message, accept_encoding=call.accept_encoding)


def _raw(text: str) -> bytes | None:
    try:
        return id_bytes(text)
    except BadId:
        return None
