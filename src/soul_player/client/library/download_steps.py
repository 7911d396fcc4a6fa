"""SQL of how a task of the queue fares: under way, waiting for something, failed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.library.download_model import TaskId, WaitsFor
from soul_player.client.library.model import SourceId
from soul_player.database.access import Writer

# Only of a row that is still meant to run: a person may have paused or cancelled it meanwhile.
NOTE_ACTIVE = """
    UPDATE download_tasks
       SET state = 'active', waits_for = NULL, waits_source_id = NULL, source_id = :source_id,
           bytes_done = :bytes_done, bytes_total = :bytes_total, resumed_bytes = :resumed_bytes
     WHERE id = :task_id
       AND state IN ('waiting', 'active')
"""

LET_WAIT = """
    UPDATE download_tasks
       SET state = 'waiting', waits_for = :waits_for, waits_source_id = :source_id, not_before = :not_before,
           attempts = :attempts, error_code = :code, error = :message
     WHERE id = :task_id
       AND state IN ('waiting', 'active')
"""

FAIL = """
    UPDATE download_tasks
       SET state = 'failed', waits_for = NULL, waits_source_id = NULL, attempts = :attempts, error_code = :code,
           error = :message
     WHERE id = :task_id
       AND state IN ('waiting', 'active')
"""

# Where it stands when it stops; the bytes stay, and it goes on from there.
NOTE_BYTES = """
    UPDATE download_tasks
       SET bytes_done = :bytes_done, bytes_total = :bytes_total
     WHERE id = :task_id
"""

INTERRUPTED = """
    UPDATE download_tasks
       SET state = 'waiting', waits_for = 'turn', waits_source_id = NULL, not_before = 0
     WHERE state IN ('active', 'waiting')
"""

LET_STALE_WAIT = """
    UPDATE download_tasks
       SET state = 'waiting', waits_for = 'turn', waits_source_id = NULL
     WHERE state = 'active'
       AND id NOT IN (SELECT value FROM json_each(:but))
"""

WAKE_SOURCE = """
    UPDATE download_tasks
       SET not_before = 0, waits_for = 'turn', waits_source_id = NULL
     WHERE state = 'waiting'
       AND waits_source_id = :source_id
"""

WAKE = """
    UPDATE download_tasks
       SET not_before = 0, waits_for = 'turn', waits_source_id = NULL
     WHERE state = 'waiting'
       AND waits_for = :waits_for
"""

# Only this source has them: nothing else could give their bytes while it is away.
HOLD_SOURCE = """
    UPDATE download_tasks
       SET waits_for = :waits_for, waits_source_id = :source_id, not_before = :not_before
     WHERE state = 'waiting'
       AND not_before < :not_before
       AND EXISTS (SELECT 1
                     FROM track_sources entry
                    WHERE entry.track_id = download_tasks.track_id
                      AND entry.source_id = :source_id)
       AND NOT EXISTS (SELECT 1
                         FROM track_sources entry
                        WHERE entry.track_id = download_tasks.track_id
                          AND entry.source_id <> :source_id
                          AND entry.status <> 'unavailable')
"""


async def let_wait(  # what is written of a wait
    library: Writer,
    task_id: TaskId,
    waits_for: WaitsFor,
    *,
    source_id: SourceId | None = None,
    not_before_ms: int = 0,
    attempts: int = 0,
    error: tuple[str, str] | None = None,
) -> None:
    """It stops for now, and says why. `error` is a code and what a person reads."""
    code, message = error or (None, None)
    await library.run(
        LET_WAIT,
        task_id=task_id,
        waits_for=waits_for.value,
        source_id=source_id,
        not_before=not_before_ms,
        attempts=attempts,
        code=code,
        message=message,
    )


async def fail_task(library: Writer, task_id: TaskId, *, attempts: int, error: tuple[str, str]) -> None:
    """Only a person tries it again."""
    await library.run(FAIL, task_id=task_id, attempts=attempts, code=error[0], message=error[1])


async def note_interrupted(library: Writer) -> None:
    """The process that did it has ended: nothing is under way, and whatever waited is worth another look."""
    await library.run(INTERRUPTED)


async def let_stale_wait(library: Writer, *, but: Sequence[TaskId]) -> None:
    """Nobody works on those that say so, but for these: how they ended could not be written down."""
    await library.run(LET_STALE_WAIT, but=json.dumps(list(but)))


async def wake_source(library: Writer, source_id: SourceId) -> None:
    """It is back: what waits for it may start."""
    await library.run(WAKE_SOURCE, source_id=source_id)


async def wake(library: Writer, waits_for: WaitsFor) -> None:
    """What waits for this may start."""
    await library.run(WAKE, waits_for=waits_for.value)


async def hold_source(library: Writer, source_id: SourceId, waits_for: WaitsFor, *, not_before_ms: int) -> None:
    """It cannot be asked now: so wait all tasks for which there is no other source."""
    await library.run(HOLD_SOURCE, source_id=source_id, waits_for=waits_for.value, not_before=not_before_ms)


@dataclass(frozen=True)
class Standing:
    """How far a task is."""

    task_id: TaskId
    source_id: SourceId | None
    bytes_done: int
    bytes_total: int | None
    resumed_bytes: int


async def note_standings(library: Writer, standings: Sequence[Standing]) -> None:
    """Those that are under way, for everybody to see."""
    for one in standings:
        await library.run(
            NOTE_ACTIVE,
            task_id=one.task_id,
            source_id=one.source_id,
            bytes_done=one.bytes_done,
            bytes_total=one.bytes_total,
            resumed_bytes=one.resumed_bytes,
        )


async def note_bytes(library: Writer, standing: Standing) -> None:
    """How far it was when it stopped."""
    await library.run(
        NOTE_BYTES, task_id=standing.task_id, bytes_done=standing.bytes_done, bytes_total=standing.bytes_total
    )
