"""Answers to questions about playlists, and taking an answer back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from soul_player.client.edits.act import Act
from soul_player.client.edits.conflicts import Remedy, decide
from soul_player.client.edits.entries import copy_entries
from soul_player.client.edits.playlists import create_playlist, delete_playlist
from soul_player.client.errors import QuestionNotFound
from soul_player.client.library.accounts import Account, open_account
from soul_player.client.library.model import AvailabilityStatus, SourceId
from soul_player.client.library.outbox import NewOperation
from soul_player.client.library.playlist_questions import (
    ANSWER,
    OPEN_OTHER,
    REOPEN,
    SET_ASIDE,
    SET_DELETION_ASIDE,
    TAKE_BACK,
    UNDOABLE_NO_LONGER,
    UNHIDE,
    PlaylistQuestion,
)
from soul_player.client.library.playlists import PlaylistEntry, find_playlist, list_entries
from soul_player.client.library.server_rows import HIDE, forget_playlist
from soul_player.client.library.shown_playlists import find_shown, refresh_playlist
from soul_player.client.library.sync_queue import playlist_group
from soul_player.database.access import Reader, Value, Writer
from soul_player.protocol.ids import id_bytes, id_text
from soul_player.protocol.operation import NAME_CHARS_MAX, PlaylistDelete

UNDO_DAYS = 30
_DAY_MS = 86_400_000

NAME_OF = "SELECT name FROM playlists WHERE id = :id"
STILL_WAITS = "SELECT 1 FROM sync_queue WHERE op_id = :op_id AND state = 'waiting'"
DROP_OPERATION = "DELETE FROM sync_queue WHERE op_id = :op_id"

_UNKNOWN = AvailabilityStatus.UNAVAILABLE


async def answer_playlist(library: Writer, act: Act, question: PlaylistQuestion, choice: str) -> None:
    """Do what was chosen, in one transaction, and keep what taking it back needs."""
    account = await _account(library, question.source_id)
    uid = id_bytes(question.subject[2:])
    shown_id = await find_shown(library, account.source_id, uid)
    entries = [] if shown_id is None else await list_entries(library, shown_id)
    name = await _name(library, shown_id, question)
    remedy = decide(question.kind, choice)
    undo: dict[str, Any] = {}
    match remedy:
        case Remedy.COPY_TO_SOURCE | Remedy.COPY_TO_DEVICE:
            source_id = account.source_id if remedy is Remedy.COPY_TO_SOURCE else None
            made = await create_playlist(library, act, name=name, source_id=source_id)
            await copy_entries(library, act, made, entries)
            undo = {"made": made, "as": await _fingerprint(library, made)}
            await _set_aside(library, account, question, now_ms=act.now_ms)
        case Remedy.LET_GO:
            await _set_aside(library, account, question, now_ms=act.now_ms)
        case Remedy.KEEP_THEIRS:
            await library.run(SET_DELETION_ASIDE, **_group(account, question), now_ms=act.now_ms)
        case Remedy.DELETE_ANYWAY:
            await library.run(SET_DELETION_ASIDE, **_group(account, question), now_ms=act.now_ms)
            op_id = await _delete_without_asking(library, act, account, uid)
            undo = {"operation": op_id, "name": name, "entries": [_kept(entry) for entry in entries]}
        case _:
            assert_never(remedy)
    await library.run(ANSWER, id=question.id, answer=choice, now_ms=act.now_ms, undo=json.dumps(undo))
    await refresh_playlist(library, account, uid)


async def undo_answer(library: Writer, act: Act, question: PlaylistQuestion) -> None:
    """The question is open again, and what its answer did is undone as far as nobody has built on it."""
    check_undoable(question, now_ms=act.now_ms)
    account = await _account(library, question.source_id)
    other = await library.one(
        OPEN_OTHER, kind=question.kind.value, source_id=question.source_id, subject=question.subject
    )
    if other is not None:
        raise QuestionNotFound("the same is being asked again already: answer that one")
    uid = id_bytes(question.subject[2:])
    undo = question.undo or {}
    if "made" in undo:
        await _unmake(library, act, undo)
    if "operation" in undo and not await _call_back(library, undo["operation"]):
        # The deletion is on its way: what it took is made again.
        made = await create_playlist(library, act, name=undo["name"], source_id=account.source_id)
        await copy_entries(library, act, made, [_read_kept(entry) for entry in undo["entries"]])
        await library.run(ANSWER, id=question.id, answer="theirs", now_ms=act.now_ms, undo=json.dumps({"made": made}))
        return
    await library.run(TAKE_BACK, question_id=question.id)
    await library.run(UNHIDE, question_id=question.id)
    await library.run(REOPEN, id=question.id)
    await refresh_playlist(library, account, uid)


async def forget_answered(library: Writer, *, now_ms: int) -> int:
    """What an answer took away goes for good when it can be taken back no longer."""
    rows = await library.all(UNDOABLE_NO_LONGER, before_ms=now_ms - UNDO_DAYS * _DAY_MS)
    for source_id, uid in rows:
        await forget_playlist(library, SourceId(source_id), bytes(uid))
    return len(rows)


def check_undoable(question: PlaylistQuestion, *, now_ms: int) -> None:
    """Raises `QuestionNotFound` for what has no answer, or one that is too old."""
    if question.answer is None or question.answered_at_ms is None:
        raise QuestionNotFound(f"question {question.id} has no answer that could be taken back")
    if now_ms - question.answered_at_ms > UNDO_DAYS * _DAY_MS:
        raise QuestionNotFound(f"an answer can be taken back for {UNDO_DAYS} days")


async def _set_aside(library: Writer, account: Account, question: PlaylistQuestion, *, now_ms: int) -> None:
    await library.run(SET_ASIDE, **_group(account, question), now_ms=now_ms)
    uid = id_bytes(question.subject[2:])
    await library.run(HIDE, source_id=account.source_id, id=uid, question_id=question.id)


async def _delete_without_asking(library: Writer, act: Act, account: Account, uid: bytes) -> str:
    outbox = act.outbox(library, account)
    op_id, n = outbox.number()
    await outbox.add(NewOperation(PlaylistDelete(op_id, n, act.at, id_text(uid)), playlist_group(uid)))
    await outbox.save()
    return op_id


async def _call_back(library: Writer, op_id: str) -> bool:
    """Whether the operation had not been sent yet; it is gone then."""
    if await library.one(STILL_WAITS, op_id=id_bytes(op_id)) is None:
        return False
    await library.run(DROP_OPERATION, op_id=id_bytes(op_id))
    return True


async def _unmake(library: Writer, act: Act, undo: Mapping[str, Any]) -> None:
    """The playlist that the answer made goes, unless somebody has changed it since."""
    made = int(undo["made"])
    if await find_playlist(library, made) is None:
        return
    if await _fingerprint(library, made) == undo.get("as"):
        await delete_playlist(library, act, made, asks=False)


async def _fingerprint(library: Reader, playlist_id: int) -> list[str]:
    playlist = await find_playlist(library, playlist_id)
    assert playlist is not None, playlist_id
    return [playlist.name, *(entry.id for entry in await list_entries(library, playlist_id))]


async def _account(library: Writer, source_id: SourceId) -> Account:
    account = await open_account(library, source_id)
    assert account is not None, "its playlists came with an account"
    return account


async def _name(library: Reader, shown_id: int | None, question: PlaylistQuestion) -> str:
    """One that can be given again: its server, or the client that made it, may know other bounds."""
    row = None if shown_id is None else await library.one(NAME_OF, id=shown_id)
    name = str(question.evidence.get("name", "") if row is None else row[0])[:NAME_CHARS_MAX]
    return name if name.strip() else "playlist"


def _group(account: Account, question: PlaylistQuestion) -> dict[str, Value]:
    return {
        "question_id": question.id,
        "source_id": account.source_id,
        "account_id": account.account_id,
        "group_key": question.subject,
    }


def _kept(entry: PlaylistEntry) -> Sequence[str | int | None]:
    return (None if entry.remote_track_id is None else entry.remote_track_id.hex(), entry.track_id, entry.title)


def _read_kept(kept: Sequence[Any]) -> PlaylistEntry:
    remote = None if kept[0] is None else bytes.fromhex(kept[0])
    return PlaylistEntry("", kept[1], kept[2], None, None, None, _UNKNOWN, "", is_pending=False, remote_track_id=remote)
