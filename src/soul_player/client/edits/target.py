"""A playlist that is about to be edited, and where its operations go."""

from dataclasses import dataclass

from soul_player.client.edits.act import Act
from soul_player.client.errors import PlaylistNotFound
from soul_player.client.library.accounts import Account, open_account
from soul_player.client.library.model import SourceId
from soul_player.client.library.outbox import Outbox
from soul_player.client.library.sync_queue import playlist_group
from soul_player.database.access import Writer

# Nothing is counted here: an edit costs the same in a long playlist as in a short one.
FIND = """
    SELECT id, uid, source_id
      FROM playlists
     WHERE id = :id
       AND is_deleted = 0
"""


@dataclass(frozen=True)
class Edited:
    """The playlist, as far as an edit has to know it."""

    id: int
    uid: bytes
    source_id: SourceId | None


@dataclass(frozen=True)
class Target:
    """A playlist that is edited, and where its operations go; no `account` for one of this device only."""

    playlist: Edited
    account: Account | None
    outbox: Outbox | None

    @property
    def group(self) -> str:
        """Of its operations."""
        return playlist_group(self.playlist.uid)


async def open_target(library: Writer, act: Act, playlist_id: int) -> Target:
    """Raises `PlaylistNotFound`."""
    row = await library.one(FIND, id=playlist_id)
    if row is None:
        raise PlaylistNotFound(f"no playlist has the id {playlist_id}", hint="soul playlist list shows them")
    playlist = Edited(row[0], bytes(row[1]), None if row[2] is None else SourceId(row[2]))
    account = None if playlist.source_id is None else await open_account(library, playlist.source_id)
    return Target(playlist, account, None if account is None else act.outbox(library, account))
