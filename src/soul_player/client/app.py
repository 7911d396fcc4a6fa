"""The composition root: the parts of a client, wired here and nowhere else."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

from soul_player.client.config import ClientConfig
from soul_player.client.downloads.covers import Covers
from soul_player.client.downloads.disk import Disk
from soul_player.client.downloads.door import Downloads
from soul_player.client.downloads.last_room import make_last_room
from soul_player.client.downloads.places import Places
from soul_player.client.downloads.wiring import World, wire_downloads
from soul_player.client.edits.decisions import Questions
from soul_player.client.edits.door import Edits
from soul_player.client.edits.noticed import NoticedDatabase
from soul_player.client.edits.recordings import Recordings
from soul_player.client.edits.smart_playlists import SmartPlaylists
from soul_player.client.events import ConnectivityChanged, Events, LibraryEdited, SourceOffline, SourceOnline
from soul_player.client.library.browse import Library
from soul_player.client.library.catalogues import Catalogues
from soul_player.client.library.connectivity import Connectivity
from soul_player.client.library.copies import folder_is_settled, settle_folder
from soul_player.client.library.lists_of_playlists import Playlists
from soul_player.client.library.lock import HomeLock
from soul_player.client.library.model import SourceId
from soul_player.client.library.open import LIBRARY_FILE, open_library
from soul_player.client.library.player import Player
from soul_player.client.library.plays import Plays
from soul_player.client.library.positions import Positions
from soul_player.client.live_settings import LiveSettings
from soul_player.client.lookout import Lookout, Notices
from soul_player.client.playback.bandwidth import Bandwidth
from soul_player.client.playback.stream import Playback
from soul_player.client.sources.connections import Connections
from soul_player.client.sources.live_client import Live
from soul_player.client.sources.manage import Sources
from soul_player.client.sources.offline_switch import OfflineSwitch
from soul_player.client.sources.tokens import TokenStore, open_tokens
from soul_player.client.sources.transport import OpenTransport
from soul_player.client.sync.bulk_load import BulkLoads
from soul_player.client.sync.engine import Sync
from soul_player.client.sync.fingerprints import FingerprintsWanted
from soul_player.client.sync.gate import SyncGate
from soul_player.client.sync.guard import GuardLimits
from soul_player.client.sync.matching import Matching
from soul_player.client.sync.source_sync import SyncParts
from soul_player.client.sync.status import Status
from soul_player.client.sync.triggers import Triggers
from soul_player.database.access import Database
from soul_player.database.commits import Commits
from soul_player.database.sqlite import Runner
from soul_player.edges import Clock, Randomness, SystemClock, SystemRandomness
from soul_player.folders.notices import open_notices
from soul_player.folders.pool import Readers, WorkerPool
from soul_player.folders.prints import FindFingerprints, find_fingerprints


@dataclass(frozen=True)
class Client:
    """The parts of an opened client. What each offers: the door's own page, `client/__init__.py`."""

    config: ClientConfig
    library: Library
    positions: Positions
    catalogues: Catalogues
    sources: Sources
    edits: Edits
    playlists: Playlists
    smart_playlists: SmartPlaylists
    plays: Plays
    player: Player
    covers: Covers
    sync: Sync
    matching: Matching
    questions: Questions
    recordings: Recordings
    downloads: Downloads
    playback: Playback
    live: Live
    triggers: Triggers
    offline: OfflineSwitch
    status: Status
    settings: LiveSettings
    events: Events


@dataclass(frozen=True)
class Edges:
    """The edges of the world, for simulations and tests. What is None is the program's own."""

    clock: Clock
    randomness: Randomness
    runner: Runner | None = None
    tokens: TokenStore | None = None
    limits: GuardLimits | None = None
    open_transport: OpenTransport | None = None
    disk: Disk | None = None
    find_fingerprints: FindFingerprints = find_fingerprints
    open_readers: Callable[[], AbstractAsyncContextManager[Readers]] = WorkerPool
    # Word of what is written in a home. None, or none to be had: who wants to know looks.
    open_notices: Callable[[Path], Notices | None] | None = None


@asynccontextmanager
async def open_client(config: ClientConfig, *, edges: Edges | None = None) -> AsyncGenerator[Client, None]:
    """The client of this home. Opening reads no network; several processes may have a home open at once."""
    world = edges or Edges(SystemClock(), SystemRandomness(), open_notices=open_notices)
    async with (
        open_library(config.home, runner=world.runner, make_room=partial(make_last_room, config.home)) as library,
        _looking_out(config, world) as (commits, lookout),
    ):
        tokens = world.tokens or open_tokens(config.home, use_keyring=config.keyring)
        events, gate, lock = Events(), SyncGate(), HomeLock(config.home)
        connections = _connections(config, library, events, tokens, world)
        await _settle_copies(config, library)
        sync = Sync(_sync_parts(config, library, events, world, notice=connections.notice), connections, lock, gate)
        live, edited = Live(library, connections, world.randomness), partial(events.emit, LibraryEdited())
        triggers = Triggers(
            sync, live, library, connections, lock=lock, clock=world.clock, commits=commits.version, edited=edited,
            commits_of_others=library.commits_of_others, rest=library.rest, lookout=lookout,
        )  # fmt: skip
        noticed = NoticedDatabase(library, edited, triggers.look)
        edits, bandwidth = Edits(noticed, clock=world.clock, randomness=world.randomness), Bandwidth(world.clock)
        edges_of_downloads = World(
            world.clock, world.randomness, disk=world.disk or Disk(), zone=_local_zone(),
            measure=bandwidth.measure_filling, commits=commits.version, lookout=lookout,
        )  # fmt: skip
        downloads = wire_downloads(config, library, connections, events=events, lock=lock, world=edges_of_downloads)
        playback = Playback(
            config, library, connections, record_play=edits.record_play, clock=world.clock,
            randomness=world.randomness, bandwidth=bandwidth, copies=downloads.store,
        )  # fmt: skip
        downloads.throttler.yield_to(playback.is_playing)
        settings = LiveSettings(config, downloads, playback, lookout)
        downloads.run_beside(settings.follow)
        try:
            yield Client(
                config=config,
                library=Library(library),
                positions=Positions(library, clock=world.clock, stamp=commits.version),
                catalogues=Catalogues(library, clock=world.clock, stamp=commits.version),
                sources=Sources(config, library, connections, tokens, clock=world.clock, randomness=world.randomness),
                edits=edits,
                playlists=Playlists(library),
                smart_playlists=SmartPlaylists(noticed, clock=world.clock),
                plays=Plays(library),
                player=Player(library),
                covers=Covers(library, downloads.store.pictures, world.clock),
                sync=sync,
                matching=_matching(library, connections, events, gate, commits=commits, world=world),
                recordings=Recordings(noticed, clock=world.clock, randomness=world.randomness),
                questions=Questions(noticed, clock=world.clock, randomness=world.randomness),
                downloads=downloads,
                playback=playback,
                live=live,
                offline=connections.switch,
                status=Status(library, sync, world.clock, is_fetching=downloads.is_fetching),
                settings=settings,
                triggers=triggers,
                events=events,
            )
        finally:
            await connections.close()


@asynccontextmanager
async def _looking_out(config: ClientConfig, world: Edges) -> AsyncGenerator[tuple[Commits, Lookout], None]:
    """For what other processes change in the home."""
    notices = None if world.open_notices is None else world.open_notices(config.home)
    commits = Commits(config.home / LIBRARY_FILE)
    try:
        yield commits, Lookout(notices)
    finally:
        commits.close()
        if notices is not None:
            notices.close()


def _matching(
    library: Database, connections: Connections, events: Events, gate: SyncGate, *, commits: Commits, world: Edges
) -> Matching:
    wanted = FingerprintsWanted(library, connections, world.find_fingerprints)
    return Matching(
        library, events, gate, world.clock, world.randomness, commits=commits.version, get_fingerprints=wanted.get
    )


def _connections(
    config: ClientConfig, library: Database, events: Events, tokens: TokenStore, world: Edges
) -> Connections:
    announce = partial(_announce, events)
    transport = world.open_transport
    return Connections(config, library, tokens, world.clock, open_transport=transport, on_connectivity=announce)


async def _settle_copies(config: ClientConfig, library: Database) -> None:
    """A home that was moved has its copies elsewhere."""
    copies = Places.of_home(config.home).copies
    if not await library.read(folder_is_settled, copies):
        await library.write(settle_folder, copies)


def _local_zone() -> tzinfo:
    """Days are those of the listener."""
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None
    return zone


def _announce(events: Events, source_id: SourceId, connectivity: Connectivity, reason: str | None) -> None:
    events.emit(ConnectivityChanged(source_id, connectivity, reason))
    if connectivity is Connectivity.OFFLINE:
        events.emit(SourceOffline(source_id, reason or "it cannot be reached"))
    elif connectivity is Connectivity.ONLINE:
        events.emit(SourceOnline(source_id))


def _sync_parts(
    config: ClientConfig,
    library: Database,
    events: Events,
    world: Edges,
    *,
    notice: Callable[[SourceId], Awaitable[None]],
) -> SyncParts:
    return SyncParts(
        config=config,
        library=library,
        events=events,
        loads=BulkLoads(library),
        limits=world.limits or GuardLimits(),
        clock=world.clock,
        randomness=world.randomness,
        open_readers=world.open_readers,
        notice=notice,
    )
