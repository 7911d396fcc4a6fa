"""Pure: which tracks are one album."""

import hashlib
import unicodedata
from functools import lru_cache

from soul_player.protocol.ids import id_text
from soul_player.protocol.track import TrackMetadata


def album_id(metadata: TrackMetadata) -> str | None:
    """The same for every track of an album at every scan: derived from the release's MusicBrainz id, else from the
    album artist (the first artist where none is named) and the album. None for a track of no album."""
    if metadata.musicbrainz_release_id is not None:
        return _derived("release", metadata.musicbrainz_release_id, "")
    if metadata.album is None:
        return None
    artist = metadata.album_artist or (metadata.artists[0] if metadata.artists else metadata.artist) or ""
    return _derived("album", artist, metadata.album)


# Files come album by album.
@lru_cache(maxsize=1024)
def _derived(kind: str, first: str, second: str) -> str:
    """A UUID of version 8 (RFC 9562: of the program's own making), so that it can never be one that was minted."""
    value = bytearray(hashlib.sha256("\0".join((kind, _folded(first), _folded(second))).encode()).digest()[:16])
    value[6] = value[6] & 0x0F | 0x80
    value[8] = value[8] & 0x3F | 0x80
    return id_text(bytes(value))


def _folded(text: str) -> str:
    """Taggers differ in case, spaces and accents' spelling; an album does not."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
