"""What the demo's clients see: a sync told in the words of `soul sync`, and the library by its titles."""

from soul_player.cli.demo.claims import Claims
from soul_player.cli.exit_codes import CommandFailed
from soul_player.cli.sync_results import result_line
from soul_player.client import Client, LibraryTrack, SyncResult, SyncStatus, TrackSource

TRACKS_MAX = 100
Known = dict[str, tuple[LibraryTrack, TrackSource]]


async def synced(claims: Claims, client: Client, *, who: str = "") -> SyncResult:
    """A sync that ended well. `who`: which of several devices."""
    (result,) = await client.sync.run()
    claims.tell([f"{who}{result_line(result)}"])
    if result.status is not SyncStatus.SYNCED:
        raise CommandFailed("demo_sync", result_line(result))
    return result


async def known(client: Client) -> Known:
    """The library by title."""
    page = await client.library.tracks(limit=TRACKS_MAX)
    sources = await client.library.track_sources([track.id for track in page.tracks])
    return {track.title: (track, sources[track.id][0]) for track in page.tracks}
