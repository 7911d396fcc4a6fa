"""How far the process is that runs in this home, if one does: what `soul status` asks it."""

from collections.abc import Mapping, Sequence

from soul_player.cli.progress import Step
from soul_player.cli.sync import PHASES
from soul_player.client import Client


async def progress_there(client: Client) -> Mapping[int, Sequence[Step]]:
    """The steps of every source that it syncs now. Nothing, when none runs or the one that does cannot be asked."""
    if not client.downloads.is_running_elsewhere():
        return {}
    # Only now: what asks another process takes longer to import than all else that this command needs.
    from soul_player.ui import NotAnswered, SyncState, find_running  # noqa: PLC0415  # see above

    async with find_running(client.config.home) as running:
        if running is None:
            return {}
        try:
            state = await running.ask("GET", "/api/sync", SyncState)
        except NotAnswered:
            # What the library knows is told all the same.
            return {}
    # Another version may count what is not known here.
    words = {kind.value: phase for kind, phase in PHASES.items()}
    return {
        source.source_id: [Step(words.get(one.kind, one.kind), one.done, one.total) for one in source.counted]
        for source in state.sources
        if source.is_syncing
    }
