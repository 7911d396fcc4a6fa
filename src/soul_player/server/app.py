"""Composition root: builds the parts of a server, wires them, owns their lifetime."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from soul_player.audio.ffmpeg import FfmpegMissing, find_ffmpeg
from soul_player.database.access import Database
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock, Randomness, SystemClock, SystemRandomness
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
from soul_player.server.api.routes import Rooms, Route, all_routes
from soul_player.server.api.scans import ScanRoutes
from soul_player.server.api.sessions import SessionRoutes
from soul_player.server.api.sync import SyncRoutes
from soul_player.server.api.tracks import TrackRoutes
from soul_player.server.auth.accounts import FIRST_ADMIN, Accounts
from soul_player.server.auth.attempts import Attempts
from soul_player.server.auth.first_password import FirstPassword
from soul_player.server.auth.passwords import Passwords
from soul_player.server.auth.sessions import Sessions
from soul_player.server.config import ServerConfig
from soul_player.server.housekeeping import keep_house
from soul_player.server.listening.listener import bind, make_listener
from soul_player.server.listening.proxies import behind_proxies
from soul_player.server.media.artwork import Artwork
from soul_player.server.media.following import RowsThatFollow
from soul_player.server.media.hashes import FileHashing
from soul_player.server.media.opening import FileOpening
from soul_player.server.media.transcode_cache import TranscodeCache
from soul_player.server.media.transcoding import Transcoding
from soul_player.server.scanner.fingerprinting import Fingerprinting
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.scan import Scanner
from soul_player.server.store.heads import HeadsToHold
from soul_player.server.store.open import Store, open_store, stay_present
from soul_player.server.store.scan_lock import ScanLocked
from soul_player.web.listener import Listener, url_of

log = logging.getLogger("soul_player.server")

SCAN_AGAIN_SECONDS = 10.0
TRANSCODES_FOLDER = "transcodes"


@dataclass(frozen=True)
class Listening:
    """Connections are accepted at this address."""

    url: str


@dataclass(frozen=True)
class FirstPasswordMade:
    """The first start made an admin: the password is told here and nowhere else."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"FirstPasswordMade(username={self.username!r})"


@dataclass(frozen=True)
class FirstPasswordWritten:
    """The first start made an admin: the password waits in this file until somebody signs in."""

    username: str
    path: Path


Notice = Listening | FirstPasswordMade | FirstPasswordWritten


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


@asynccontextmanager
async def open_server(
    config: ServerConfig, *, clock: Clock, randomness: Randomness, passwords: Passwords | None = None
) -> AsyncGenerator[Server, None]:
    """The parts, open for as long as the block lasts; nothing listens yet."""
    config.home.mkdir(parents=True, exist_ok=True)
    async with (
        open_store(config.database_url, clock=clock, randomness=randomness, new_era=config.new_era) as store,
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
        tracks = make_track_routes(owned, database, following, transcoding, clock=clock)
        accounts = Accounts(database, passwords, clock=clock, randomness=randomness)
        sessions = Sessions(
            database,
            passwords,
            Attempts(clock),
            key=store.secrets.token_key,
            clock=clock,
            randomness=randomness,
        )
        first_password = FirstPassword(config.home)
        heads = HeadsToHold(database, clock=clock, randomness=randomness)
        rooms = Rooms(
            info=InfoRoutes(database, store.secrets, name=config.name, clock=clock, transcodes=transcoding.is_possible),
            sessions=SessionRoutes(sessions, database, first_password),
            sync=SyncRoutes(database, store.secrets, clock=clock, heads=heads),
            edits=EditRoutes(database, store.secrets, clock=clock, heads=heads, announce=announcing.news.announce),
            tracks=tracks,
            artwork=ArtworkRoutes(database, Artwork(pictures)),
            fingerprints=FingerprintRoutes(database),
            scans=ScanRoutes(scanner),
            users=UserRoutes(accounts, database),
        )
        routes = all_routes(rooms, base_path=config.base_path)
        asgi = make_asgi(routes, Gate(sessions, database))
        origins = config.allowed_origins
        live = Live(asgi, announcing, sessions, database, store.secrets, allowed_origins=origins)
        app = behind_proxies(live, base_path=config.base_path, trusted=config.trusted_proxies)
        yield Server(
            config, store, accounts, routes, app, first_password, scanner, fingerprinting, following, announcing,
            transcoding,
        )  # fmt: skip


def run_server(config: ServerConfig, *, tell: Callable[[Notice], None], is_terminal: bool) -> None:
    """A whole server process, until SIGTERM or SIGINT. `tell` hears what people must know, in this thread.

    Raises `ServerError` or a `DatabaseError`, whose texts are for people.
    """
    serving = serve(config, clock=SystemClock(), randomness=SystemRandomness(), tell=tell, is_terminal=is_terminal)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


async def serve(
    config: ServerConfig,
    *,
    clock: Clock,
    randomness: Randomness,
    tell: Callable[[Notice], None],
    is_terminal: bool,
) -> None:
    """Serve until SIGTERM or SIGINT. `tell` hears what people must know. Raises `ServerError` or a `DatabaseError`."""
    bound = bind(config.host, config.port)
    with contextlib.closing(bound):
        async with open_server(config, clock=clock, randomness=randomness) as server:
            await welcome_first_admin(server, tell=tell, is_terminal=is_terminal)
            listener = listener_of(server, bound, on_listening=lambda: tell(Listening(_url(config, bound))))
            with stopped_by_signals(listener):
                await run(server, listener, clock=clock, randomness=randomness)


async def run(server: Server, listener: Listener, *, clock: Clock, randomness: Randomness) -> None:
    """Answer until the listener is stopped, with the work in the background beside it."""
    async with asyncio.TaskGroup() as tasks:
        background = [
            tasks.create_task(keep_house(server.store.database, clock=clock), name="housekeeping"),
            tasks.create_task(stay_present(server.store, clock=clock, randomness=randomness), name="presence"),
            tasks.create_task(keep_scanning(server.scanner), name="scanner"),
            tasks.create_task(server.following.run(), name="following"),
            tasks.create_task(server.announcing.run(), name="announcing"),
        ]
        if server.config.fingerprints:
            background.append(tasks.create_task(server.fingerprinting.run(), name="fingerprinting"))
        await listener.run_until_stopped()
        for task in background:
            task.cancel()


async def keep_scanning(scanner: Scanner) -> None:
    """The scanner, begun again when the database was away: listening to music goes on meanwhile."""
    while True:
        try:
            await scanner.run()
        except* (DatabaseError, ScanLocked) as group:
            log.warning("scanning was interrupted: %s", "; ".join(str(error) for error in group.exceptions))
        await asyncio.sleep(SCAN_AGAIN_SECONDS)


async def welcome_first_admin(server: Server, *, tell: Callable[[Notice], None], is_terminal: bool) -> None:
    """Make the admin of an empty store, and tell its password where only its owner reads it."""

    def tell_password(password: str) -> None:
        if is_terminal:
            tell(FirstPasswordMade(FIRST_ADMIN, password))
        else:
            tell(FirstPasswordWritten(FIRST_ADMIN, server.first_password.write(password)))

    await server.accounts.add_first_admin(tell_password)


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


@contextlib.contextmanager
def stopped_by_signals(listener: Listener) -> Generator[None, None, None]:
    """SIGTERM and SIGINT begin a graceful end."""
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, listener.stop)
    try:
        yield
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


def _url(config: ServerConfig, bound: socket.socket) -> str:
    return url_of(bound, is_tls=config.tls_cert is not None, base_path=config.base_path)
