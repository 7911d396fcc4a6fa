"""The laws of album art and of other qualities: shown as what they are, whole, within their room, and there offline."""

import hashlib
import sqlite3
from collections.abc import Mapping
from typing import Any

from soul_player.client.downloads.places import Places, read_copy_name
from tests.simulation.laws import require
from tests.simulation.volatile_disk import VolatileDisk

# From the worst to the best.
QUALITIES = ("low", "medium", "high", "original")
SERVING = """
    SELECT DISTINCT lower(hex(copies.sha256)), copies.quality
      FROM copies
      JOIN track_sources entry ON entry.copy_id = copies.id
"""
WANTED_QUALITIES = "SELECT id, quality FROM download_tasks"
BEST = """
    SELECT copies.quality, entry.status
      FROM track_sources entry
      LEFT JOIN copies ON copies.id = entry.copy_id
     WHERE entry.track_id = :track_id
"""
PICTURES = "SELECT artwork_id, lower(hex(sha256)), size_bytes FROM pictures ORDER BY artwork_id"
MISSING_PICTURES = """
    SELECT DISTINCT entry.artwork_id
      FROM track_sources entry
     WHERE entry.copy_id IS NOT NULL
       AND entry.status = 'cached'
       AND entry.artwork_id IS NOT NULL
       AND entry.artwork_id NOT IN (SELECT artwork_id FROM pictures)
"""


def a_copy_is_as_good_as_its_row_says_always(library: sqlite3.Connection, made: Mapping[str, str]) -> None:
    """`made`: the quality of everything that was ever made of an original, by its sha256."""
    for digits, quality in library.execute(SERVING).fetchall():
        really = made.get(digits, "original")
        require(quality == really, "a copy is shown as what it is", f"{digits} is {really}, its row says {quality}")


def wanted_qualities(library: sqlite3.Connection) -> dict[int, str]:
    """In which each task was asked for."""
    return dict(library.execute(WANTED_QUALITIES).fetchall())


def what_came_is_as_good_as_was_asked(library: sqlite3.Connection, track_id: int, wanted: str | None) -> None:
    """Of a download that has just ended. `wanted` None: nobody has seen its task."""
    rows: list[Any] = library.execute(BEST, {"track_id": track_id}).fetchall()
    here = [QUALITIES.index(quality) for quality, _ in rows if quality is not None]
    if wanted is None or not here or any(status == "local_file" for _, status in rows):
        return
    said = f"{wanted} of recording {track_id} was asked for, {QUALITIES[max(here)]} is here"
    require(max(here) >= QUALITIES.index(wanted), "what came is as good as was asked for", said)


def a_picture_is_whole_and_durable_always(
    library: sqlite3.Connection, files: VolatileDisk, places: Places, pictures: Mapping[str, str]
) -> None:
    """`pictures`: the sha256 of each, by its id. A file may have gone, which whoever looks finds out."""
    law = "a picture is whole and durable"
    for artwork_id, digits, size_bytes in library.execute(PICTURES).fetchall():
        require(digits == pictures.get(artwork_id), law, f"{artwork_id} is {digits}, which no server ever had")
        path = places.pictures / digits
        if path.is_file():
            content = path.read_bytes()
            is_right = len(content) == size_bytes and hashlib.sha256(content).hexdigest() == digits
            require(is_right, law, f"{digits} has {len(content)} bytes of {size_bytes}")
            require(files.is_certain(path, bytes.fromhex(digits)), law, f"a power cut now may leave no {digits}")


def pictures_keep_to_their_budget_always(library: sqlite3.Connection, limit_bytes: int) -> None:
    """One that has just come may be there for the moment until others have gone."""
    sizes = [size_bytes for _, _, size_bytes in library.execute(PICTURES).fetchall()]
    said = f"{sum(sizes)} bytes of pictures, {limit_bytes} are allowed"
    require(sum(sizes) - max(sizes, default=0) <= limit_bytes, "pictures keep to their budget", said)


def pictures_are_here_in_the_end(library: sqlite3.Connection, places: Places, limit_bytes: int) -> None:
    """Where there is room for all of them, each track that is here has its own; and no file is nobody's."""
    law = "pictures are here"
    missing = [row[0] for row in library.execute(MISSING_PICTURES).fetchall()]
    require(not missing or limit_bytes < 100_000, law, f"tracks are here without their pictures {missing}")
    rows = {digits for _, digits, _ in library.execute(PICTURES).fetchall()}
    names = {path.name for path in places.pictures.iterdir()}
    require(names == rows, law, f"files without rows {sorted(names - rows)}, rows without files {sorted(rows - names)}")
    require(all(read_copy_name(name) for name in names), law, f"{sorted(names)}")
