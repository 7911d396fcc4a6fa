"""How far every sync is, kept for whoever comes late."""

from pathlib import Path

from soul_player.client import (
    MatchingFinished,
    MatchingProgress,
    ProgressKind,
    SourceId,
    SyncFinished,
    SyncProgress,
    SyncResult,
    SyncRetrying,
    SyncStarted,
    SyncStatus,
)
from soul_player.ui.progress import ProgressBoard
from tests.client.clients import opened_client
from tests.conftest import run

HOME = SourceId(1)


def test_a_sync_is_followed_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    """What was counted stays until the next one begins; how it ended stays until the next one has."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            board = ProgressBoard(client)
            assert not board.of(HOME).is_syncing
            board.hear(SyncStarted(HOME, "Home"))
            board.hear(SyncProgress(HOME, ProgressKind.TRACKS, 10, None))
            board.hear(SyncRetrying(HOME, "it is busy", 2.5))
            assert board.of(HOME).is_syncing
            assert board.of(HOME).retrying == ("it is busy", 2.5)
            board.hear(SyncProgress(HOME, ProgressKind.TRACKS, 40, 100))
            board.hear(SyncProgress(HOME, ProgressKind.PLAYLISTS, 1, 2))
            assert board.of(HOME).counted == {"tracks": (40, 100), "playlists": (1, 2)}
            assert board.of(HOME).retrying is None
            ended = SyncResult("Home", SyncStatus.FAILED)
            board.hear(SyncFinished(HOME, ended))
            assert not board.of(HOME).is_syncing
            assert board.of(HOME).result is ended
            board.hear(SyncStarted(HOME, "Home"))
            assert board.of(HOME).counted == {}
            assert board.of(HOME).result is ended
            assert board.matching is None
            board.hear(MatchingProgress(3, 9))
            assert board.matching == (3, 9)
            board.hear(MatchingFinished(9, 1, 0))
            assert board.matching is None

    run(story())
