"""Fingerprints asked of a server, checked before use."""

from collections.abc import Sequence

from soul_player.client.errors import ProtocolError
from soul_player.client.sources.received import read_message
from soul_player.client.sources.server_client import PAGE_BYTES_MAX, ServerClient
from soul_player.client.sources.transport import Request
from soul_player.protocol.codec import encode
from soul_player.protocol.fingerprint import Fingerprint, Fingerprints, FingerprintsRequest
from soul_player.protocol.ids import TrackId

# Two minutes are some 950 words of four bytes.
WORDS_BYTES_MAX = 16_384


async def fetch_fingerprints(server: ServerClient, ids: Sequence[TrackId]) -> dict[TrackId, Fingerprint]:
    """Of those tracks that have one. Raises `GoneError` when the server knows no such route."""
    body = encode(FingerprintsRequest(tuple(ids)))
    request = Request("/api/tracks/fingerprints", method="POST", body=body)
    answer = read_message((await server.asked(request, bytes_max=PAGE_BYTES_MAX)).body, Fingerprints)
    found = {one.track_id: one for one in answer.fingerprints}
    if not found.keys() <= set(ids):
        raise ProtocolError("a fingerprint came that nobody asked for")
    for one in answer.fingerprints:
        is_sound = len(one.words) <= WORDS_BYTES_MAX and len(one.words) % 4 == 0 and 0 <= one.duration_seconds < 1e9
        if not is_sound:
            raise ProtocolError("a fingerprint came that is none")
    return found
