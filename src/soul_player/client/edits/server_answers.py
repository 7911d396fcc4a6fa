"""Answers to the question what the other server is that answers at the address of a known one, and taking one back."""

import json
from typing import Any, assert_never

from soul_player.client.edits.act import Act
from soul_player.client.errors import QuestionNotFound
from soul_player.client.library.model import ServerChangedAnswer, SourceId, SourceType
from soul_player.client.library.playlist_questions import ANSWER, REOPEN, PlaylistQuestion
from soul_player.client.library.rebuilds import begin_rebuild, take_rebuild_back
from soul_player.client.library.source_names import free_name, quoted
from soul_player.client.library.sources import NewSource, add_source, all_sources, find_source, remove_source
from soul_player.database.access import Writer
from soul_player.protocol.ids import ServerId


async def answer_server(library: Writer, act: Act, question: PlaylistQuestion, choice: str) -> None:
    """Do what was chosen, and keep what taking it back needs. Raises `SourceExists`, `QuestionNotFound`."""
    server_id = ServerId(question.evidence["server_id"])
    undo: dict[str, Any] = {}
    match ServerChangedAnswer(choice):
        case ServerChangedAnswer.REBUILT:
            await begin_rebuild(library, question.source_id, question.id, server_id)
        case ServerChangedAnswer.ANOTHER:
            made = await _add_other(library, act, question, server_id)
            undo = {} if made is None else {"made": made}
        case ServerChangedAnswer.LEAVE:
            pass
        case other:
            assert_never(other)
    await library.run(ANSWER, id=question.id, answer=choice, now_ms=act.now_ms, undo=json.dumps(undo))


async def undo_server(library: Writer, question: PlaylistQuestion) -> None:
    """The question is open again. Raises `QuestionNotFound` when somebody has built on the answer."""
    if question.answer is None:
        raise QuestionNotFound(f"question {question.id} has no answer that could be taken back")
    match ServerChangedAnswer(question.answer):
        case ServerChangedAnswer.REBUILT:
            await take_rebuild_back(library, question.source_id, question.id)
        case ServerChangedAnswer.ANOTHER:
            await _remove_other(library, question)
        case ServerChangedAnswer.LEAVE:
            pass
        case other:
            assert_never(other)
    await library.run(REOPEN, id=question.id)


async def _add_other(library: Writer, act: Act, question: PlaylistQuestion, server_id: ServerId) -> SourceId | None:
    """A source of its own, which needs its own sign-in; None when that server is one already."""
    sources = await all_sources(library)
    source = await find_source(library, question.source_id)
    assert source is not None, "its questions go with it"
    if any(other.server_id == server_id for other in sources):
        return None
    # Where it was met; the other addresses are still those of the server that was added.
    url = question.evidence.get("url")
    address = next((one for one in source.addresses if one.url == url), source.addresses[0])
    new = NewSource(
        name=free_name(None, sources, otherwise=str(question.evidence.get("name") or source.name)),
        type=SourceType.SERVER,
        urls=(address.url,),
        server_id=server_id,
        fingerprint=address.fingerprint,
        is_insecure=address.is_insecure,
        needs_sign_in=True,
    )
    return await add_source(library, new, now_ms=act.now_ms)


async def _remove_other(library: Writer, question: PlaylistQuestion) -> None:
    made = (question.undo or {}).get("made")
    source = None if made is None else await find_source(library, SourceId(made))
    if source is None:
        return
    if source.account_id is not None:
        raise QuestionNotFound(
            f"you have signed in at {source.name} since",
            hint=f"remove it with: soul source remove {quoted(source.name)}",
        )
    await remove_source(library, source.id)
