"""On a disk without any room: what is worth least of ours goes, so that the library opens and more can be let go of."""

import logging
from pathlib import Path

from soul_player.client.downloads.places import Places, read_part_name
from soul_player.client.library.lock import HomeLock

log = logging.getLogger(__name__)


def make_last_room(home: Path) -> int:
    """The beginnings of files that are not whole yet, which are fetched from their start then; nothing else, and none
    while another process of the home is at it. How many bytes they took."""
    lock = HomeLock(home)
    folder = Places.of_home(home).parts
    try:
        if not folder.is_dir() or not lock.acquire():
            return 0
        try:
            return sum(_let_go(path) for path in folder.iterdir() if read_part_name(path.name) is not None)
        finally:
            lock.release()
    except OSError as error:
        log.warning("no room could be made: %s", error)
        return 0


def _let_go(path: Path) -> int:
    size_bytes = path.stat().st_size
    path.unlink()
    log.warning("the disk is full: %s goes, and is fetched again", path.name)
    return size_bytes
