"""SQL of the download queue: one row a recording that is still to be fetched."""

import json
from collections.abc import Collection, Sequence

from soul_player.client.library.download_model import (
    PRIORITY_AUTOMATIC,
    DownloadTask,
    QueueCounts,
    TaskId,
    TaskState,
    WaitsFor,
)
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.notes import read_note, remove_note, write_note
from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.quality import StreamQuality

# Counts every change that somebody else than the worker makes: whoever runs the queue looks again when it differs.
CHANGES = "download_changes"
ALL_PAUSED = "downloads_paused"
# Between two neighbours there is room for others.
PLACES_APART = 1 << 20
LONGEST_WAIT_MS = 3_700_000

# Asking again for what waits makes it more urgent, never less; what had failed or was paused is tried again.
ADD = """
    INSERT INTO download_tasks (track_id, quality, priority, place, state, waits_for, added_at)
    VALUES (:track_id, :quality, :priority,
            (SELECT COALESCE(MAX(place), 0) + :apart FROM download_tasks WHERE priority = :priority),
            'waiting', 'turn', :now_ms)
        ON CONFLICT (track_id) DO UPDATE
       SET quality = excluded.quality,
           place = CASE WHEN excluded.priority > download_tasks.priority THEN excluded.place
                        ELSE download_tasks.place END,
           priority = MAX(download_tasks.priority, excluded.priority),
           state = CASE WHEN download_tasks.state = 'active' THEN 'active' ELSE 'waiting' END,
           waits_for = CASE WHEN download_tasks.state = 'active' THEN NULL ELSE 'turn' END,
           waits_source_id = NULL, not_before = 0, attempts = 0, error_code = NULL, error = NULL
    RETURNING id
"""

ADD_AUTOMATIC = """
    INSERT INTO download_tasks (track_id, quality, priority, place, state, waits_for, added_at)
    VALUES (:track_id, :quality, 10,
            (SELECT COALESCE(MAX(place), 0) + :apart FROM download_tasks WHERE priority = 10),
            'waiting', 'turn', :now_ms)
        ON CONFLICT (track_id) DO NOTHING
"""

FIND = """
    SELECT id, track_id, quality, priority, place, state, waits_for, waits_source_id, not_before, source_id,
           bytes_done, bytes_total, resumed_bytes, attempts, error_code, error
      FROM download_tasks
     WHERE id = :task_id
"""

FIND_OF_TRACK = """
    SELECT id, track_id, quality, priority, place, state, waits_for, waits_source_id, not_before, source_id,
           bytes_done, bytes_total, resumed_bytes, attempts, error_code, error
      FROM download_tasks
     WHERE track_id = :track_id
"""

IN_ORDER = """
    SELECT id, track_id, quality, priority, place, state, waits_for, waits_source_id, not_before, source_id,
           bytes_done, bytes_total, resumed_bytes, attempts, error_code, error
      FROM download_tasks
     ORDER BY state = 'active' DESC, priority DESC, place, id
     LIMIT :count
    OFFSET :skipped
"""

# What may start now, the most urgent first. Nothing waits for longer than an hour: a time beyond that is of a clock
# that was set back since.
READY = """
    SELECT id, track_id, quality, priority, place, state, waits_for, waits_source_id, not_before, source_id,
           bytes_done, bytes_total, resumed_bytes, attempts, error_code, error
      FROM download_tasks
     WHERE state = 'waiting'
       AND (not_before <= :now_ms OR not_before > :now_ms + :longest_ms)
       AND id NOT IN (SELECT value FROM json_each(:but))
     ORDER BY priority DESC, place, id
     LIMIT :count
"""

NEXT_TIME = """
    SELECT MIN(not_before)
      FROM download_tasks
     WHERE state = 'waiting'
       AND not_before > :now_ms
       AND COALESCE(waits_source_id, 0) NOT IN (SELECT value FROM json_each(:but_for))
"""

STANDING = """
    SELECT id, priority
      FROM download_tasks
     WHERE id IN (SELECT value FROM json_each(:ids))
       AND state IN ('waiting', 'active')
"""

COUNTS = """
    SELECT COALESCE(SUM(state IN ('waiting', 'paused')), 0), COALESCE(SUM(state = 'active'), 0),
           COALESCE(SUM(state = 'failed'), 0)
      FROM download_tasks
"""

REMOVE = """
    DELETE FROM download_tasks
      WHERE id = :task_id
"""

REMOVE_SEVERAL = """
    DELETE FROM download_tasks
      WHERE id IN (SELECT value FROM json_each(:ids))
"""

REMOVE_OF_TRACK = """
    DELETE FROM download_tasks
      WHERE track_id = :track_id
"""

# Recordings that became one with another: their wishes go with them.
FOLLOW_MERGES = """
    UPDATE OR IGNORE download_tasks
       SET track_id = (SELECT links.track_id FROM links WHERE links.former_track_id = download_tasks.track_id LIMIT 1)
     WHERE track_id NOT IN (SELECT id FROM tracks)
       AND track_id IN (SELECT former_track_id FROM links)
"""

# No recording, and none that it became: removed with its source, or doubled by the one it became.
FORGET_LOST = """
    DELETE FROM download_tasks
     WHERE track_id NOT IN (SELECT id FROM tracks)
"""


async def add_task(
    library: Writer, track_id: LocalTrackId, *, quality: StreamQuality, priority: int, now_ms: int
) -> TaskId:
    """One that waits already becomes as urgent as this."""
    row = await library.one(
        ADD, track_id=track_id, quality=quality.value, priority=priority, apart=PLACES_APART, now_ms=now_ms
    )
    assert row is not None
    return TaskId(row[0])


async def add_automatic(
    library: Writer, track_id: LocalTrackId, *, quality: StreamQuality = StreamQuality.ORIGINAL, now_ms: int
) -> bool:
    """Behind all others. False: it is in the queue already, however it stands there."""
    return bool(
        await library.run(ADD_AUTOMATIC, track_id=track_id, quality=quality.value, apart=PLACES_APART, now_ms=now_ms)
    )


async def find_task(library: Reader, task_id: TaskId) -> DownloadTask | None:
    """None: it is done, or was cancelled."""
    row = await library.one(FIND, task_id=task_id)
    return None if row is None else read_task(row)


async def find_task_of(library: Reader, track_id: LocalTrackId) -> DownloadTask | None:
    """None: the recording is not in the queue."""
    row = await library.one(FIND_OF_TRACK, track_id=track_id)
    return None if row is None else read_task(row)


async def tasks_in_order(library: Reader, *, count: int, skipped: int = 0) -> list[DownloadTask]:
    """What is under way, then the others in the order in which they come."""
    return [read_task(row) for row in await library.all(IN_ORDER, count=count, skipped=skipped)]


async def ready_tasks(library: Reader, *, but: Sequence[TaskId], now_ms: int, count: int) -> list[DownloadTask]:
    """What may start now, the most urgent first."""
    rows = await library.all(READY, but=json.dumps(list(but)), now_ms=now_ms, longest_ms=LONGEST_WAIT_MS, count=count)
    return [read_task(row) for row in rows]


async def next_time_ms(library: Reader, *, now_ms: int, but_for: Collection[SourceId]) -> int | None:
    """When the next of those that wait for a time may start; not of those that wait for these sources."""
    row = await library.one(NEXT_TIME, now_ms=now_ms, but_for=json.dumps(sorted(but_for)))
    assert row is not None
    return None if row[0] is None else int(row[0])


async def standing(library: Reader, task_ids: Sequence[TaskId]) -> dict[TaskId, int]:
    """Those that are still meant to run, with their priority."""
    rows = await library.all(STANDING, ids=json.dumps(list(task_ids)))
    return {TaskId(row[0]): row[1] for row in rows}


async def queue_counts(library: Reader, *, is_fetching: bool) -> QueueCounts:
    """How many of each; when nobody fetches, what is said to be under way waits."""
    row = await library.one(COUNTS)
    assert row is not None
    pending, active, failed = row
    return QueueCounts(pending, active, failed) if is_fetching else QueueCounts(pending + active, 0, failed)


async def remove_task(library: Writer, task_id: TaskId) -> bool:
    """It is done or cancelled. False: it was not there."""
    return bool(await library.run(REMOVE, task_id=task_id))


async def remove_tasks(library: Writer, task_ids: Sequence[TaskId]) -> None:
    """The same of several."""
    await library.run(REMOVE_SEVERAL, ids=json.dumps(list(task_ids)))


async def remove_task_of(library: Writer, track_id: LocalTrackId) -> bool:
    """The same, by its recording."""
    return bool(await library.run(REMOVE_OF_TRACK, track_id=track_id))


async def follow_merges(library: Writer) -> None:
    """Wishes for a recording that became part of another are wishes for that one."""
    # A chain of merges is as long as the number of times it went on.
    for _ in range(100):
        if not await library.run(FOLLOW_MERGES):
            break
    await library.run(FORGET_LOST)


async def changes(library: Reader) -> str | None:
    """Differs when somebody else changed the queue or the rules."""
    return await read_note(library, CHANGES)


async def note_change(library: Writer) -> None:
    """Whoever runs the queue looks again."""
    await write_note(library, CHANGES, str(int(await changes(library) or 0) + 1))


async def all_paused(library: Reader) -> bool:
    """A person paused everything."""
    return await read_note(library, ALL_PAUSED) is not None


async def pause_all(library: Writer, *, paused: bool) -> None:
    """Nothing starts, and what is under way stops, until it is taken back."""
    if paused:
        await write_note(library, ALL_PAUSED, "1")
    else:
        await remove_note(library, ALL_PAUSED)


def is_automatic(priority: int) -> bool:
    """Nobody asked for it."""
    return priority <= PRIORITY_AUTOMATIC


def read_task(row: Row) -> DownloadTask:
    """A row of FIND and its like."""
    return DownloadTask(
        id=TaskId(row[0]),
        track_id=LocalTrackId(row[1]),
        quality=StreamQuality(row[2]),
        priority=row[3],
        place=row[4],
        state=TaskState(row[5]),
        waits_for=None if row[6] is None else WaitsFor(row[6]),
        waits_source_id=None if row[7] is None else SourceId(row[7]),
        not_before_ms=row[8],
        source_id=None if row[9] is None else SourceId(row[9]),
        bytes_done=row[10],
        bytes_total=row[11],
        resumed_bytes=row[12],
        attempts=row[13],
        error_code=row[14],
        error=row[15],
    )
