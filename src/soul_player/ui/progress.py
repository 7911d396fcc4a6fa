"""How far every sync is, kept from the client's events: whoever opens the page late sees it too."""

from dataclasses import dataclass, field

from soul_player.client import (
    Client,
    Event,
    Listener,
    MatchingFinished,
    MatchingProgress,
    SourceId,
    SyncFinished,
    SyncProgress,
    SyncResult,
    SyncRetrying,
    SyncStarted,
)


@dataclass
class SourceProgress:
    """One source: `counted` by kind (done, and the total once it is known), and how the last sync ended."""

    is_syncing: bool = False
    counted: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    retrying: tuple[str, float] | None = None
    result: SyncResult | None = None


class ProgressBoard:
    """`run` follows the events until it is cancelled; reading is at any time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sources: dict[SourceId, SourceProgress] = {}
        self.matching: tuple[int, int] | None = None

    async def run(self) -> None:
        """Without end."""
        with self._client.events.subscribe() as events:
            await self._follow(events)

    def of(self, source_id: SourceId) -> SourceProgress:
        """As far as it was told."""
        return self._sources.setdefault(source_id, SourceProgress())

    async def _follow(self, events: Listener) -> None:
        async for event in events:
            self.hear(event)

    def hear(self, event: Event) -> None:
        """One event; most say nothing of how far a sync is."""
        match event:
            case SyncStarted(source_id, _):
                before = self.of(source_id)
                self._sources[source_id] = SourceProgress(is_syncing=True, result=before.result)
            case SyncProgress(source_id, kind, done, total):
                source = self.of(source_id)
                source.counted[kind] = (done, total)
                source.retrying = None
            case SyncRetrying(source_id, reason, seconds):
                self.of(source_id).retrying = (reason, seconds)
            case SyncFinished(source_id, result):
                source = self.of(source_id)
                source.is_syncing, source.retrying, source.result = False, None, result
            case MatchingProgress(done, total):
                self.matching = (done, total)
            case MatchingFinished():
                self.matching = None
            case _:
                return
