"""Favourites, ratings and plays: to every source that holds the recording, plays to exactly one."""

from collections.abc import Sequence

from soul_player.client.edits.act import Act
from soul_player.client.errors import EditInvalid, TrackNotFound
from soul_player.client.library.accounts import Account, open_account
from soul_player.client.library.marks import (
    COUNT_PLAY,
    SAY,
    names_of,
    refresh_marks,
)
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.outbox import NewOperation
from soul_player.client.library.sync_queue import track_group
from soul_player.client.library.told_marks import MarkKind, Told, ToldState, mark_told, note_told
from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import RATING_MAX, FavouriteSet, PlayAdd, RatingSet
from soul_player.protocol.times import time_text

# A play counts once half of it or this much was heard (protocol, section 4).
HEARD_SECONDS_ENOUGH = 240.0
DAY_SECONDS = 86_400.0

DURATION = """
    SELECT duration_seconds
      FROM tracks
     WHERE id = :track_id
"""

ACTIVE = """
    SELECT id
      FROM sources
     WHERE is_active = 1
"""

ADD_PLAY = """
    INSERT INTO plays (play_id, track_id, source_id, played_at, duration_played)
    VALUES (:play_id, :track_id, :source_id, :played_at, :duration_played)
"""

# Made when no source held the recording; now one does. CROSS: from the few plays that wait, never from the library.
UNTOLD = """
    SELECT plays.play_id, plays.track_id, plays.played_at, plays.duration_played, MIN(track_sources.remote_id)
      FROM plays
     CROSS JOIN track_sources ON track_sources.track_id = plays.track_id AND track_sources.source_id = :source_id
                             AND track_sources.is_former = 0
     WHERE plays.source_id IS NULL
     GROUP BY plays.play_id
     ORDER BY plays.play_id
     LIMIT :count
"""

TELL = """
    UPDATE plays
       SET source_id = :source_id
     WHERE play_id = :play_id
"""

UNTOLD_AT_ONCE = 5_000

# An account, what its server calls a recording, and the recording when the server does not hold it for now.
Held = tuple[Account, bytes, LocalTrackId | None]


async def set_favourite(library: Writer, act: Act, track_id: LocalTrackId, *, favourite: bool) -> None:
    """A favourite, or no longer."""
    await _say(library, act, track_id, MarkKind.FAVOURITE, int(favourite))


async def set_rating(library: Writer, act: Act, track_id: LocalTrackId, *, rating: int | None) -> None:
    """1 to 5, or None for none."""
    if rating is not None and not 1 <= rating <= RATING_MAX:
        raise EditInvalid(f"a rating is 1 to {RATING_MAX}, or 0 for none")
    await _say(library, act, track_id, MarkKind.RATING, rating)


def word_of(  # noqa: PLR0917  # all that such an operation says
    kind: MarkKind, op_id: str, n: int, at: str, remote_id: bytes, value: int | None
) -> FavouriteSet | RatingSet:
    """As it is sent."""
    if kind is MarkKind.FAVOURITE:
        return FavouriteSet(op_id, n, at, id_text(remote_id), bool(value))
    return RatingSet(op_id, n, at, id_text(remote_id), value)


async def record_play(
    library: Writer,
    act: Act,
    track_id: LocalTrackId,
    *,
    heard_seconds: float | None = None,
    source_id: SourceId | None = None,
) -> bool:
    """A play that began `heard_seconds` ago (None: all of it was heard). False: too little was heard to count.

    `source_id`: the source it was played from; None for a file of this device.
    """
    duration = await _require(library, track_id)
    heard = min(duration if heard_seconds is None else heard_seconds, DAY_SECONDS)
    if heard < 0:
        raise EditInvalid("nobody hears less than nothing")
    if not counts(heard, duration):
        return False
    accounts = await _accounts(library, track_id)
    told = await _told(library, accounts, source_id)
    play_id = act.new_id()
    played_at = max(act.now_ms - round(heard * 1000), 0)
    await library.run(
        ADD_PLAY,
        play_id=id_bytes(play_id),
        track_id=track_id,
        source_id=None if told is None else told[0].source_id,
        played_at=played_at,
        duration_played=heard,
    )
    if told is not None:
        account, remote_id, held = told
        outbox = act.outbox(library, account)
        op_id, n = outbox.number()
        operation = PlayAdd(op_id, n, act.at, play_id, id_text(remote_id), time_text(played_at), heard)
        await outbox.add(NewOperation(operation, track_group(remote_id), held_track_id=held))
        await outbox.save()
    await library.run(COUNT_PLAY, track_id=track_id, played_at=played_at)
    return True


async def tell_plays(library: Writer, act: Act, account: Account) -> int:
    """Plays that no source held when they were made go to this one, if it holds them now; how many."""
    rows = await library.all(UNTOLD, source_id=account.source_id, count=UNTOLD_AT_ONCE)
    if not rows:
        return 0
    outbox = act.outbox(library, account)
    for play_id, _, played_at, heard, remote_id in rows:
        op_id, n = outbox.number()
        operation = PlayAdd(op_id, n, act.at, id_text(play_id), id_text(remote_id), time_text(played_at), heard)
        await outbox.add(NewOperation(operation, track_group(remote_id)))
        await library.run(TELL, play_id=play_id, source_id=account.source_id)
    await outbox.save()
    for track_id in {row[1] for row in rows}:
        await refresh_marks(library, LocalTrackId(track_id))
    return len(rows)


def counts(heard_seconds: float, duration_seconds: float) -> bool:
    """Half of it, or four minutes."""
    return heard_seconds >= min(duration_seconds / 2, HEARD_SECONDS_ENOUGH)


async def _told(library: Reader, accounts: Sequence[Held], source_id: SourceId | None) -> Held | None:
    """The one source that is told: the one played from, else the active one, else the first that holds it."""
    row = await library.one(ACTIVE)
    for wanted in (source_id, None if row is None else row[0]):
        for holder in accounts:
            if holder[0].source_id == wanted:
                return holder
    return accounts[0] if accounts else None


async def _accounts(library: Writer, track_id: LocalTrackId) -> list[Held]:
    """A name that its server has forgotten is no name to send: what uses it waits for the new one."""
    names = await names_of(library, track_id)
    known = {source_id for source_id, _, is_former in names if not is_former}
    found: list[Held] = []
    for source_id, remote_id, is_former in names:
        account = await open_account(library, source_id)
        if account is not None and not (is_former and source_id in known):
            found.append((account, remote_id, track_id if is_former else None))
    return found


async def _say(library: Writer, act: Act, track_id: LocalTrackId, kind: MarkKind, value: int | None) -> None:
    await _require(library, track_id)
    accounts = await _accounts(library, track_id)
    # One an account: it may know the recording by several names, and each word has a number of its own.
    outboxes = {account.source_id: act.outbox(library, account) for account, _, _ in accounts}
    for account, remote_id, held in accounts:
        outbox = outboxes[account.source_id]
        op_id, n = outbox.number()
        operation = word_of(kind, op_id, n, act.at, remote_id, value)
        await outbox.add(NewOperation(operation, track_group(remote_id), held_track_id=held))
        await note_told(library, Told(account.source_id, remote_id, kind, value, act.now_ms, ToldState.SAID))
    for outbox in outboxes.values():
        await outbox.save()
    # For sources that come to hold it.
    await library.run(SAY[kind], track_id=track_id, value=value, at=act.now_ms)
    for account, _, _ in accounts:
        await mark_told(library, account.source_id, [track_id])
    await refresh_marks(library, track_id)


async def _require(library: Reader, track_id: LocalTrackId) -> float:
    """How long it is. Raises `TrackNotFound`."""
    row = await library.one(DURATION, track_id=track_id)
    if row is None:
        raise TrackNotFound(f"no track has the id {track_id}")
    return float(row[0])
