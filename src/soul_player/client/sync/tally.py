"""What a sync of one source has done so far."""

from dataclasses import dataclass

from soul_player.client.library.outcome import LeftOutFile, SyncFailure, SyncResult, SyncStatus


@dataclass
class Tally:
    """Counts up while a sync runs, so that a cancelled one can tell what it did."""

    tracks_synced: int = 0
    tracks_updated: int = 0
    tracks_deleted: int = 0
    playlists_synced: int = 0
    pushed: int = 0
    conflicts: int = 0
    unreadable: tuple[LeftOutFile, ...] = ()


def conclude(
    tally: Tally,
    *,
    name: str,
    status: SyncStatus,
    requests: int,
    bytes_received: int,
    seconds: float,
    error: SyncFailure | None = None,
) -> SyncResult:
    """The result as it is told."""
    return SyncResult(
        name=name,
        status=status,
        tracks_synced=tally.tracks_synced,
        tracks_updated=tally.tracks_updated,
        tracks_deleted=tally.tracks_deleted,
        playlists_synced=tally.playlists_synced,
        pushed=tally.pushed,
        conflicts=tally.conflicts,
        requests=requests,
        bytes_received=bytes_received,
        seconds=seconds,
        error=error,
        unreadable=tally.unreadable,
    )
