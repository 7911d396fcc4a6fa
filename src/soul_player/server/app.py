"""Composition root: builds the parts of a server, wires them, owns their lifetime."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from soul_player.audio.ffmpeg import FfmpegMissing, find_ffmpeg
from soul_player.database.access import Database, Engine
from soul_player.database.errors import DatabaseError
from soul_player.database.postgres import POOL_SIZE_MAX, PostgresDatabase
from soul_player.edges import Clock, Randomness
from soul_player.folders.pool import WorkerPool
from soul_player.folders.prints import find_fingerprints
from soul_player.server.announce.announcing import Announcing
from soul_player.server.api.admin import UserRoutes
from soul_player.server.api.artwork import ArtworkRoutes
from soul_player.server.api.asgi import make_asgi
from soul_player.server.api.edits import EditRoutes
from soul_player.server.api.fingerprints import FingerprintRoutes
from soul_player.server.api.gate import Gate
from soul_player.server.api.info import InfoRoutes
from soul_player.server.api.live import Live
from soul_player.server.api.metrics import MetricsRoutes
from soul_player.server.api.routes import Rooms, Route, all_routes
from soul_player.server.api.scans import ScanRoutes
from soul_player.server.api.sessions import SessionRoutes
from soul_player.server.api.sync import SyncRoutes
from soul_player.server.api.tracks import TrackRoutes
from soul_player.server.auth.accounts import Accounts
from soul_player.server.auth.attempts import Attempts
from soul_player.server.auth.first_password import FirstPassword
from soul_player.server.auth.limits import Limits, OwnLimits, SharedLimits
from soul_player.server.auth.passwords import Passwords
from soul_player.server.auth.sessions import Sessions
from soul_player.server.config import ServerConfig
from soul_player.server.housekeeping import keep_house
from soul_player.server.listening.listener import make_listener
from soul_player.server.listening.proxies import behind_proxies
from soul_player.server.media.artwork import Artwork
from soul_player.server.media.following import RowsThatFollow
from soul_player.server.media.hashes import FileHashing
from soul_player.server.media.opening import FileOpening
from soul_player.server.media.transcode_cache import TranscodeCache
from soul_player.server.media.transcoding import Transcoding
from soul_player.server.observing.metrics import Metrics
from soul_player.server.observing.requests import Observed
from soul_player.server.scanner.desk import OwnDesk, ScanDesk, SharedDesk
from soul_player.server.scanner.fingerprinting import Fingerprinting
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.scan import Scanner
from soul_player.server.store.heads import HeadsToHold
from soul_player.server.store.health import Health
from soul_player.server.store.leading import while_leading
from soul_player.server.store.memory import stay_small
from soul_player.server.store.open import Store, open_store, stay_present
from soul_player.server.store.scan_lock import ScanLocked
from soul_player.web.listener import Listener

log = logging.getLogger("soul_player.server")

SCAN_AGAIN_SECONDS = 10.0
TRANSCODES_FOLDER = "transcodes"
CONNECTIONS_TOGETHER = 48
POOL_SIZE_MIN = 2
# Beside its pool, each process has some for its locks and for the news.
CONNECTIONS_OWN = 3


@dataclass(frozen=True)
class Server:
    """The parts of a running server."""

    config: ServerConfig
    store: Store
    accounts: Accounts
    routes: tuple[Route, ...]
    asgi: Any
    first_password: FirstPassword
    scanner: Scanner
    fingerprinting: Fingerprinting
    following: RowsThatFollow
    announcing: Announcing
    transcoding: Transcoding
    desk: ScanDesk
    metrics: Metrics
    metrics_routes: MetricsRoutes


@asynccontextmanager
async def open_server(
    config: ServerConfig, *, clock: Clock, randomness: Randomness, passwords: Passwords | None = None
) -> AsyncGenerator[Server, None]:
    """The parts, open for as long as the block lasts; nothing listens yet."""
    config.home.mkdir(parents=True, exist_ok=True)
    async with (
        store_of(config, clock=clock, randomness=randomness) as store,
        contextlib.AsyncExitStack() as owned,
    ):
        passwords = passwords or Passwords()
        owned.callback(passwords.close)
        readers = await owned.enter_async_context(WorkerPool())
        announcing = Announcing(store.database, clock=clock, randomness=randomness)
        scanning = ScanParts(store.database, clock, randomness, readers, announce=announcing.news.announce)
        fingerprinting = Fingerprinting(scanning, find_fingerprints, rest_seconds=config.fingerprints_rest_seconds)
        scanner = Scanner(scanning, [os.fsencode(folder) for folder in config.music], on_hashed=fingerprinting.wake)
        following = RowsThatFollow(scanner.hash_now)
        # Not the scanner's: who looks at an album must not wait until a batch of files is read.
        pictures = await owned.enter_async_context(WorkerPool(workers=1))
        transcoding = await owned.enter_async_context(make_transcoding(config).open())
        database = store.database
        metrics, health = Metrics(), Health(database, clock=clock)
        desk = SharedDesk(database, scanner) if database.engine is Engine.POSTGRES else OwnDesk(scanner)
        metrics_routes = MetricsRoutes(
            database, metrics, health, scans=desk, note_work=noting_work(metrics, database, transcoding), clock=clock
        )
        accounts = Accounts(database, passwords, clock=clock, randomness=randomness)
        sessions = make_sessions(store, passwords, clock=clock, randomness=randomness)
        first_password = FirstPassword(config.home)
        heads = HeadsToHold(database, clock=clock, randomness=randomness)
        announce = announcing.news.announce
        rooms = Rooms(
            info=InfoRoutes(
                database, store.secrets, health, name=config.name, clock=clock, transcodes=transcoding.is_possible
            ),
            sessions=SessionRoutes(sessions, database, first_password),
            sync=SyncRoutes(database, store.secrets, clock=clock, heads=heads, metrics=metrics),
            edits=EditRoutes(database, store.secrets, clock=clock, heads=heads, announce=announce, metrics=metrics),
            tracks=make_track_routes(owned, database, following, transcoding, clock=clock),
            artwork=ArtworkRoutes(database, Artwork(pictures)),
            fingerprints=FingerprintRoutes(database),
            scans=ScanRoutes(desk),
            users=UserRoutes(accounts, database),
            metrics=metrics_routes,
        )
        routes = all_routes(rooms, base_path=config.base_path)
        asgi = make_asgi(routes, Gate(sessions, database, metrics_token=config.metrics_token), on_trouble=health.note)
        live = Live(asgi, announcing, sessions, database, store.secrets, allowed_origins=config.allowed_origins)
        app = behind_proxies(
            Observed(live, metrics, clock=clock, believes_ids=bool(config.trusted_proxies)),
            base_path=config.base_path,
            trusted=config.trusted_proxies,
        )
        yield Server(
            config, store, accounts, routes, app, first_password, scanner, fingerprinting, following, announcing,
            transcoding, desk, metrics, metrics_routes,
        )  # fmt: skip


async def run(server: Server, listener: Listener, *, clock: Clock, randomness: Randomness) -> None:
    """Answer until the listener is stopped, with the work in the background beside it."""
    store = server.store
    if server.config.music:
        # Who was told that it listens may scan at once: without this there would be nothing to scan yet.
        await server.scanner.introduce()
    async with asyncio.TaskGroup() as tasks:
        background = [
            tasks.create_task(stay_present(store, clock=clock, randomness=randomness), name="presence"),
            tasks.create_task(server.following.run(), name="following"),
            tasks.create_task(server.announcing.run(), name="announcing"),
            tasks.create_task(stay_small(store.database), name="memory"),
            tasks.create_task(
                while_leading(store.database, lambda: lead(server, clock=clock), told=server.metrics.note_leading),
                name="leading",
            ),
        ]
        if server.config.workers > 1:
            background.append(tasks.create_task(server.metrics_routes.keep_noting(), name="noting"))
        await listener.run_until_stopped()
        for task in background:
            task.cancel()


async def lead(server: Server, *, clock: Clock) -> None:
    """What only one process of a database does."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_house(server.store.database, clock=clock), name="housekeeping")
        tasks.create_task(keep_scanning(server.scanner), name="scanner")
        if isinstance(server.desk, SharedDesk):
            tasks.create_task(server.desk.serve(), name="desk of the scans")
        if server.config.fingerprints:
            tasks.create_task(server.fingerprinting.run(), name="fingerprinting")


async def keep_scanning(scanner: Scanner) -> None:
    """The scanner, begun again when the database was away: listening to music goes on meanwhile."""
    while True:
        try:
            await scanner.run()
        except* (DatabaseError, ScanLocked) as group:
            log.warning("scanning was interrupted: %s", "; ".join(str(error) for error in group.exceptions))
        await asyncio.sleep(SCAN_AGAIN_SECONDS)


def make_track_routes(
    owned: contextlib.AsyncExitStack,
    database: Database,
    following: RowsThatFollow,
    transcoding: Transcoding,
    *,
    clock: Clock,
) -> TrackRoutes:
    """With the threads that open and hash files; they end with what is `owned`."""
    opening = FileOpening()
    owned.callback(opening.close)
    hashing = FileHashing(clock)
    owned.callback(hashing.close)
    return TrackRoutes(database, opening, hashing, following, transcoding)


def store_of(config: ServerConfig, *, clock: Clock, randomness: Randomness) -> AbstractAsyncContextManager[Store]:
    """With the connections that are this process's share."""
    pool_size = connections_of(config)
    return open_store(
        config.database_url, clock=clock, randomness=randomness, new_era=config.new_era, pool_size=pool_size
    )


def connections_of(config: ServerConfig) -> int:
    """Of one process's pool: all together keep to about as many as PostgreSQL allows by default."""
    return max(POOL_SIZE_MIN, min(POOL_SIZE_MAX, CONNECTIONS_TOGETHER // config.workers))


def make_sessions(store: Store, passwords: Passwords, *, clock: Clock, randomness: Randomness) -> Sessions:
    """How often somebody may try a password is counted for all processes together."""
    is_shared = store.database.engine is Engine.POSTGRES
    limits: Limits = SharedLimits(store.database, clock) if is_shared else OwnLimits(Attempts(clock))
    key = store.secrets.token_key
    return Sessions(store.database, passwords, limits, key=key, clock=clock, randomness=randomness)


def noting_work(metrics: Metrics, database: Database, transcoding: Transcoding) -> Callable[[], None]:
    """Puts down what this process does now."""

    def note() -> None:
        in_use, idle = database.pool_counts() if isinstance(database, PostgresDatabase) else (0, 0)
        metrics.note_work(transcodes=transcoding.running, in_use=in_use, idle=idle)

    return note


def make_transcoding(config: ServerConfig) -> Transcoding:
    """Of the settings, with the ffmpeg of this machine; where there is none, originals are sent."""
    ffmpeg = None
    if config.transcodes_max:
        try:
            ffmpeg = find_ffmpeg()
        except FfmpegMissing as error:
            log.info("no other qualities are sent: %s", error)
    cache = TranscodeCache(config.home / TRANSCODES_FOLDER, budget_bytes=config.transcode_cache_bytes)
    return Transcoding(cache, ffmpeg, processes_max=config.transcodes_max)


def listener_of(server: Server, bound: socket.socket, *, on_listening: Callable[[], None]) -> Listener:
    """What serves these parts at this socket."""
    config = server.config
    tls = None
    if config.tls_cert is not None and config.tls_key is not None:
        tls = (config.tls_cert, config.tls_key)
    return make_listener(
        server.asgi,
        bound,
        connections_max=config.connections_max,
        stop_seconds=config.stop_seconds,
        tls=tls,
        on_listening=on_listening,
    )
