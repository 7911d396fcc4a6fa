"""Reading downloads: the queue as a person sees it, and what a query would bring."""

from dataclasses import dataclass, replace
from math import ceil

from soul_player.client.library.download_model import DownloadTask, TaskState, WaitsFor
from soul_player.client.library.download_tasks import all_paused, read_task
from soul_player.client.library.model import Condition, LocalTrackId, SourceId
from soul_player.database.access import Reader
from soul_player.protocol.quality import StreamQuality, opus_bitrate

LIST = """
    SELECT task.id, task.track_id, task.quality, task.priority, task.place, task.state, task.waits_for,
           task.waits_source_id, task.not_before, task.source_id, task.bytes_done, task.bytes_total,
           task.resumed_bytes, task.attempts, task.error_code, task.error,
           tracks.title, tracks.artist, waited.name, given.name
      FROM download_tasks task
      LEFT JOIN tracks ON tracks.id = task.track_id
      LEFT JOIN sources waited ON waited.id = task.waits_source_id
      LEFT JOIN sources given ON given.id = task.source_id
     ORDER BY task.state = 'active' DESC, task.state = 'failed', task.priority DESC, task.place, task.id
     LIMIT :count
    OFFSET :skipped
"""

# The most played first: where a budget ends, those stay. `/* condition */` is a Condition's SQL, `/* within */` a
# narrower place to look than the whole library.
MATCHING = """
    SELECT tracks.id,
           COALESCE((SELECT MIN(entry.file_size)
                       FROM track_sources entry
                      WHERE entry.track_id = tracks.id
                        AND entry.status <> 'unavailable'), 0),
           tracks.status,
           COALESCE((SELECT MAX(copies.quality = 'original')
                       FROM track_sources entry
                       JOIN copies ON copies.id = entry.copy_id
                      WHERE entry.track_id = tracks.id), 0),
           tracks.duration_seconds
      FROM tracks
     WHERE (/* condition */)
       AND (/* within */)
     ORDER BY COALESCE((SELECT play_count FROM marks WHERE marks.track_id = tracks.id), 0) DESC,
              COALESCE((SELECT last_played_at FROM marks WHERE marks.track_id = tracks.id), 0) DESC,
              tracks.id
     LIMIT :page_limit
"""

COUNT_WAITING_FOR = """
    SELECT COUNT(*)
      FROM download_tasks task
     WHERE task.state IN ('waiting', 'active')
       AND EXISTS (SELECT 1
                     FROM track_sources entry
                    WHERE entry.track_id = task.track_id
                      AND entry.source_id = :source_id
                      AND entry.status <> 'unavailable')
"""

# A year of music without a pause.
MATCHING_MAX = 100_000


@dataclass(frozen=True)
class Download:
    """A task as a person sees it. `reason`: why it does not run now; None while it does, or when it failed."""

    task: DownloadTask
    title: str
    artist: str | None
    source_name: str | None
    reason: str | None


@dataclass(frozen=True)
class Match:
    """A track that a query names. `is_original`: what is here of it is the original."""

    track_id: LocalTrackId
    size_bytes: int
    status: str
    is_original: bool
    duration_seconds: float | None = None

    def bytes_in(self, quality: StreamQuality) -> int:
        """What it takes in this quality, as far as that is known before the server has made it."""
        bitrate = opus_bitrate(quality)
        if bitrate is None or self.duration_seconds is None:
            return self.size_bytes
        return min(self.size_bytes, ceil(self.duration_seconds * bitrate / 8))

    @property
    def is_here(self) -> bool:
        """It plays without a network."""
        return self.status in {"local_file", "cached"}


async def list_downloads(library: Reader, *, count: int, skipped: int = 0, is_fetching: bool = True) -> list[Download]:
    """What is under way, then what waits in its order, then what has failed. `is_fetching`: some process of the home is
    at it; else what a row says of being under way is what a crash has left."""
    is_paused = await all_paused(library)
    found = []
    for row in await library.all(LIST, count=count, skipped=skipped):
        task = read_task(row[:16])
        if task.state is TaskState.ACTIVE and not is_fetching:
            task = replace(task, state=TaskState.WAITING, waits_for=WaitsFor.TURN)
        reason = reason_of(task, source_name=row[18], is_all_paused=is_paused)
        if reason == _REASONS[WaitsFor.TURN] and not is_fetching:
            reason = _NOBODY_FETCHES
        found.append(Download(task, row[16] or "", row[17], row[19], reason))
    return found


async def matching(
    library: Reader, condition: Condition, *, within: str = "1", count: int = MATCHING_MAX
) -> list[Match]:
    """Tracks with what there is to fetch of them."""
    sql = MATCHING.replace("/* condition */", condition.sql).replace("/* within */", within)
    rows = await library.all(sql, page_limit=count, **condition.values)
    return [Match(LocalTrackId(row[0]), row[1], row[2], bool(row[3]), row[4]) for row in rows]


def reason_of(task: DownloadTask, *, source_name: str | None, is_all_paused: bool) -> str | None:
    """In words."""
    match task.state:
        case TaskState.ACTIVE | TaskState.FAILED:
            return None
        case TaskState.PAUSED:
            return "paused"
        case TaskState.WAITING if is_all_paused:
            return "all downloads are paused"
        case TaskState.WAITING if task.waits_for is WaitsFor.RETRY and task.error is not None:
            return f"{task.error}; tries again by itself"
        case TaskState.WAITING if task.waits_for is WaitsFor.ROOM and task.error is not None:
            return task.error
        case TaskState.WAITING:
            return _REASONS[task.waits_for or WaitsFor.TURN].format(source=source_name or "the source")


_NOBODY_FETCHES = "starts with the player, soul sync --watch, or soul downloads run"
_REASONS = {
    WaitsFor.TURN: "waits for its turn",
    WaitsFor.SOURCE: "starts when {source} is back",
    WaitsFor.SIGN_IN: "starts when you have signed in at {source} again",
    WaitsFor.RETRY: "tries again by itself",
    WaitsFor.ROOM: "waits for room: the limit or the disk is full",
    WaitsFor.HOLDER: "waits for a source that has it",
    WaitsFor.TRANSCODE: "{source} is making this quality",
}


async def count_waiting_for(library: Reader, source_id: SourceId) -> int:
    """How many downloads that are still to come this source can give."""
    row = await library.one(COUNT_WAITING_FOR, source_id=source_id)
    return 0 if row is None else int(row[0])
