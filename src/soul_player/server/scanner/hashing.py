"""The second phase: files are hashed and their pictures found, in the background or at once when one is asked for."""

from collections.abc import Callable, Mapping, Sequence

from soul_player.folders.messages import Failed, Hashed
from soul_player.folders.scan.batches import batches, in_parallel
from soul_player.folders.scan.rows import NOTHING_TRIED, changed_row, hashed_row, is_news
from soul_player.folders.scan.stored import StoredTrack
from soul_player.folders.scan.tallies import Tallies
from soul_player.protocol.scan import ScanProgress
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.writing import RowWriter
from soul_player.server.store.fingerprints import find_known
from soul_player.server.store.roots import list_roots
from soul_player.server.store.tracks import count_unhashed, find_tracks, list_unhashed

_ROWS_A_READ = 512
_FILES_A_BATCH = 32
_BEFORE_ALL = b""


async def hash_unhashed(
    parts: ScanParts, *, told: Callable[[ScanProgress], None], is_wanted: Callable[[], bool]
) -> None:
    """Hash every file that is not hashed yet, for as long as `is_wanted`. Files that fail wait for the next time."""
    tallies = Tallies(told)
    tallies.begin("hashes", await parts.database.read(count_unhashed))
    after = _BEFORE_ALL
    while is_wanted():
        rows = await parts.database.read(list_unhashed, after, _ROWS_A_READ)
        if not rows:
            return
        after = rows[-1].id
        await _hash_rows(parts, rows, tallies, is_wanted)


async def hash_now(parts: ScanParts, track_id: bytes) -> bytes | None:
    """The sha256 of a track's file as it is now, computed if it is not known; the row follows. None: no such file."""
    found = await parts.database.read(find_tracks, [track_id])
    if not found or not found[0].is_present:
        return None
    row = found[0]
    root = await _root_of(parts, row)
    answer = (await parts.readers.hash_files(root, [row.path], size_bytes=row.stamp.size_bytes))[0]
    if isinstance(answer, Failed):
        return None
    writer = RowWriter(parts)
    if answer.stamp == row.stamp:
        tried = await _fingerprints_of(parts, [row], [answer])
        _write(writer, row, hashed_row(row, answer, now_ms=parts.clock.now_ms(), fingerprints=tried))
    else:
        await _follow(parts, writer, row, root, answer)
    await writer.flush()
    return answer.file_hash


async def _hash_rows(
    parts: ScanParts, rows: Sequence[StoredTrack], tallies: Tallies, is_wanted: Callable[[], bool]
) -> None:
    roots = {root.id: root.path for root in await parts.database.read(list_roots)}
    writer = RowWriter(parts)

    async def hash_batch(batch: Sequence[StoredTrack]) -> None:
        if not is_wanted():
            return
        size_bytes = sum(row.stamp.size_bytes for row in batch)
        root = roots[batch[0].root_id]
        answers = await parts.readers.hash_files(root, [row.path for row in batch], size_bytes=size_bytes)
        tried = await _fingerprints_of(parts, batch, answers)
        now_ms = parts.clock.now_ms()
        for row, answer in zip(batch, answers, strict=True):
            # A file that changed since it was scanned is the next scan's.
            if isinstance(answer, Hashed) and answer.stamp == row.stamp:
                _write(writer, row, hashed_row(row, answer, now_ms=now_ms, fingerprints=tried))
        tallies.advance(len(batch))

    by_place = sorted(rows, key=lambda row: (row.root_id, row.path))
    await in_parallel(
        batches(
            by_place, root=lambda row: row.root_id, files_max=_FILES_A_BATCH, size=lambda row: row.stamp.size_bytes
        ),
        hash_batch,
    )
    await writer.flush()


async def _fingerprints_of(
    parts: ScanParts, rows: Sequence[StoredTrack], answers: Sequence[Hashed | Failed]
) -> Mapping[bytes, bool]:
    """What is known of the audio of files that were hashed before: those that were only tagged anew keep theirs."""
    contents = {
        answer.audio_hash or answer.file_hash
        for row, answer in zip(rows, answers, strict=True)
        if row.file_hash is not None and isinstance(answer, Hashed)
    }
    return await parts.database.read(find_known, contents) if contents else NOTHING_TRIED


async def _follow(parts: ScanParts, writer: RowWriter, row: StoredTrack, root: bytes, hashed: Hashed) -> None:
    """The file is another than the one that was scanned: its tags are read anew, so that the row is of one piece."""
    read = (await parts.readers.read_tags(root, [row.path]))[0]
    if isinstance(read, Failed) or read.stamp != hashed.stamp:
        return
    place = (row.root_id, row.path)
    _write(writer, row, changed_row(row, place, read, hashed, now_ms=parts.clock.now_ms()))


def _write(writer: RowWriter, before: StoredTrack, after: StoredTrack) -> None:
    if is_news(before, after):
        writer.put(after)
    else:
        writer.touch(after)


async def _root_of(parts: ScanParts, row: StoredTrack) -> bytes:
    return next(root.path for root in await parts.database.read(list_roots) if root.id == row.root_id)
