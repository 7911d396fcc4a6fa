"""What is done once a day: old tombstones, deleted playlists, fingerprints of replaced audio, old tokens and ids go."""

import asyncio
import logging

from soul_player.database.access import Database, Writer
from soul_player.database.errors import DatabaseError
from soul_player.edges import Clock
from soul_player.protocol.ids import UserId, id_bytes, id_text
from soul_player.server.auth.tokens import REFRESH_DAYS
from soul_player.server.store.changes import PURGE_ROWS_PER_TRANSACTION, lock_head, purge_tombstones, read_scopes
from soul_player.server.store.fingerprints import purge_fingerprints
from soul_player.server.store.operations import forget_confirmed
from soul_player.server.store.playlists import forget_deleted, forget_playlist, forget_purged_entries
from soul_player.server.store.refresh_tokens import purge_tokens
from soul_player.server.store.scopes import user_scope

log = logging.getLogger("soul_player.server")

DAY_SECONDS = 86_400.0
_DAY_MS = 86_400_000
# A purge of so many transactions goes on tomorrow.
ROUNDS_MAX = 1_000
# Until then a device that edited it offline is asked; after that, what names it is unknown (protocol, section 4).
PLAYLIST_DAYS = 30
PLAYLISTS_AT_ONCE = 100
# One that was made so lately may be of a file that is just being moved.
FINGERPRINT_DAYS = 1
USER_PREFIX = "user:"


async def keep_house(database: Database, *, clock: Clock) -> None:
    """For ever, once at the start and then daily. A database that is away is tried again the next day."""
    while True:
        try:
            await purge_once(database, clock=clock)
        except DatabaseError as error:
            log.warning("housekeeping was put off: %s", error)
        await asyncio.sleep(DAY_SECONDS)


async def purge_once(database: Database, *, clock: Clock) -> int:
    """How many tombstones went. In small transactions: nobody waits long for the writer."""
    gone = 0
    for scope in await database.read(read_scopes):
        for _ in range(ROUNDS_MAX):
            purged = await database.write(purge_tombstones, scope, now_ms=clock.now_ms())
            gone += purged
            if purged < PURGE_ROWS_PER_TRANSACTION:
                break
        if scope.startswith(USER_PREFIX):
            await database.write(_forget_purged, scope, now_ms=clock.now_ms())
    await forget_playlists(database, clock=clock)
    await database.write(purge_fingerprints, made_before=clock.now_ms() - FINGERPRINT_DAYS * _DAY_MS)
    await database.write(purge_tokens, issued_before=clock.now_ms() - REFRESH_DAYS * _DAY_MS)
    return gone


async def forget_playlists(database: Database, *, clock: Clock) -> int:
    """How many playlists went that were deleted long ago; each under its user's head, in a transaction of its own."""
    before_ms = clock.now_ms() - PLAYLIST_DAYS * _DAY_MS
    gone = 0
    for _ in range(ROUNDS_MAX):
        due = await database.write(forget_deleted, before_ms=before_ms, count=PLAYLISTS_AT_ONCE)
        for user_id, playlist_id in due:
            await database.write(_forget, user_id, playlist_id)
        gone += len(due)
        if len(due) < PLAYLISTS_AT_ONCE:
            break
    return gone


async def _forget(store: Writer, user_id: bytes, playlist_id: bytes) -> None:
    scope = user_scope(UserId(id_text(user_id)))
    await lock_head(store, scope)
    await forget_playlist(store, scope, user_id, playlist_id)


async def _forget_purged(store: Writer, scope: str, *, now_ms: int) -> None:
    await lock_head(store, scope)
    user_id = id_bytes(scope.removeprefix(USER_PREFIX))
    await forget_purged_entries(store, scope, user_id)
    await forget_confirmed(store, user_id, now_ms=now_ms)
