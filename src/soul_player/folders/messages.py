"""What the program and its worker processes say to each other."""

import msgspec

from soul_player.protocol.track import TrackMetadata


class TagsRequest(msgspec.Struct, frozen=True, tag="tags"):
    """Read the tags of these files below the root."""

    root: bytes
    paths: tuple[bytes, ...]


class HashRequest(msgspec.Struct, frozen=True, tag="hash"):
    """Hash these files below the root and find their pictures."""

    root: bytes
    paths: tuple[bytes, ...]


class ArtworkRequest(msgspec.Struct, frozen=True, tag="artwork"):
    """The picture of one file, within a square of `size` pixels; as it is when `size` is None."""

    root: bytes
    path: bytes
    size: int | None


Request = TagsRequest | HashRequest | ArtworkRequest


class TagsRead(msgspec.Struct, frozen=True, tag="read", array_like=True):
    """One file's tags; `stamp` is (size, mtime_ns, inode) of what was read."""

    metadata: TrackMetadata
    content_type: str
    stamp: tuple[int, int, int]


class Hashed(msgspec.Struct, frozen=True, tag="hashed", array_like=True):
    """One file's hashes and the id of its picture; `stamp` is of what was hashed."""

    file_hash: bytes
    audio_hash: bytes | None
    artwork_id: str | None
    stamp: tuple[int, int, int]


class Picture(msgspec.Struct, frozen=True, tag="picture", array_like=True):
    """A picture as it was asked for."""

    artwork_id: str
    content_type: str
    image: bytes


class Failed(msgspec.Struct, frozen=True, tag="failed", array_like=True):
    """A file that could not be read. `is_gone`: it is not there (any more), which is no fault of it. `may_pass`: it was
    not to be had, which may be otherwise while the file stays the same (a permission, a disk)."""

    reason: str
    is_gone: bool = False
    may_pass: bool = False


class Reply(msgspec.Struct, frozen=True):
    """One answer for each file asked for, in the same order."""

    answers: tuple[TagsRead | Hashed | Picture | Failed, ...]
