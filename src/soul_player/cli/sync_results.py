"""How a source's sync ended, in a line for people."""

from soul_player.cli.words import count, size
from soul_player.client import SyncResult

LEFT_OUT_SHOWN = 5


def has_news(result: SyncResult) -> bool:
    """Whether anything in the library is different now."""
    tracks = result.tracks_synced + result.tracks_updated + result.tracks_deleted
    return tracks + result.playlists_synced + result.pushed + result.conflicts > 0


def result_line(result: SyncResult) -> str:
    """`Home Server: synced, 24 new, 0 updated, 0 deleted, 5 edits sent (3 requests, 5.1 kB, 0.3 s)`."""
    changes = f"{result.tracks_synced:,} new, {result.tracks_updated:,} updated, {result.tracks_deleted:,} deleted"
    if result.playlists_synced:
        changes += f", {count(result.playlists_synced, 'playlist')} changed"
    if result.pushed:
        changes += f", {count(result.pushed, 'edit')} sent"
    if result.conflicts:
        changes += f", {count(result.conflicts, 'decision')} for you: soul resolve"
    if result.unreadable:
        changes += f", {count(len(result.unreadable), 'file')} left out"
    cost = f"{count(result.requests, 'request')}, {size(result.bytes_received)}, {result.seconds:.1f} s"
    line = f"{result.name}: {result.status.value}, {changes} ({cost})"
    for left_out in result.unreadable[:LEFT_OUT_SHOWN]:
        line += f"\n  left out: {left_out.path}: {left_out.reason}"
    if len(result.unreadable) > LEFT_OUT_SHOWN:
        line += f"\n  ... and {len(result.unreadable) - LEFT_OUT_SHOWN:,} more: soul sync --json"
    if result.error is not None:
        line += f"\n  {result.error.message}"
        if result.error.hint:
            line += f"\n  {result.error.hint}"
    return line
