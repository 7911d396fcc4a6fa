"""Favourites, ratings and play counts as they are shown, one row a recording; kept in step with every source's."""

from collections.abc import Iterable, Mapping

from soul_player.client.library.accounts import Account, find_account
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.overlay import Marks, MarksOfSource, shown_marks
from soul_player.client.library.server_rows import find_user_data
from soul_player.client.library.sync_queue import overlay_of, track_group
from soul_player.client.library.told_marks import MarkKind, Told, ToldState, Word, told_of, words_said
from soul_player.database.access import Reader, Writer

NAMES = """
    SELECT DISTINCT track_sources.source_id, track_sources.remote_id, track_sources.is_former
      FROM track_sources
      JOIN sources ON sources.id = track_sources.source_id
     WHERE track_sources.track_id = :track_id
       AND sources.type = 'server'
     ORDER BY track_sources.source_id, track_sources.remote_id
"""

TRACK_OF = """
    SELECT track_id
      FROM track_sources
     WHERE source_id = :source_id
       AND remote_id = :remote_id
"""

SAY = {
    MarkKind.FAVOURITE: """
    INSERT INTO local_marks (track_id, favourite, favourited_at)
    VALUES (:track_id, :value, :at)
        ON CONFLICT (track_id) DO UPDATE
       SET favourite = excluded.favourite, favourited_at = excluded.favourited_at, favourite_is_own = 1
""",
    MarkKind.RATING: """
    INSERT INTO local_marks (track_id, rating, rated_at)
    VALUES (:track_id, :value, :at)
        ON CONFLICT (track_id) DO UPDATE
       SET rating = excluded.rating, rated_at = excluded.rated_at, rating_is_own = 1
""",
}

UNTOLD_PLAYS = """
    SELECT COUNT(*), MAX(played_at)
      FROM plays
     WHERE track_id = :track_id
       AND source_id IS NULL
"""

PUT = """
    INSERT INTO marks (track_id, favourite, favourited_at, rating, rated_at, play_count, last_played_at)
    VALUES (:track_id, :favourite, :favourited_at, :rating, :rated_at, :play_count, :last_played_at)
        ON CONFLICT (track_id) DO UPDATE
       SET favourite = excluded.favourite, favourited_at = excluded.favourited_at, rating = excluded.rating,
           rated_at = excluded.rated_at, play_count = excluded.play_count, last_played_at = excluded.last_played_at
"""

FIND = """
    SELECT favourite, favourited_at, rating, rated_at, play_count, last_played_at
      FROM marks
     WHERE track_id = :track_id
"""

# One more play, without looking at those that wait already.
COUNT_PLAY = """
    INSERT INTO marks (track_id, play_count, last_played_at)
    VALUES (:track_id, 1, :played_at)
        ON CONFLICT (track_id) DO UPDATE
       SET play_count = marks.play_count + 1,
           last_played_at = MAX(COALESCE(marks.last_played_at, 0), excluded.last_played_at)
"""


# What servers said of recordings before this device knew them.
NEW = """
    SELECT track_sources.track_id
      FROM server_user_data
      JOIN track_sources ON track_sources.source_id = server_user_data.source_id
                        AND track_sources.remote_id = server_user_data.track_id
      LEFT JOIN marks ON marks.track_id = track_sources.track_id
     WHERE server_user_data.source_id = :source_id
       AND marks.track_id IS NULL
"""


FORGET_GONE = """
    DELETE FROM marks
     WHERE NOT EXISTS (SELECT 1 FROM tracks WHERE tracks.id = marks.track_id)
"""

ALL = """
    SELECT track_id
      FROM marks
"""


async def names_of(library: Reader, track_id: LocalTrackId) -> list[tuple[SourceId, bytes, bool]]:
    """What each server calls the recording, in the order of the sources; and whether it has forgotten that name."""
    return [(SourceId(row[0]), bytes(row[1]), bool(row[2])) for row in await library.all(NAMES, track_id=track_id)]


async def find_marks(library: Reader, track_id: LocalTrackId) -> Marks:
    """What is shown."""
    row = await library.one(FIND, track_id=track_id)
    return Marks() if row is None else Marks(bool(row[0]), *row[1:])


async def compute_marks(library: Reader, track_id: LocalTrackId) -> Marks:
    """What is right to be shown, by the definition."""
    told = await told_of(library, track_id)
    parts = []
    for source_id, remote_id, _ in await names_of(library, track_id):
        account = await find_account(library, source_id)
        if account is not None:
            its_own = [one for one in told if (one.source_id, one.remote_id) == (source_id, remote_id)]
            parts.append(await _part(library, account, remote_id, its_own))
    local = _untold(await words_said(library, track_id), told)
    count = await library.one(UNTOLD_PLAYS, track_id=track_id)
    assert count is not None
    return shown_marks(parts, local=local, untold_plays=Marks(play_count=count[0], last_played_at=count[1]))


async def marks_at(library: Reader, account: Account, remote_id: bytes) -> Marks:
    """What one source says of a track, with what is on its way there."""
    return shown_marks([await _part(library, account, remote_id, ())])


async def _part(library: Reader, account: Account, remote_id: bytes, told: Iterable[Told]) -> MarksOfSource:
    found = await find_user_data(library, account.source_id, remote_id)
    marks, run = found if found is not None else (Marks(), None)
    operations = tuple(await overlay_of(library, account, track_group(remote_id)))
    # To say again what was said before is no new word.
    restored = [
        (one.kind is MarkKind.FAVOURITE, one.former, one.former_at) for one in told if one.state is ToldState.TAKEN_BACK
    ]
    return MarksOfSource(marks, run, operations, tuple(restored))


def _untold(said: Mapping[MarkKind, Word], told: Iterable[Told]) -> Marks:
    """This device's words, as far as no source tells them: its time is the better one, and it may have refused them."""
    latest: dict[MarkKind, int] = {}
    for one in told:
        if one.state in {ToldState.SAID, ToldState.CARRIED}:
            latest[one.kind] = max(latest.get(one.kind, 0), one.said_at)
    left = {kind: word for kind, word in said.items() if latest.get(kind, -1) < word.said_at}
    favourite, rating = left.get(MarkKind.FAVOURITE), left.get(MarkKind.RATING)
    return Marks(
        favourite is not None and bool(favourite.value),
        None if favourite is None else favourite.said_at,
        None if rating is None else rating.value,
        None if rating is None else rating.said_at,
    )


async def refresh_marks(library: Writer, track_id: LocalTrackId) -> None:
    """Bring what is shown of the recording in step."""
    marks = await compute_marks(library, track_id)
    if marks == Marks() and await library.one(FIND, track_id=track_id) is None:
        return
    await library.run(
        PUT,
        track_id=track_id,
        favourite=int(marks.favourite),
        favourited_at=marks.favourited_at,
        rating=marks.rating,
        rated_at=marks.rated_at,
        play_count=marks.play_count,
        last_played_at=marks.last_played_at,
    )


async def refresh_remote_marks(library: Writer, source_id: SourceId, remote_ids: Iterable[bytes]) -> None:
    """The same for recordings by a source's names. One that this device does not know yet is shown when it comes."""
    for remote_id in remote_ids:
        row = await library.one(TRACK_OF, source_id=source_id, remote_id=remote_id)
        if row is not None:
            await refresh_marks(library, LocalTrackId(row[0]))


async def refresh_new_marks(library: Writer, source_id: SourceId) -> None:
    """Recordings that came after what was said of them."""
    for (track_id,) in await library.all(NEW, source_id=source_id):
        await refresh_marks(library, LocalTrackId(track_id))


async def refresh_all_marks(library: Writer) -> None:
    """After a source or an account went."""
    await library.run(FORGET_GONE)
    for (track_id,) in await library.all(ALL):
        await refresh_marks(library, LocalTrackId(track_id))
