"""One seed of the worlds of downloads."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType

from soul_player.client.downloads import disk, running, transfer, worker
from soul_player.server.media import answers
from tests.simulation.clock import VirtualLoop
from tests.simulation.disk import disks_watched
from tests.simulation.downloads_world import DownloadsWorld
from tests.simulation.events_of_downloads import happen
from tests.simulation.failing import story_of
from tests.simulation.live_world import looking_seldom
from tests.simulation.templates import in_virtual_time, scratch_folder, templates
from tests.simulation.trace import Trace

# Small files stand for large ones, so pieces and batches are smaller still; and what looks around for the sake of other
# processes, or of whoever watches, does so seldom.
SMALL: tuple[tuple[ModuleType, str, float], ...] = (
    (transfer, "BATCH_BYTES", 3_000),
    (disk, "SYNCED_BYTES", 7_000),
    (answers, "PIECE_BYTES", 4_096),
    (worker, "LOOK_SECONDS", 3.0),
    (running, "TELL_SECONDS", 1.0),
)


@contextmanager
def small() -> Generator[None, None, None]:
    """As `SMALL` says."""
    usual = [getattr(module, name) for module, name, _ in SMALL]
    try:
        for module, name, value in SMALL:
            setattr(module, name, value)
        yield
    finally:
        for (module, name, _), value in zip(SMALL, usual, strict=True):
            setattr(module, name, value)


class DownloadsFailed(Exception):
    """Its text holds the trace."""


def run_downloads(seed: int) -> Trace:
    """Run this seed; its trace. Raises `DownloadsFailed`."""
    templates()
    folder = scratch_folder()
    worlds: list[DownloadsWorld] = []

    async def work(loop: VirtualLoop) -> None:
        worlds.append(DownloadsWorld(seed, folder, loop))
        await worlds[0].run(happen)

    try:
        with disks_watched(), looking_seldom(), small():
            in_virtual_time(seed, work)
    except Exception as error:
        again = f"python -m tests.simulation --worlds downloads --seed {seed}"
        world = worlds[0]
        raise DownloadsFailed(story_of(seed, world.trace, error, plan=world.plan, again=again)) from error
    finally:
        shutil.rmtree(folder)
    return worlds[0].trace
