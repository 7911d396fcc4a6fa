"""Words that were said here go to every source that holds the recording, also to one that comes to hold it later.

What a source itself said never goes anywhere: only words of this device are looked at, each sent with its own time.
"""

from dataclasses import dataclass, replace

from soul_player.client.edits.act import Act
from soul_player.client.edits.marks import word_of
from soul_player.client.library.accounts import Account, open_account
from soul_player.client.library.marks import compute_marks, marks_at, names_of, refresh_marks
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.client.library.outbox import NewOperation, Outbox
from soul_player.client.library.overlay import Marks
from soul_player.client.library.sync_queue import track_group
from soul_player.client.library.told_marks import (
    MarkKind,
    Told,
    ToldState,
    Word,
    forget_told,
    mark_told,
    note_told,
    told_of,
    tracks_to_tell,
    where_to_tell,
    words_said,
)
from soul_player.database.access import Writer
from soul_player.protocol.times import time_text

TOLD_AT_ONCE = 5_000


@dataclass(frozen=True)
class _Telling:
    """One source, in one transaction."""

    library: Writer
    act: Act
    account: Account
    outbox: Outbox

    async def send(self, remote_id: bytes, kind: MarkKind, value: int | None, *, at: str) -> None:
        """Write the word down as an operation."""
        op_id, n = self.outbox.number()
        told = word_of(kind, op_id, n, at, remote_id, value)
        await self.outbox.add(NewOperation(told, track_group(remote_id)))


async def tell_everywhere(library: Writer, act: Act) -> int:
    """Whatever any source is still to be told; how many words went out."""
    return sum([await tell_marks(library, act, source_id) for source_id in await where_to_tell(library)])


async def tell_marks(library: Writer, act: Act, source_id: SourceId) -> int:
    """What this source is still to be told; how many words went out. Who is signed out is told later."""
    tracks = await tracks_to_tell(library, source_id, count=TOLD_AT_ONCE)
    account = await open_account(library, source_id) if tracks else None
    if account is None:
        return 0
    telling = _Telling(library, act, account, act.outbox(library, account))
    sent = 0
    for track_id in tracks:
        count = await _tell_of(telling, track_id)
        if count:
            await refresh_marks(library, track_id)
        sent += count
    await telling.outbox.save()
    await mark_told(library, source_id, tracks)
    return sent


async def _tell_of(telling: _Telling, track_id: LocalTrackId) -> int:
    library, source_id = telling.library, telling.account.source_id
    names = [remote_id for source, remote_id, is_former in await names_of(library, track_id)
             if source == source_id and not is_former]  # fmt: skip
    told = {(one.remote_id, one.kind): one for one in await told_of(library, track_id) if one.source_id == source_id}
    changes = 0
    for remote_id in names:
        for kind in MarkKind:
            before = told.get((remote_id, kind))
            if before is not None and before.state is ToldState.WRONG:
                before = await _take_back(telling, before)
                changes += 1
            changes += await _tell(telling, track_id, remote_id, kind, before)
    return changes


async def _tell(
    telling: _Telling, track_id: LocalTrackId, remote_id: bytes, kind: MarkKind, before: Told | None
) -> int:
    library, account = telling.library, telling.account
    word = (await words_said(library, track_id)).get(kind)
    was_taken_back = before is not None and before.state is ToldState.TAKEN_BACK
    if (
        word is None
        or not word.is_own
        or (before is not None and not was_taken_back and before.said_at >= word.said_at)
    ):
        return 0
    shown = _word_of(await compute_marks(library, track_id), kind)
    current = _word_of(await marks_at(library, account, remote_id), kind)
    if shown.value != word.value or current.value == word.value:
        # Somebody has said something else since; or it says so already.
        return 0
    # Its own word to take it back would be the later one.
    at = telling.act.at if was_taken_back else time_text(word.said_at)
    await telling.send(remote_id, kind, word.value, at=at)
    former = current
    if before is not None and before.state in {ToldState.CARRIED, ToldState.TAKEN_BACK}:
        former = Word(before.former, before.former_at or 0)
    told = Told(
        account.source_id, remote_id, kind, word.value, word.said_at, ToldState.CARRIED,
        former.value, former.said_at or None,
    )  # fmt: skip
    await note_told(library, told)
    return 1


async def _take_back(telling: _Telling, told: Told) -> Told | None:
    """What was carried to a track that is another recording again. What was said of it since then stands."""
    current = _word_of(await marks_at(telling.library, telling.account, told.remote_id), told.kind)
    if current.value != told.value:
        await forget_told(telling.library, told)
        return None
    await telling.send(told.remote_id, told.kind, told.former, at=telling.act.at)
    taken_back = replace(told, state=ToldState.TAKEN_BACK)
    await note_told(telling.library, taken_back)
    return taken_back


def _word_of(marks: Marks, kind: MarkKind) -> Word:
    """0 for the time of what was never said."""
    if kind is MarkKind.FAVOURITE:
        return Word(int(marks.favourite), marks.favourited_at or 0)
    return Word(marks.rating, marks.rated_at or 0)
