"""`/api/tracks/{track_id}/artwork`: a track's picture."""

from soul_player.database.access import Database
from soul_player.protocol.problem import ProblemCode
from soul_player.server.api.answers import PRIVATE, Answer, not_modified
from soul_player.server.api.calls import Call
from soul_player.server.api.etags import tag_matches
from soul_player.server.api.reads import find_as_somebody
from soul_player.server.auth.tokens import Presented
from soul_player.server.errors import RequestRefused
from soul_player.server.media.artwork import SIZE_MAX, SIZE_MIN, Artwork, picture_tag
from soul_player.server.store.track_files import find_track_file


class ArtworkRoutes:
    """Parses and answers; `Artwork` finds the picture."""

    def __init__(self, database: Database, artwork: Artwork) -> None:
        self._database = database
        self._artwork = artwork

    async def artwork(self, call: Call, presented: Presented) -> Answer:
        """`GET /api/tracks/{track_id}/artwork?size=`: within a square of so many pixels, else as it is."""
        size = call.query_int("size", low=SIZE_MIN, high=SIZE_MAX, code=ProblemCode.INVALID_SIZE)
        track_id = call.path_id("track_id", missing=ProblemCode.TRACK_GONE)
        track = await self._database.read(find_as_somebody, presented, find_track_file, track_id)
        if track is None:
            raise RequestRefused(ProblemCode.TRACK_GONE, "this track is not in the library any more")
        if_none_match = call.header(b"if-none-match")
        known_id = track.label.artwork_id
        if known_id is not None and tag_matches(if_none_match, picture_tag(known_id, size)):
            return not_modified((*PRIVATE, (b"etag", picture_tag(known_id, size).encode())))
        if known_id is None and track.is_hashed:
            raise RequestRefused(ProblemCode.ARTWORK_NOT_FOUND, "this track has no picture")
        picture = await self._artwork.picture_of(track.root, track.path, known_id=known_id, size=size)
        headers = (
            (b"content-type", picture.content_type.encode()),
            (b"etag", picture_tag(picture.artwork_id, size).encode()),
            # It is what its type says and nothing else, whatever a browser believes to see in its bytes.
            (b"x-content-type-options", b"nosniff"),
            *PRIVATE,
        )
        return Answer(200, headers, picture.image)
