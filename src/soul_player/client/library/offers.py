"""Everything that is the user's, as operations for a server that was rebuilt: with the ids and the times that it has.

A server takes what it has already without effect, so every device of the user may offer the same.
"""

from collections.abc import Sequence

import msgspec

from soul_player.client.library.accounts import Account
from soul_player.client.library.outbox import NewOperation, Outbox, open_outbox
from soul_player.client.library.overlay import After
from soul_player.client.library.rebuilds import end_rebuild
from soul_player.client.library.resets import USER_FEEDS
from soul_player.client.library.sync_queue import playlist_group, track_group
from soul_player.client.library.sync_state import begin_sync_state
from soul_player.database.access import Row, Writer
from soul_player.edges import Randomness
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import (
    NAME_CHARS_MAX,
    AnyOperation,
    EntryAdd,
    FavouriteSet,
    PlayAdd,
    PlaylistCreate,
    PlaylistRename,
    RatingSet,
)
from soul_player.protocol.times import time_ms, time_text

# Said of tracks that this device never knew: nobody can tell which ones they were.
MARKS = """
    SELECT said.track_id, said.favourite, said.favourited_at, said.rating, said.rated_at, known.track_id,
           known.is_former
      FROM server_user_data said
      JOIN track_sources known ON known.source_id = said.source_id AND known.remote_id = said.track_id
     WHERE said.source_id = :source_id
       AND said.run <= :covered_run
     ORDER BY said.track_id
"""

# With the best name that the source has for the recording, and whether that is one of the former server's.
PLAYS = """
    SELECT play_id, track_id, played_at, duration_played,
           (SELECT remote_id FROM track_sources
             WHERE track_sources.track_id = plays.track_id AND track_sources.source_id = :source_id
             ORDER BY is_former, remote_id LIMIT 1),
           (SELECT MIN(is_former) FROM track_sources
             WHERE track_sources.track_id = plays.track_id AND track_sources.source_id = :source_id)
      FROM plays
     WHERE source_id = :source_id
     ORDER BY played_at, play_id
"""

PLAYS_ON_THEIR_WAY = """
    SELECT json_extract(payload, '$.play_id')
      FROM sync_queue
     WHERE source_id = :source_id
       AND operation = 'play.add'
"""

# The source does not hold the recording under any name: it waits until one does.
LET_PLAY_WAIT = """
    UPDATE plays
       SET source_id = NULL
     WHERE play_id = :play_id
"""

PLAYLISTS = """
    SELECT id, name, description, created_at, updated_at
      FROM server_playlists
     WHERE source_id = :source_id
       AND run <= :covered_run
       AND is_deleted = 0
       AND hidden_by IS NULL
     ORDER BY created_at, id
"""

ENTRIES = """
    SELECT entry.id, entry.track_id, entry.added_at, known.track_id, known.is_former
      FROM server_entries entry
      JOIN track_sources known ON known.source_id = entry.source_id AND known.remote_id = entry.track_id
     WHERE entry.source_id = :source_id
       AND entry.playlist_id = :playlist_id
       AND entry.is_removed = 0
     ORDER BY entry.position, entry.id
"""

WAITING = """
    SELECT op_id, payload, held_track_id
      FROM sync_queue
     WHERE source_id = :source_id
       AND account_id = :account_id
       AND state = 'waiting'
     ORDER BY n
"""

RENUMBER = """
    UPDATE sync_queue
       SET op_id = :new, n = :n, payload = json_set(payload, '$.op_id', :text), held_track_id = :held_track_id
     WHERE op_id = :op_id
"""

# What a split of two recordings would give back names operations by their ids.
RENUMBER_MOVED = """
    UPDATE OR IGNORE moved_references
       SET key = :new
     WHERE kind = 'operation'
       AND key = :op_id
"""

FORMER = """
    SELECT track_id
      FROM track_sources
     WHERE source_id = :source_id
       AND remote_id = :remote_id
       AND is_former = 1
"""


async def offer_everything(library: Writer, account: Account, *, now_ms: int, randomness: Randomness) -> None:
    """Once the tracks of the rebuilt server were read: what is about a track that it lacks waits for the track."""
    waiting = await library.all(WAITING, source_id=account.source_id, account_id=account.account_id)
    runs = [
        (await begin_sync_state(library, account.source_id, feed, account_id=account.account_id)).run
        for feed in USER_FEEDS
    ]
    outbox = await open_outbox(library, account, now_ms=now_ms, randomness=randomness)
    offering = _Offering(library, account, outbox, playlists_run=runs[0] - 1, user_data_run=runs[1] - 1)
    await offering.marks()
    await offering.plays()
    await offering.playlists()
    # What was edited meanwhile stands on all that.
    await offering.renumber(waiting)
    await outbox.save()
    await end_rebuild(library, account.source_id)


class _Offering:
    """One transaction. What the rows of the former server hold lies on them as covered, so nothing shown changes."""

    def __init__(
        self, library: Writer, account: Account, outbox: Outbox, *, playlists_run: int, user_data_run: int
    ) -> None:
        self._library = library
        self._account = account
        self._outbox = outbox
        self._playlists_run = playlists_run
        self._user_data_run = user_data_run

    async def marks(self) -> None:
        """Favourites and ratings."""
        rows = await self._library.all(MARKS, source_id=self._account.source_id, covered_run=self._user_data_run)
        for remote_id, favourite, favourited_at, rating, rated_at, track_id, is_former in rows:
            held = track_id if is_former else None
            if favourited_at is not None:
                op_id, n = self._outbox.number()
                told = FavouriteSet(op_id, n, favourited_at, id_text(remote_id), bool(favourite))
                await self._add_mark(told, remote_id, held)
            if rated_at is not None:
                op_id, n = self._outbox.number()
                rated = RatingSet(op_id, n, rated_at, id_text(remote_id), rating)
                await self._add_mark(rated, remote_id, held)

    async def plays(self) -> None:
        """Every play of this device that the source was told of, under its own id: counted once, however often told."""
        on_their_way = {
            row[0] for row in await self._library.all(PLAYS_ON_THEIR_WAY, source_id=self._account.source_id)
        }
        for play_id, track_id, played_at, heard, remote_id, is_former in await self._library.all(
            PLAYS, source_id=self._account.source_id
        ):
            if id_text(play_id) in on_their_way:
                continue
            if remote_id is None:
                await self._library.run(LET_PLAY_WAIT, play_id=play_id)
                continue
            op_id, n = self._outbox.number()
            at = time_text(played_at + round(heard * 1000))
            told = PlayAdd(op_id, n, at, id_text(play_id), id_text(remote_id), time_text(played_at), heard)
            held = track_id if is_former else None
            await self._add_mark(told, remote_id, held)

    async def playlists(self) -> None:
        """Every playlist, and its entries in their order."""
        for row in await self._library.all(
            PLAYLISTS, source_id=self._account.source_id, covered_run=self._playlists_run
        ):
            await self._playlist(row)

    async def _playlist(self, row: Row) -> None:
        uid, name, description, created_at, updated_at = row
        group, named = playlist_group(uid), name.strip()[:NAME_CHARS_MAX] or "playlist"
        op_id, n = self._outbox.number()
        described = None if description is None else description[:NAME_CHARS_MAX]
        made = PlaylistCreate(op_id, n, created_at, id_text(uid), named, described)
        await self._outbox.add(NewOperation(made, group, covered_run=self._playlists_run))
        if time_ms(updated_at) > time_ms(created_at):
            # Another device may have offered an older name: the later one wins.
            op_id, n = self._outbox.number()
            renamed = PlaylistRename(op_id, n, updated_at, id_text(uid), named)
            await self._outbox.add(NewOperation(renamed, group, covered_run=self._playlists_run))
        await self._entries(uid, group)

    async def _entries(self, uid: bytes, group: str) -> None:
        anchor: After = None
        sent_anchor: After = None
        for entry_id, remote_id, added_at, track_id, is_former in await self._library.all(
            ENTRIES, source_id=self._account.source_id, playlist_id=uid
        ):
            op_id, n = self._outbox.number()
            sent = id_text(sent_anchor) if isinstance(sent_anchor, bytes) else None
            told = EntryAdd(op_id, n, added_at, id_text(uid), id_text(entry_id), id_text(remote_id), sent)
            new = NewOperation(
                told,
                group,
                entry_id,
                track_id if is_former else None,
                shown_after=anchor,
                has_shown_after=anchor != sent_anchor,
                covered_run=self._playlists_run,
            )
            await self._outbox.add(new)
            anchor = entry_id
            if not is_former:
                sent_anchor = entry_id

    async def renumber(self, waiting: Sequence[Row]) -> None:
        """Edits that no server has answered: behind what they stand on, so with younger ids."""
        for old, payload, held_track_id in waiting:
            op_id, n = self._outbox.number()
            held = held_track_id if held_track_id is not None else await self._former(payload)
            await self._library.run(RENUMBER, op_id=old, new=id_bytes(op_id), n=n, text=op_id, held_track_id=held)
            if held is not None:
                await self._library.run(RENUMBER_MOVED, op_id=old, new=id_bytes(op_id))

    async def _former(self, payload: str) -> int | None:
        """The recording that an operation is about, when the server does not hold it."""
        named = msgspec.json.decode(payload).get("track_id")
        if named is None:
            return None
        row = await self._library.one(FORMER, source_id=self._account.source_id, remote_id=id_bytes(named))
        return None if row is None else int(row[0])

    async def _add_mark(self, operation: AnyOperation, remote_id: bytes, held_track_id: int | None) -> None:
        group = track_group(remote_id)
        await self._outbox.add(
            NewOperation(operation, group, held_track_id=held_track_id, covered_run=self._user_data_run)
        )
