"""What a person says of the queue: asked for, let go, paused, cancelled, tried again, moved; each one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from soul_player.client.downloads.states import TaskEvent, states_before
from soul_player.client.library.download_lists import Match, matching
from soul_player.client.library.download_model import (
    PRIORITY_ASKED,
    CopyId,
    DownloadTask,
    Rule,
    RuleId,
    RuleKind,
    TaskId,
    TaskState,
    WaitsFor,
)
from soul_player.client.library.download_tasks import (
    PLACES_APART,
    add_task,
    find_task,
    is_automatic,
    note_change,
    pause_all,
    remove_task,
    remove_task_of,
    tasks_in_order,
)
from soul_player.client.library.keeps import keep_tracks, let_go_asked, let_go_of_rule
from soul_player.client.library.model import Condition, LocalTrackId
from soul_player.client.library.query.fields import TextField
from soul_player.client.library.query.parse import parse
from soul_player.client.library.query.terms import TextMatch
from soul_player.client.library.rules import add_rule, find_asked, set_quality
from soul_player.database.access import Reader, Writer
from soul_player.protocol.quality import StreamQuality

QUEUE_MAX = 1_000_000

SET_STATE = """
    UPDATE download_tasks
       SET state = :state, waits_for = :waits_for, waits_source_id = NULL, not_before = 0,
           attempts = 0, error_code = NULL, error = NULL
     WHERE id = :task_id
"""

SET_PLACE = """
    UPDATE download_tasks
       SET place = :place
     WHERE id = :task_id
"""

LET_GO_OF_TRACK = """
    DELETE FROM keeps
     WHERE track_id = :track_id
       AND copy_id IS NULL
       AND rule_id IN (SELECT id FROM rules WHERE kind = 'asked')
"""

STILL_KEPT = """
    SELECT 1
      FROM keeps
     WHERE track_id = :track_id
     LIMIT 1
"""

SET_PRIORITY = """
    UPDATE download_tasks
       SET priority = :priority
     WHERE id = :task_id
"""

NEIGHBOURS = """
    SELECT id
      FROM download_tasks
     WHERE priority = :priority
     ORDER BY place, id
"""


@dataclass(frozen=True)
class Wish:
    """What is asked for. `name` is how a person would call it, `query` what it was found by.

    `is_live`: what comes to match later is wanted too. `keeps_only`: nothing is fetched for it.
    """

    name: str
    query: str
    condition: Condition
    quality: StreamQuality = StreamQuality.ORIGINAL
    priority: int = PRIORITY_ASKED
    is_live: bool = False
    keeps_only: bool = False


@dataclass(frozen=True)
class Asked:
    """What a wish means: the tracks it names, those that are here already, and those that are fetched for it."""

    tracks: int
    size_bytes: int
    here: int
    queued: tuple[LocalTrackId, ...]
    queued_bytes: int


@dataclass(frozen=True)
class LetGo:
    """Copies that nothing keeps any more, tasks taken back; of so many `tracks`, how many are `kept` all the same."""

    copies: tuple[CopyId, ...]
    tasks: int
    tracks: int
    kept: int


def wish_words(query: str) -> tuple[str, bool]:
    """How a person would call what a query names, and whether it is live: a playlist is, whatever else is not."""
    groups = parse(query).any_of
    terms = groups[0].terms if len(groups) == 1 else ()
    match terms:
        case (TextMatch(TextField.PLAYLIST, text),) if text:
            return f"playlist {text}", True
        case (TextMatch(TextField.ALBUM, text),) if text:
            return f"album {text}", False
        case _:
            return query, False


def is_wanted(match: Match, quality: StreamQuality) -> bool:
    """Whether there is something to fetch: it is not here, or only worse than it is asked for now."""
    if match.status == "unavailable":
        return False
    if not match.is_here:
        return True
    return match.status == "cached" and quality is StreamQuality.ORIGINAL and not match.is_original


async def preview(library: Reader, condition: Condition, *, quality: StreamQuality) -> Asked:
    """What asking for it would mean. Changes nothing."""
    return _asked(await matching(library, condition), quality=quality, keeps_only=False)


async def ask(library: Writer, wish: Wish, *, now_ms: int) -> Asked:
    """Keep what it names, and queue what is not here."""
    matches = await matching(library, wish.condition)
    asked = _asked(matches, quality=wish.quality, keeps_only=wish.keeps_only)
    kept = [match.track_id for match in matches if match.is_here or not wish.keeps_only]
    if kept or wish.is_live:
        rule_id = await find_asked(library, wish.query)
        if rule_id is None:
            rule = Rule(
                RuleId(0), RuleKind.ASKED, wish.name, wish.query, is_live=wish.is_live, weight=0, budget_bytes=None,
                quality=wish.quality,
            )  # fmt: skip
            rule_id = await add_rule(library, rule, now_ms=now_ms)
        elif not wish.keeps_only:
            await set_quality(library, rule_id, wish.quality)
        await keep_tracks(library, rule_id, kept)
    for track_id in asked.queued:
        await add_task(library, track_id, quality=wish.quality, priority=wish.priority, now_ms=now_ms)
    await note_change(library)
    return asked


async def let_go(library: Writer, query: str, condition: Condition) -> LetGo:
    """Of the wish with this very query, else of everything that was asked for of what it names."""
    track_ids = [match.track_id for match in await matching(library, condition)]
    rule_id = await find_asked(library, query)
    if rule_id is None:
        copies = await let_go_asked(library, track_ids)
    else:
        copies = await let_go_of_rule(library, rule_id, track_ids)
    tasks = kept = 0
    for track_id in track_ids:
        if await library.one(STILL_KEPT, track_id=track_id) is None:
            tasks += await remove_task_of(library, track_id)
        else:
            kept += 1
    await note_change(library)
    return LetGo(tuple(copies), tasks, len(track_ids), kept)


async def pause(library: Writer, task_ids: Sequence[TaskId] | None) -> int:
    """These, or (None) everything, also what comes later. How many it changed."""
    if task_ids is None:
        await pause_all(library, paused=True)
    changed = await _set_states(library, task_ids or (), TaskEvent.PAUSED, TaskState.PAUSED)
    await note_change(library)
    return changed


async def resume(library: Writer, task_ids: Sequence[TaskId] | None) -> int:
    """These, or (None) everything."""
    if task_ids is None:
        await pause_all(library, paused=False)
    chosen = await _all_ids(library) if task_ids is None else task_ids
    changed = await _set_states(library, chosen, TaskEvent.RESUMED, TaskState.WAITING)
    await note_change(library)
    return changed


async def retry(library: Writer, task_ids: Sequence[TaskId] | None) -> int:
    """Try these again at once, or (None) all that have failed or wait after an error."""
    chosen = await _all_ids(library) if task_ids is None else task_ids
    changed = await _set_states(library, chosen, TaskEvent.RETRIED, TaskState.WAITING)
    await note_change(library)
    return changed


async def cancel(library: Writer, task_ids: Sequence[TaskId] | None) -> int:
    """Take these back, or (None) everything. They are asked for no longer; a rule may want them again."""
    chosen = await _all_ids(library) if task_ids is None else task_ids
    changed = 0
    for task_id in chosen:
        task = await find_task(library, task_id)
        if task is not None:
            await library.run(LET_GO_OF_TRACK, track_id=task.track_id)
            changed += await remove_task(library, task_id)
    await note_change(library)
    return changed


async def move(library: Writer, task: DownloadTask, *, after: DownloadTask | None) -> None:
    """Behind another one, and as urgent as that; None: before all others of its kind."""
    priority = task.priority if after is None else after.priority
    if priority != task.priority and not is_automatic(priority):
        await library.run(SET_PRIORITY, priority=priority, task_id=task.id)
    else:
        priority = task.priority
    others = [row[0] for row in await library.all(NEIGHBOURS, priority=priority) if row[0] != task.id]
    at = others.index(after.id) + 1 if after is not None and after.id in others else 0
    others.insert(at, task.id)
    places = [((number + 1) * PLACES_APART, task_id) for number, task_id in enumerate(others)]
    await library.run_many(SET_PLACE, places)
    await note_change(library)


async def _all_ids(library: Reader) -> list[TaskId]:
    return [task.id for task in await tasks_in_order(library, count=QUEUE_MAX)]


async def _set_states(library: Writer, task_ids: Sequence[TaskId], event: TaskEvent, state: TaskState) -> int:
    before = states_before(event)
    changed = 0
    for task_id in task_ids:
        task = await find_task(library, task_id)
        if task is not None and task.state in before:
            waits_for = WaitsFor.TURN.value if state is TaskState.WAITING else None
            changed += await library.run(SET_STATE, task_id=task_id, state=state.value, waits_for=waits_for)
    return changed


def _asked(matches: Sequence[Match], *, quality: StreamQuality, keeps_only: bool) -> Asked:
    wanted = [] if keeps_only else [match for match in matches if is_wanted(match, quality)]
    return Asked(
        tracks=len(matches),
        size_bytes=sum(match.size_bytes for match in matches),
        here=sum(match.is_here for match in matches),
        queued=tuple(match.track_id for match in wanted),
        queued_bytes=sum(match.size_bytes for match in wanted),
    )
