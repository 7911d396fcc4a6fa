"""How an attempt ended, written down: each in one transaction."""

import logging
from collections.abc import Sequence

from soul_player.client.downloads.outcomes import Wait
from soul_player.client.library.download_model import TaskId, WaitsFor
from soul_player.client.library.download_steps import Standing, hold_source, let_stale_wait, let_wait, note_bytes
from soul_player.client.library.model import SourceId
from soul_player.database.access import Database, Writer
from soul_player.database.errors import DatabaseError

log = logging.getLogger(__name__)


async def stand_back(library: Writer, where: Standing, *, attempts: int) -> None:
    """It was told to stop: it waits for its turn."""
    await note_bytes(library, where)
    await let_wait(library, where.task_id, WaitsFor.TURN, attempts=attempts)


async def note_wait(
    library: Writer,
    where: Standing,
    wait: Wait,
    source_id: SourceId | None,
    *,
    not_before_ms: int,
    error: tuple[str, str],
) -> None:
    """It tries again by itself; what else waits for the same source waits with it."""
    await note_bytes(library, where)
    await let_wait(
        library,
        where.task_id,
        wait.waits_for,
        source_id=source_id,
        not_before_ms=not_before_ms,
        attempts=wait.attempts,
        error=error,
    )
    if wait.waits_for in {WaitsFor.SOURCE, WaitsFor.SIGN_IN} and source_id is not None:
        await hold_source(library, source_id, wait.waits_for, not_before_ms=not_before_ms)


async def mend_stale(library: Database, busy: Sequence[TaskId]) -> bool:
    """Rows that say that they are under way, and are not: their end could not be written. False: it still cannot be."""
    try:
        await library.write(let_stale_wait, but=busy)
    except DatabaseError as error:
        log.info("how downloads ended cannot be written down yet: %s", error)
        return False
    return True
