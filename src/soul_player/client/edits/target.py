"""A playlist that is about to be edited, and where its operations go."""

from dataclasses import dataclass

from soul_player.client.edits.act import Act
from soul_player.client.errors import PlaylistNotFound
from soul_player.client.library.accounts import Account, open_account
from soul_player.client.library.outbox import Outbox
from soul_player.client.library.playlists import Playlist, find_playlist
from soul_player.client.library.sync_queue import playlist_group
from soul_player.database.access import Writer


@dataclass(frozen=True)
class Target:
    """A playlist that is edited, and where its operations go; no `account` for one of this device only."""

    playlist: Playlist
    account: Account | None
    outbox: Outbox | None

    @property
    def group(self) -> str:
        """Of its operations."""
        return playlist_group(self.playlist.uid)


async def open_target(library: Writer, act: Act, playlist_id: int) -> Target:
    """Raises `PlaylistNotFound`."""
    playlist = await find_playlist(library, playlist_id)
    if playlist is None:
        raise PlaylistNotFound(f"no playlist has the id {playlist_id}")
    account = None if playlist.source_id is None else await open_account(library, playlist.source_id)
    return Target(playlist, account, None if account is None else act.outbox(library, account))
