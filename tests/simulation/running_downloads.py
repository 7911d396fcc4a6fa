"""One seed of the worlds of downloads."""

from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from soul_player.client.downloads import disk, receiving, running, worker
from soul_player.server import app
from soul_player.server.media import answers, transcoding
from soul_player.server.media.artwork import Artwork
from tests.simulation.downloads_world import DownloadsWorld
from tests.simulation.encoder import Encoder, end_encoding
from tests.simulation.events_of_downloads import happen
from tests.simulation.live_world import looking_seldom
from tests.simulation.running import run_world
from tests.simulation.trace import Trace

# Small files stand for large ones, so pieces and batches are smaller still; and what looks around for the sake of other
# processes, or of whoever watches, does so seldom.
SMALL: tuple[tuple[ModuleType, str, Any], ...] = (
    (receiving, "BATCH_BYTES", 3_000),
    (disk, "SYNCED_BYTES", 7_000),
    (answers, "PIECE_BYTES", 4_096),
    (worker, "LOOK_SECONDS", 3.0),
    (running, "TELL_SECONDS", 1.0),
)


@contextmanager
def changed(parts: tuple[tuple[ModuleType, str, Any], ...]) -> Generator[None, None, None]:
    """As these say."""
    usual = [getattr(module, name) for module, name, _ in parts]
    try:
        for module, name, value in parts:
            setattr(module, name, value)
        yield
    finally:
        for (module, name, _), value in zip(parts, usual, strict=True):
            setattr(module, name, value)


def programs_of(encoder: Encoder) -> tuple[tuple[ModuleType, str, Any], ...]:
    """In place of other processes, which know nothing of this world's time."""
    return (
        (transcoding, "start_niced", encoder.start),
        (transcoding, "run_niced", encoder.run),
        (transcoding, "end_process", end_encoding),
        (app, "Artwork", lambda _: Artwork(encoder)),
    )


def run_downloads(seed: int) -> Trace:
    """Its trace. Raises `Failed`."""
    encoder = Encoder()
    return run_world(
        "downloads",
        seed,
        lambda folder, loop: DownloadsWorld(seed, folder, loop, encoder),
        lambda world: world.run(happen),
        looking_seldom(),
        changed((*SMALL, *programs_of(encoder))),
    )
