"""Which track a file is: files that could be one that is gone wait here until all are read and hashed."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.audio.source import Stamp
from soul_player.folders.messages import Hashed, TagsRead
from soul_player.folders.moves import Appeared, Gone, Suspects, match_moves
from soul_player.folders.scan.rows import Place
from soul_player.folders.scan.stored import StoredTrack
from soul_player.protocol.track import Track, TrackMetadata

# The same audio re-tagged is as long as before, whatever the tags did to an estimate of it.
_SAME_DURATION_SECONDS = 0.05


@dataclass(slots=True)
class Candidate:
    """A file that was read; `row` is the track that its place belonged to, if any."""

    place: Place
    read: TagsRead
    row: StoredTrack | None = None
    hashed: Hashed | None = None


class Identities:
    """Knows what is gone, and tells at the end which file is which track."""

    def __init__(self, missing: Sequence[StoredTrack], retired: Sequence[StoredTrack]) -> None:
        self._rows = {row.id: row for row in (*missing, *retired)}
        self._gone = [_gone(row, order=0) for row in missing]
        self._gone += [_gone(row, order=1 + number) for number, row in enumerate(retired)]
        self._suspects = Suspects(self._gone)
        self._stamps: set[tuple[int, int, int]] = {row.stamp for row in missing}
        self.candidates: list[Candidate] = []

    def expect_changes(self, stamps: Sequence[tuple[int, int, int]]) -> None:
        """The former stamps of files that changed: one of them at another place is a file that was moved there."""
        self._stamps.update(stamps)

    def could_be_gone(self, read: TagsRead) -> bool:
        """Whether a file at a new place could be one of those that are gone."""
        return bool(self._suspects) and self._suspects.has(Stamp(*read.stamp), read.metadata.duration_seconds)

    def is_replaced(self, row: StoredTrack, read: TagsRead) -> bool:
        """Whether another file seems to stand where the track was, rather than the same one with other tags."""
        if read.stamp != row.stamp and read.stamp in self._stamps:
            return True
        length_differs = abs(read.metadata.duration_seconds - row.track.duration_seconds) > _SAME_DURATION_SECONDS
        return length_differs or read.content_type != row.track.content_type

    def wait(self, candidate: Candidate) -> None:
        """Decide about this file at the end; the track of its place is up for being found elsewhere."""
        self.candidates.append(candidate)
        if candidate.row is not None:
            self._rows[candidate.row.id] = candidate.row
            self._gone.append(_gone(candidate.row, order=0))

    def give_up(self, candidate: Candidate) -> None:
        """The file cannot be told after all: it and the track of its place stay as they are until the next scan."""
        self.candidates = [other for other in self.candidates if other is not candidate]
        row = candidate.row
        if row is not None:
            self._gone = [track for track in self._gone if track.track_id != row.id]

    def overwritten(self, root_id: int) -> list[bytes]:
        """The tracks of a root whose places hold other files now; those that were found elsewhere are among them."""
        rows = (candidate.row for candidate in self.candidates)
        return [row.id for row in rows if row is not None and row.root_id == root_id]

    def needs_hashes(self) -> bool:
        """Whether any track that is gone could be known by a hash."""
        return any(track.file_hash or track.audio_hash for track in self._gone)

    def decide(self) -> tuple[list[tuple[Candidate, StoredTrack | None]], set[bytes]]:
        """Each candidate with the track that it is (None: a new one), and the ids of the tracks that were found."""
        matched = match_moves(self._gone, [_appeared(candidate) for candidate in self.candidates])
        found = set(matched.values())
        decided: list[tuple[Candidate, StoredTrack | None]] = []
        for candidate in self.candidates:
            track_id = matched.get(candidate.place)
            if track_id is None and candidate.row is not None and candidate.row.id not in found:
                # Another recording in the same place, and the former one nowhere: the place keeps its track.
                track_id = candidate.row.id
                found.add(track_id)
            decided.append((candidate, None if track_id is None else self._rows[track_id]))
        return decided, found


def _gone(row: StoredTrack, *, order: int) -> Gone:
    return Gone(
        track_id=row.id,
        place=(row.root_id, row.path),
        stamp=row.stamp,
        duration_seconds=row.track.duration_seconds,
        file_hash=row.file_hash if row.is_hashed else None,
        audio_hash=row.audio_hash,
        metadata=None if row.is_hashed else _metadata(row.track),
        order=order,
    )


def _appeared(candidate: Candidate) -> Appeared:
    hashed, read = candidate.hashed, candidate.read
    return Appeared(
        place=candidate.place,
        stamp=Stamp(*read.stamp),
        metadata=read.metadata,
        file_hash=hashed.file_hash if hashed else None,
        audio_hash=hashed.audio_hash if hashed else None,
    )


def _metadata(track: Track) -> TrackMetadata:
    """As much of it as names a recording."""
    return TrackMetadata(
        duration_seconds=track.duration_seconds,
        title=track.title,
        artist=track.artist,
        album=track.album,
        track_number=track.track_number,
        disc_number=track.disc_number,
    )
