"""The library's errors, as what they mean for a sync."""

from soul_player.client.errors import DiskFull, LibraryUnavailable, SyncError
from soul_player.database.errors import DatabaseDamaged, DatabaseError, DatabaseFull


class LibraryDamaged(SyncError):
    """The library's file is damaged: it can be made anew from its sources."""

    code = "library_damaged"


def as_sync_error(error: DatabaseError) -> SyncError:
    """Nothing of the page in question was kept."""
    match error:
        case DatabaseFull():
            return DiskFull(str(error), hint="make room on the disk; the sync goes on from where it stopped")
        case DatabaseDamaged():
            return LibraryDamaged(str(error), hint="restore a backup, or move the file away and sync again")
        case _:
            return LibraryUnavailable(str(error))
