"""SQL of plays, favourites and ratings."""

from dataclasses import dataclass

from soul_player.database.access import Reader, Writer

FIND = """
    SELECT favourite, favourite_set_at, favourite_set_by, favourite_set_n,
           rating, rating_set_at, rating_set_by, rating_set_n, seq
      FROM user_data
     WHERE user_id = :user_id
       AND track_id = :track_id
"""

ADD_PLAY = """
    INSERT INTO plays (user_id, play_id, track_id, played_at, duration_played)
    VALUES (:user_id, :play_id, :track_id, :played_at, :duration_played)
    ON CONFLICT (user_id, play_id) DO NOTHING
"""

COUNT_PLAY = """
    INSERT INTO user_data (user_id, track_id, seq, play_count, last_played_at, favourite, updated_at)
    VALUES (:user_id, :track_id, :seq, 1, :played_at, 0, :now_ms)
    ON CONFLICT (user_id, track_id) DO UPDATE
       SET seq = excluded.seq,
           play_count = user_data.play_count + 1,
           last_played_at = CASE
               WHEN user_data.last_played_at > excluded.last_played_at THEN user_data.last_played_at
               ELSE excluded.last_played_at
           END,
           updated_at = excluded.updated_at
"""

SET_FAVOURITE = """
    INSERT INTO user_data (user_id, track_id, seq, play_count, favourite, favourited_at, favourite_set_at,
                           favourite_set_by, favourite_set_n, updated_at)
    VALUES (:user_id, :track_id, :seq, 0, :favourite, :at, :at, :device_id, :n, :now_ms)
    ON CONFLICT (user_id, track_id) DO UPDATE
       SET seq = excluded.seq,
           favourite = excluded.favourite,
           favourited_at = excluded.favourited_at,
           favourite_set_at = excluded.favourite_set_at,
           favourite_set_by = excluded.favourite_set_by,
           favourite_set_n = excluded.favourite_set_n,
           updated_at = excluded.updated_at
"""

SET_RATING = """
    INSERT INTO user_data (user_id, track_id, seq, play_count, favourite, rating, rated_at, rating_set_at,
                           rating_set_by, rating_set_n, updated_at)
    VALUES (:user_id, :track_id, :seq, 0, 0, :rating, :at, :at, :device_id, :n, :now_ms)
    ON CONFLICT (user_id, track_id) DO UPDATE
       SET seq = excluded.seq,
           rating = excluded.rating,
           rated_at = excluded.rated_at,
           rating_set_at = excluded.rating_set_at,
           rating_set_by = excluded.rating_set_by,
           rating_set_n = excluded.rating_set_n,
           updated_at = excluded.updated_at
"""

# The value stays, so the row is not moved; but an edit between the two times must not win over the later one.
TOUCH_FAVOURITE = """
    UPDATE user_data
       SET favourite_set_at = :at,
           favourite_set_by = :device_id,
           favourite_set_n = :n
     WHERE user_id = :user_id
       AND track_id = :track_id
"""

TOUCH_RATING = """
    UPDATE user_data
       SET rating_set_at = :at,
           rating_set_by = :device_id,
           rating_set_n = :n
     WHERE user_id = :user_id
       AND track_id = :track_id
"""

KNOWS_TRACK = """
    SELECT 1
      FROM tracks
     WHERE id = :track_id
"""


@dataclass(frozen=True, order=True)
class Stamp:
    """When, where and as which number a field was set: the greater one wins (protocol, section 5)."""

    at_ms: int
    device_id: bytes
    n: int


@dataclass(frozen=True)
class Marks:
    """The favourite and the rating of one track for one user; a stamp is None for a field never set."""

    favourite: bool
    favourite_stamp: Stamp | None
    rating: int | None
    rating_stamp: Stamp | None
    seq: int


async def knows_track(store: Reader, track_id: bytes) -> bool:
    """Whether the library ever held it: one that was deleted still takes state, which waits for its return."""
    return await store.one(KNOWS_TRACK, track_id=track_id) is not None


async def find_marks(store: Reader, user_id: bytes, track_id: bytes) -> Marks | None:
    """The row, if there is one."""
    row = await store.one(FIND, user_id=user_id, track_id=track_id)
    if row is None:
        return None
    favourite, f_at, f_by, f_n, rating, r_at, r_by, r_n, seq = row
    return Marks(bool(favourite), _stamp(f_at, f_by, f_n), rating, _stamp(r_at, r_by, r_n), int(seq))


async def add_play(
    store: Writer, user_id: bytes, play_id: bytes, track_id: bytes, *, played_at: int, duration_played: float
) -> bool:
    """Whether this play is new."""
    added = await store.run(
        ADD_PLAY,
        user_id=user_id,
        play_id=play_id,
        track_id=track_id,
        played_at=played_at,
        duration_played=duration_played,
    )
    return added == 1


async def count_play(store: Writer, user_id: bytes, track_id: bytes, *, seq: int, played_at: int, now_ms: int) -> None:
    """One more."""
    await store.run(COUNT_PLAY, user_id=user_id, track_id=track_id, seq=seq, played_at=played_at, now_ms=now_ms)


async def set_favourite(
    store: Writer, user_id: bytes, track_id: bytes, *, favourite: bool, stamp: Stamp, seq: int, now_ms: int
) -> None:
    """Another value: the row moves to `seq`."""
    await store.run(
        SET_FAVOURITE,
        user_id=user_id,
        track_id=track_id,
        seq=seq,
        favourite=int(favourite),
        at=stamp.at_ms,
        device_id=stamp.device_id.decode(),
        n=stamp.n,
        now_ms=now_ms,
    )


async def set_rating(
    store: Writer, user_id: bytes, track_id: bytes, *, rating: int | None, stamp: Stamp, seq: int, now_ms: int
) -> None:
    """Another value: the row moves to `seq`."""
    await store.run(
        SET_RATING,
        user_id=user_id,
        track_id=track_id,
        seq=seq,
        rating=rating,
        at=stamp.at_ms,
        device_id=stamp.device_id.decode(),
        n=stamp.n,
        now_ms=now_ms,
    )


async def touch_favourite(store: Writer, user_id: bytes, track_id: bytes, stamp: Stamp) -> None:
    """The same value, set later."""
    await store.run(
        TOUCH_FAVOURITE,
        user_id=user_id,
        track_id=track_id,
        at=stamp.at_ms,
        device_id=stamp.device_id.decode(),
        n=stamp.n,
    )


async def touch_rating(store: Writer, user_id: bytes, track_id: bytes, stamp: Stamp) -> None:
    """The same value, set later."""
    await store.run(
        TOUCH_RATING,
        user_id=user_id,
        track_id=track_id,
        at=stamp.at_ms,
        device_id=stamp.device_id.decode(),
        n=stamp.n,
    )


def _stamp(at_ms: int | None, device_id: str | None, n: int | None) -> Stamp | None:
    if at_ms is None or device_id is None or n is None:
        return None
    return Stamp(int(at_ms), device_id.encode(), int(n))
