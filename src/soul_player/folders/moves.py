"""Pure: what left one path and appeared at another is one track that moved (protocol, section 3, *Identity*)."""

import posixpath
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from soul_player.audio.source import Stamp
from soul_player.protocol.track import TrackMetadata

# Parsers estimate the length of an mp3 without a Xing frame from its size, which tags are part of.
DURATION_TOLERANCE_SECONDS = 1.0

# Of tracks that share their tags but not their length, this many are looked at for one file.
_CANDIDATES_MAX = 100

Place = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Gone:
    """A track that is not where it was. `order`: whose return is likelier comes first (missing now, then the latest).

    `file_hash` is None when it was never computed for the state in `stamp`; `metadata` is only needed then.
    """

    track_id: bytes
    place: Place
    stamp: Stamp
    duration_seconds: float
    file_hash: bytes | None
    audio_hash: bytes | None
    metadata: TrackMetadata | None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Appeared:
    """A file at a place where none was known, or another one."""

    place: Place
    stamp: Stamp
    metadata: TrackMetadata
    file_hash: bytes | None = None
    audio_hash: bytes | None = None


class Suspects:
    """Whether a file could be one of those that are gone: then it is hashed before it is given an id."""

    def __init__(self, gone: Iterable[Gone]) -> None:
        self._sizes: set[int] = set()
        self._seconds: set[int] = set()
        for track in gone:
            self._sizes.add(track.stamp.size_bytes)
            around = round(track.duration_seconds)
            self._seconds.update((around - 1, around, around + 1))

    def __bool__(self) -> bool:
        """Whether anything is gone at all."""
        return bool(self._sizes)

    def has(self, stamp: Stamp, duration_seconds: float) -> bool:
        """By size or by duration, nothing else: the same audio re-tagged has another size."""
        return stamp.size_bytes in self._sizes or round(duration_seconds) in self._seconds


def match_moves(gone: Sequence[Gone], appeared: Sequence[Appeared]) -> dict[Place, bytes]:
    """Which track each place holds now. No track and no place is used twice; a place without match is not in it.

    By the file's bytes, then by its audio, then, only for tracks whose bytes were never hashed, by the stamp, then by
    tags with the duration. Among several the one from the same place comes first, then one of the same name.
    """
    matching = _Matching(gone, appeared)
    matching.by(lambda track: track.file_hash, lambda file: file.file_hash)
    matching.by(lambda track: track.audio_hash, lambda file: file.audio_hash)
    matching.by(lambda track: track.stamp if track.file_hash is None else None, lambda file: file.stamp)
    matching.by(
        lambda track: _tags(track.metadata) if track.file_hash is None else None,
        lambda file: _tags(file.metadata),
        also=lambda track, file: (
            abs(track.duration_seconds - file.metadata.duration_seconds) <= DURATION_TOLERANCE_SECONDS
        ),
    )
    return matching.found


class _Matching:
    def __init__(self, gone: Sequence[Gone], appeared: Sequence[Appeared]) -> None:
        self.found: dict[Place, bytes] = {}
        self._gone = sorted(gone, key=lambda track: (track.order, track.place, track.track_id))
        self._appeared = sorted(appeared, key=lambda file: file.place)
        self._taken: set[bytes] = set()

    def by(
        self,
        key_of_gone: Callable[[Gone], Hashable | None],
        key_of_appeared: Callable[[Appeared], Hashable | None],
        *,
        also: Callable[[Gone, Appeared], bool] = lambda _track, _file: True,
    ) -> None:
        """Match what has equal keys, and take it out of what is left."""
        missing = [(key, track) for track in self._gone if not track.order and (key := key_of_gone(track)) is not None]
        retired = [(key, track) for track in self._gone if track.order and (key := key_of_gone(track)) is not None]
        files = [(key, file) for file in self._appeared if (key := key_of_appeared(file)) is not None]
        for nearness in _NEARNESS:
            self._pair(missing, files, nearness, also)
        for nearness in (_NEARNESS[0], _NEARNESS[-1]):
            self._pair(retired, files, nearness, also)
        self._gone = [track for track in self._gone if track.track_id not in self._taken]
        self._appeared = [file for file in self._appeared if file.place not in self.found]

    def _pair(
        self,
        tracks: Sequence[tuple[Hashable, Gone]],
        files: Sequence[tuple[Hashable, Appeared]],
        nearness: Callable[[Place], Hashable],
        also: Callable[[Gone, Appeared], bool],
    ) -> None:
        """One pass over both: a library of copies of one file must not cost their product."""
        waiting: defaultdict[Hashable, deque[Gone]] = defaultdict(deque)
        for key, track in tracks:
            if track.track_id not in self._taken:
                waiting[key, nearness(track.place)].append(track)
        for key, file in files:
            candidates = waiting.get((key, nearness(file.place))) if file.place not in self.found else None
            for _ in range(min(len(candidates), _CANDIDATES_MAX) if candidates else 0):
                assert candidates is not None
                track = candidates.popleft()
                if also(track, file):
                    self._taken.add(track.track_id)
                    self.found[file.place] = track.track_id
                    break
                candidates.append(track)


# The same place, the same name elsewhere, another name in the same folder, anywhere.
_NEARNESS: tuple[Callable[[Place], Hashable], ...] = (
    lambda place: place,
    lambda place: posixpath.basename(place[1]),
    lambda place: (place[0], posixpath.dirname(place[1])),
    lambda _place: None,
)


def _tags(metadata: TrackMetadata | None) -> tuple[str, ...] | None:
    """What names a recording to people; None when too little is known to tell it from another."""
    if metadata is None or not metadata.title or not (metadata.artist or metadata.album):
        return None
    words = (metadata.title, metadata.artist or "", metadata.album or "")
    return (*(word.casefold() for word in words), str(metadata.track_number), str(metadata.disc_number))
