"""What a library keeps of its folders of music: the roots, and the tracks that lie in them."""

from dataclasses import dataclass

from soul_player.audio.source import Stamp
from soul_player.protocol.track import Track


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of music. `confirmed_missing`: how many tracks a person agreed to see go."""

    id: int
    path: bytes
    is_configured: bool
    confirmed_missing: int | None


@dataclass(frozen=True, slots=True)
class StoredTrack:
    """One row. `track.seq` is that of the row's last change; a new row has 0 until it is written.

    `file_hash` and `audio_hash` are raw, and current only if `is_hashed`; `track` carries only current ones, but for a
    file whose stamp alone changed. `is_fingerprint_tried`: of the audio that these hashes name. `revision` is the row's
    when it was read.
    """

    id: bytes
    root_id: int
    path: bytes
    stamp: Stamp
    track: Track
    added_at: int
    updated_at: int
    file_hash: bytes | None = None
    audio_hash: bytes | None = None
    is_hashed: bool = False
    is_fingerprint_tried: bool = False
    is_present: bool = True
    revision: int = 0

    @property
    def content_hash(self) -> bytes | None:
        """What tells its audio from other audio: its own hash, the whole file's where there is none."""
        return self.audio_hash or self.file_hash
