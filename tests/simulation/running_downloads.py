"""One seed of the worlds of downloads."""

from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType

from soul_player.client.downloads import disk, running, transfer, worker
from soul_player.server.media import answers
from tests.simulation.downloads_world import DownloadsWorld
from tests.simulation.events_of_downloads import happen
from tests.simulation.live_world import looking_seldom
from tests.simulation.running import run_world
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


def run_downloads(seed: int) -> Trace:
    """Its trace. Raises `Failed`."""
    return run_world(
        "downloads",
        seed,
        lambda folder, loop: DownloadsWorld(seed, folder, loop),
        lambda world: world.run(happen),
        looking_seldom(),
        small(),
    )
