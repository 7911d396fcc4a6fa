"""The laws of downloads: a row says `cached` only of bytes that are whole and durable, and nothing wanted is lost."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from soul_player.client.downloads.places import Places, read_copy_name, read_part_name
from tests.simulation.laws import require
from tests.simulation.laws_of_pictures import QUALITIES
from tests.simulation.volatile_disk import VolatileDisk

COPIES = "SELECT id, sha256, size_bytes FROM copies ORDER BY id"
CACHED = """
    SELECT entry.id, entry.path, entry.status, lower(hex(copies.sha256))
      FROM track_sources entry
      LEFT JOIN copies ON copies.id = entry.copy_id
     WHERE entry.status = 'cached'
        OR entry.copy_id IS NOT NULL
"""
PLAYED = """
    SELECT entry.title, lower(hex(copies.sha256))
      FROM track_sources entry
      JOIN copies ON copies.id = entry.copy_id
"""
SHOWN_CACHED = """
    SELECT id
      FROM tracks
     WHERE status = 'cached'
       AND NOT EXISTS (SELECT 1
                         FROM track_sources entry
                        WHERE entry.track_id = tracks.id
                          AND entry.copy_id IS NOT NULL)
       AND NOT EXISTS (SELECT 1
                         FROM orphans
                        WHERE orphans.track_id = tracks.id
                          AND orphans.copy_id IS NOT NULL)
"""
# What a person asked for, by recording: the content that serves it.
PINNED = """
    SELECT keeps.track_id, lower(hex(copies.sha256))
      FROM keeps
      JOIN rules ON rules.id = keeps.rule_id AND rules.kind = 'asked'
      JOIN tracks ON tracks.id = keeps.track_id
      LEFT JOIN copies ON copies.id = (SELECT copy_id
                                         FROM (SELECT copy_id FROM track_sources WHERE track_id = keeps.track_id
                                                UNION
                                               SELECT copy_id FROM orphans WHERE track_id = keeps.track_id)
                                        WHERE copy_id IS NOT NULL
                                        LIMIT 1)
"""
# Somebody asked for a recording of exactly these bytes, and it has none now: of two copies of one recording, which were
# fetched before it was known that they are, one is enough.
EVICTED_THOUGH_ASKED = """
    SELECT entry.track_id
      FROM track_sources entry
      JOIN keeps ON keeps.track_id = entry.track_id
      JOIN rules ON rules.id = keeps.rule_id AND rules.kind = 'asked'
     WHERE entry.file_hash = :file_hash
       AND entry.copy_id IS NULL
       AND entry.status = 'stream_only'
       AND NOT EXISTS (SELECT 1 FROM copies WHERE copies.id = keeps.copy_id)
"""
SERVED = "SELECT 1 FROM track_sources WHERE title = :title AND copy_id IS NOT NULL LIMIT 1"
TOTAL = "SELECT COALESCE(SUM(size_bytes), 0) FROM copies"
HOLDING = """
    SELECT lower(hex(copies.sha256)), entry.file_hash, entry.audio_hash
      FROM track_sources entry
      JOIN sources ON sources.id = entry.source_id
      JOIN copies ON copies.quality IN (SELECT value FROM json_each(:good))
                 AND (copies.file_hash = entry.file_hash OR copies.audio_hash = entry.audio_hash)
     WHERE entry.remote_id = :remote_id
       AND sources.name = :source
"""
TASKS = """
    SELECT id, track_id, state, waits_for, not_before, error_code, attempts
      FROM download_tasks
"""
WANTED = """
    SELECT DISTINCT keeps.track_id, tracks.title, tracks.status, task.state, task.waits_for, task.error
      FROM keeps
      JOIN rules ON rules.id = keeps.rule_id AND rules.kind = 'asked'
      JOIN tracks ON tracks.id = keeps.track_id
      LEFT JOIN download_tasks task ON task.track_id = keeps.track_id
     WHERE EXISTS (SELECT 1
                     FROM track_sources entry
                    WHERE entry.track_id = keeps.track_id
                      AND entry.status IN ('stream_only', 'cached'))
"""
WRONG_REFERENCES = """
    SELECT keeps.rule_id, keeps.track_id, keeps.copy_id, entry.copy_id
      FROM keeps
      JOIN track_sources entry ON entry.track_id = keeps.track_id
     WHERE entry.copy_id IS NOT NULL
       AND keeps.copy_id IS NULL
     UNION
    SELECT rule_id, track_id, copy_id, NULL
      FROM keeps
     WHERE copy_id IS NOT NULL
       AND copy_id NOT IN (SELECT id FROM copies)
     UNION
    SELECT NULL, track_id, copy_id, NULL
      FROM track_sources
     WHERE copy_id IS NOT NULL
       AND copy_id NOT IN (SELECT id FROM copies)
"""
UNLINKED = """
    SELECT entry.id, entry.track_id
      FROM track_sources entry
      JOIN copies ON copies.file_hash = entry.file_hash AND copies.quality = 'original'
     WHERE entry.copy_id IS NULL
       AND entry.status IN ('stream_only', 'cached')
"""
WAIT_SECONDS_MAX = 3_700


def cached_is_whole_and_durable_always(
    library: sqlite3.Connection, files: VolatileDisk, places: Places, damaged: set[str]
) -> None:
    """Whatever happens in the next moment, a power cut too. `damaged`: files that rotted since they were last read."""
    law = "cached is whole and durable"
    for _, sha256, size_bytes in library.execute(COPIES).fetchall():
        path = places.copy(sha256)
        if sha256.hex() in damaged:
            continue
        is_there = path.is_file() and path.stat().st_size == size_bytes
        require(is_there, law, f"{sha256.hex()} is {path.stat().st_size if path.is_file() else 'not there'}")
        require(files.is_certain(path, sha256), law, f"a power cut now may leave no {sha256.hex()}")
    for entry_id, path, status, digits in library.execute(CACHED).fetchall():
        require(digits is not None, law, f"entry {entry_id} is {status} by a copy that is not there")
        if status == "cached":
            require(path == str(places.copies / digits), law, f"entry {entry_id} is at {path}, its copy is {digits}")
    shown = [row[0] for row in library.execute(SHOWN_CACHED).fetchall()]
    require(not shown, law, f"recordings {shown} are shown as cached by nothing")


def a_copy_is_what_a_server_had_always(library: sqlite3.Connection, contents: Mapping[str, int]) -> None:
    """Bytes that some server held at some time, and of this very recording. `contents`: its number, by sha256."""
    law = "a copy is what a server had"
    for _, sha256, _ in library.execute(COPIES).fetchall():
        require(sha256.hex() in contents, law, f"no server ever had {sha256.hex()}")
    for title, digits in library.execute(PLAYED).fetchall():
        require(title == f"Recording {contents[digits]}", law, f"{title} plays recording {contents[digits]}")


def what_is_asked_for_stays_always(
    before: dict[int, str | None], library: sqlite3.Connection, damaged: set[str]
) -> dict[int, str | None]:
    """The old copy plays until the new one is whole, whatever the server does. What is there now."""
    now: dict[int, str | None] = dict(library.execute(PINNED).fetchall())
    for track_id, digits in before.items():
        if digits is not None and digits not in damaged and track_id in now:
            require(now[track_id] is not None, "what is asked for stays", f"recording {track_id} had {digits}")
    return now


def nothing_asked_for_is_evicted_always(library: sqlite3.Connection, content: bytes) -> None:
    """Of a file that was just removed: nobody has asked for it."""
    file_hash = f"sha256:{hashlib.sha256(content).hexdigest()}"
    rows = library.execute(EVICTED_THOUGH_ASKED, {"file_hash": file_hash}).fetchall()
    require(not rows, "nothing asked for is evicted", f"{file_hash} of the recordings {[row[0] for row in rows]}")


def kept_bytes(library: sqlite3.Connection) -> int:
    """Of all copies."""
    (total,) = library.execute(TOTAL).fetchone()
    return int(total)


def is_replaced(library: sqlite3.Connection, title: str) -> bool:
    """Whether another copy serves this recording now: what goes was not evicted."""
    return bool(library.execute(SERVED, {"title": title}).fetchall())


def held_content(
    library: sqlite3.Connection, source: str, remote_id: bytes, quality: str
) -> list[tuple[str, Any, Any]]:
    """Copies as good as this that the entry could be played from, with the hashes that it has now."""
    good = json.dumps(QUALITIES[QUALITIES.index(quality) :])
    return library.execute(HOLDING, {"source": source, "remote_id": remote_id, "good": good}).fetchall()


def every_task_has_a_way_on_always(library: sqlite3.Connection) -> None:
    """It runs, waits for something that has a name, or a person was told why it does not."""
    law = "every task has a way on"
    for task_id, _, state, waits_for, _, error_code, _ in library.execute(TASKS).fetchall():
        if state == "waiting":
            require(waits_for is not None, law, f"task {task_id} waits for nothing")
        if state == "failed":
            require(error_code is not None, law, f"task {task_id} has failed, and nobody knows why")


def nothing_waits_for_long_in_calm(library: sqlite3.Connection, now_ms: int) -> None:
    """Whatever became of the clock meanwhile: no time lies further away than anything ever has to wait."""
    for task_id, _, state, waits_for, not_before, _, _ in library.execute(TASKS).fetchall():
        seconds = (not_before - now_ms) / 1000
        is_near = state != "waiting" or seconds <= WAIT_SECONDS_MAX
        require(is_near, "every task has a way on", f"task {task_id} waits for {waits_for} for {seconds:.0f} s more")


def unsettled(library: sqlite3.Connection) -> list[Any]:
    """Wishes that are not here yet, and that could be."""
    rows = library.execute(WANTED).fetchall()
    return [row for row in rows if row[2] not in {"cached", "local_file"} and row[4] != "room"]


def what_was_asked_for_is_here_in_the_end(library: sqlite3.Connection) -> None:
    """Once everything is well, and a person has tried again what had failed."""
    left = unsettled(library)
    require(not left, "what was asked for is here", f"{left}")
    tasks = library.execute(TASKS).fetchall()
    stuck = [task for task in tasks if task[2] != "waiting" or task[3] not in {"room", "holder"}]
    require(not stuck, "no task stays behind", f"{stuck}")


def references_are_exact_in_the_end(library: sqlite3.Connection) -> None:
    """What keeps a copy names it, and what is here serves whoever has the same bytes."""
    rows = library.execute(WRONG_REFERENCES).fetchall()
    require(not rows, "references are exact", f"{rows}")
    rows = library.execute(UNLINKED).fetchall()
    require(not rows, "references are exact", f"entries {rows} have their bytes here, and are not linked to them")


def no_file_is_left_over_in_the_end(library: sqlite3.Connection, places: Places, strangers: Iterable[Path]) -> None:
    """Files are those of rows; beginnings are those of tasks; what is not ours was not touched."""
    law = "no file is left over"
    rows = {sha256.hex() for _, sha256, _ in library.execute(COPIES).fetchall()}
    names = {path.name for path in places.copies.iterdir() if read_copy_name(path.name) is not None}
    require(names == rows, law, f"files without rows {sorted(names - rows)}, rows without files {sorted(rows - names)}")
    tasks = {row[0] for row in library.execute(TASKS).fetchall()}
    for path in places.parts.iterdir():
        part = read_part_name(path.name)
        require(part is not None and part.task_id in tasks, law, f"{path.name} is a beginning of nothing")
    for stranger in strangers:
        require(stranger.is_file(), "what is the user's is not touched", f"{stranger.name} is gone")
        require(
            stranger.read_bytes() == stranger.name.encode(),
            "what is the user's is not touched",
            f"{stranger.name} changed",
        )
