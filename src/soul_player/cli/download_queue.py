"""`soul downloads`: the queue, and steering it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.words import count, percent, size
from soul_player.client import Download, TaskId, TaskState

LIST_MAX = 10_000


def list_queue(flags: Flags) -> int:
    """The queue, and why what waits does."""
    return asyncio.run(_list(flags))


def steer(flags: Flags, verb: str, ids: Sequence[int]) -> int:
    """`pause`, `resume`, `cancel` or `retry`: these, or all."""
    return asyncio.run(_steer(flags, verb, [TaskId(one) for one in ids]))


def move(flags: Flags, task_id: int, *, after: int | None) -> int:
    """Behind another one, or to the front."""
    return asyncio.run(_move(flags, TaskId(task_id), None if after is None else TaskId(after)))


def verify(flags: Flags) -> int:
    """Every copy is read."""
    return asyncio.run(_verify(flags))


async def _list(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        queue = await client.downloads.list(count=LIST_MAX)
        counts = await client.downloads.counts()
    output.record({"items": [item_record(one) for one in queue]})
    rows = [
        (str(one.task.id), one.title, one.task.state.value, _progress(one), _who(one),
         one.reason or one.task.error or "")
        for one in queue
    ]  # fmt: skip
    for line in table(rows, headings=("id", "track", "state", "done", "who", "why"), widths_max=(9, 36)):
        output.result(line)
    output.message(f"{counts.pending} pending, {counts.active} active, {counts.failed} failed")
    return ExitCode.OK


async def _steer(flags: Flags, verb: str, ids: Sequence[TaskId]) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        for task_id in ids:
            await client.downloads.task(task_id)
        parts = client.downloads
        acts = {"pause": parts.pause, "resume": parts.resume, "cancel": parts.cancel, "retry": parts.retry}
        changed = await acts[verb](ids or None)
    output.record({"changed": changed})
    done = {"pause": "paused", "resume": "resumed", "cancel": "cancelled", "retry": "queued again"}[verb]
    # Pausing everything is one switch, also for what comes later.
    number = "" if verb in {"pause", "resume"} else f" ({changed:,})"
    output.result(f"{count(changed, 'download')} {done}" if ids else f"all downloads {done}{number}")
    return ExitCode.OK


async def _move(flags: Flags, task_id: TaskId, after: TaskId | None) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        await client.downloads.move(task_id, after=after)
    output.record({"changed": 1})
    output.result(f"moved {task_id} behind {after}" if after is not None else f"moved {task_id} to the front")
    return ExitCode.OK


async def _verify(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        damaged = await client.downloads.store.verify_all()
        stored = await client.downloads.store.storage()
    output.record({"verified": stored.copies, "damaged": damaged})
    output.result(f"read {count(stored.copies + damaged, 'file')}: {damaged} damaged")
    return ExitCode.OK if not damaged else ExitCode.PARTLY_DONE


def item_record(one: Download) -> dict[str, Any]:
    """The JSON that programs rely on."""
    task = one.task
    return {
        "id": task.id,
        "track_id": task.track_id,
        "title": one.title,
        "state": task.state.value,
        "priority": task.priority,
        "quality": task.quality.value,
        "source": one.source_name,
        "bytes_done": task.bytes_done,
        "bytes_total": task.bytes_total,
        "reason": one.reason,
        "error": None if task.error is None else {"code": task.error_code, "message": task.error},
    }


def _progress(one: Download) -> str:
    task = one.task
    if not task.bytes_total:
        return ""
    resumed = f", resumed at {percent(task.resumed_bytes, task.bytes_total)} %" if task.resumed_bytes else ""
    return f"{percent(task.bytes_done, task.bytes_total)} % of {size(task.bytes_total)}{resumed}"


def _who(one: Download) -> str:
    return "you asked" if one.task.is_asked else "automatic"


def goes_on(one: Download) -> bool:
    """It is under way, or starts by itself without anything that has to be mended first."""
    return one.task.state is TaskState.ACTIVE or (one.task.state is TaskState.WAITING and one.task.error_code is None)
