"""Plays, favourites and ratings: events that add up, and fields whose last writer wins."""

from soul_player.protocol.operation import FavouriteSet, PlayAdd, RatingSet, Reason
from soul_player.server.accept.edit import Applied, Blocked, Edit, Outcome, key
from soul_player.server.store.scopes import Kind
from soul_player.server.store.user_data import (
    add_play,
    count_play,
    find_marks,
    knows_track,
    set_favourite,
    set_rating,
    touch_favourite,
    touch_rating,
)


async def accept_play(edit: Edit, operation: PlayAdd) -> Outcome:
    """The count is the number of distinct plays, whoever sends them and however often."""
    track_id = key(operation.track_id)
    if not await knows_track(edit.store, track_id):
        return Blocked(Reason.UNKNOWN_TRACK)
    played_at = edit.corrected_ms(operation.played_at)
    is_new = await add_play(
        edit.store,
        edit.user_id,
        key(operation.play_id),
        track_id,
        played_at=played_at,
        duration_played=operation.duration_played,
    )
    if not is_new:
        return Applied()
    seq = edit.move(Kind.USER_DATA, track_id)
    await count_play(edit.store, edit.user_id, track_id, seq=seq, played_at=played_at, now_ms=edit.now_ms)
    return Applied(seq)


async def accept_favourite(edit: Edit, operation: FavouriteSet) -> Outcome:
    """Last writer wins, by the time of the edit."""
    track_id = key(operation.track_id)
    if not await knows_track(edit.store, track_id):
        return Blocked(Reason.UNKNOWN_TRACK)
    marks = await find_marks(edit.store, edit.user_id, track_id)
    held = None if marks is None else marks.favourite_stamp
    stamp = edit.overwriting(operation.at, operation.n, held)
    if stamp is None:
        assert marks is not None
        return Applied(marks.seq)
    if marks is not None and held is not None and marks.favourite == operation.favourite:
        await touch_favourite(edit.store, edit.user_id, track_id, stamp)
        return Applied(marks.seq)
    seq = edit.move(Kind.USER_DATA, track_id)
    await set_favourite(
        edit.store,
        edit.user_id,
        track_id,
        favourite=operation.favourite,
        stamp=stamp,
        seq=seq,
        now_ms=edit.now_ms,
    )
    return Applied(seq)


async def accept_rating(edit: Edit, operation: RatingSet) -> Outcome:
    """Last writer wins, by the time of the edit."""
    track_id = key(operation.track_id)
    if not await knows_track(edit.store, track_id):
        return Blocked(Reason.UNKNOWN_TRACK)
    marks = await find_marks(edit.store, edit.user_id, track_id)
    held = None if marks is None else marks.rating_stamp
    stamp = edit.overwriting(operation.at, operation.n, held)
    if stamp is None:
        assert marks is not None
        return Applied(marks.seq)
    if marks is not None and held is not None and marks.rating == operation.rating:
        await touch_rating(edit.store, edit.user_id, track_id, stamp)
        return Applied(marks.seq)
    seq = edit.move(Kind.USER_DATA, track_id)
    await set_rating(
        edit.store, edit.user_id, track_id, rating=operation.rating, stamp=stamp, seq=seq, now_ms=edit.now_ms
    )
    return Applied(seq)
