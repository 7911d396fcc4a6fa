"""The queue survives clocks that are set and endings that nobody could write down."""

from pathlib import Path

import pytest

from soul_player.client.library.download_model import PRIORITY_ASKED, DownloadTask, TaskId, TaskState, WaitsFor
from soul_player.client.library.download_steps import Standing, let_stale_wait, let_wait, note_standings
from soul_player.client.library.download_tasks import add_task, find_task, ready_tasks
from soul_player.client.library.model import LocalTrackId
from soul_player.database.access import Writer
from soul_player.protocol.quality import StreamQuality
from tests.client.clients import database_of, opened_client
from tests.conftest import run

NOW_MS = 1_750_000_000_000
MINUTE_MS = 60_000


async def three_tasks(library: Writer) -> list[TaskId]:
    """That wait for their turn."""
    return [
        await add_task(
            library, LocalTrackId(number), quality=StreamQuality.ORIGINAL, priority=PRIORITY_ASKED, now_ms=NOW_MS
        )
        for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("wait_minutes", "is_ready"), [(-1, True), (30, False), (60, False), (24 * 60, True), (400 * 24 * 60, True)]
)
def test_a_clock_that_was_set_back_holds_nothing_up(tmp_path: Path, wait_minutes: int, is_ready: bool) -> None:
    """Nothing ever waits for longer than an hour: a later time is of a clock that was wrong."""

    async def main() -> None:
        async with opened_client(tmp_path) as client:
            database = database_of(client)
            first, *_ = await database.write(three_tasks)
            not_before_ms = NOW_MS + wait_minutes * MINUTE_MS
            await database.write(let_wait, first, WaitsFor.RETRY, not_before_ms=not_before_ms)
            ready = await database.read(ready_tasks, but=[], now_ms=NOW_MS, count=10)
            assert (first in {task.id for task in ready}) is is_ready

    run(main())


def test_what_only_says_that_it_is_under_way_waits_again(tmp_path: Path) -> None:
    """How its attempt ended found no room in the library: without this it would be active for ever."""

    async def main() -> None:
        async with opened_client(tmp_path) as client:
            database = database_of(client)
            ids = await database.write(three_tasks)
            busy, stale, waiting = ids
            await database.write(note_standings, [Standing(one, None, 5, 10, 0) for one in (busy, stale)])
            await database.write(let_stale_wait, but=[busy])
            tasks: list[DownloadTask | None] = [await database.read(find_task, one) for one in ids]
            assert [task and (task.state, task.waits_for) for task in tasks] == [
                (TaskState.ACTIVE, None),
                (TaskState.WAITING, WaitsFor.TURN),
                (TaskState.WAITING, WaitsFor.TURN),
            ]
            ready = await database.read(ready_tasks, but=[busy], now_ms=NOW_MS, count=10)
            assert {task.id for task in ready} == {stale, waiting}

    run(main())
