"""What waits for a person: questions, and edits that no server took; answering, and taking an answer back."""

from collections.abc import Sequence
from dataclasses import replace

from soul_player.client.dedupe.questions import merge_evidence
from soul_player.client.edits.act import Act
from soul_player.client.edits.answers import answer_playlist, undo_answer
from soul_player.client.edits.failed import correct_edit, discard_edit, retry_edit
from soul_player.client.edits.merge_answers import Answered, Similar, answer_merge, count_similar, undo_merge
from soul_player.client.edits.server_answers import answer_server, undo_server
from soul_player.client.errors import QuestionNotFound
from soul_player.client.library.decisions import answer_deletion_question, open_question
from soul_player.client.library.failed_edits import FailedEdit, list_failed
from soul_player.client.library.model import Question, QuestionId, QuestionKind
from soul_player.client.library.playlist_questions import PlaylistQuestion, find_question
from soul_player.client.library.questions import count_questions, open_questions
from soul_player.database.access import Database, Reader, Writer
from soul_player.edges import Clock, Randomness


class Questions:
    """Decisions of this home. None of them holds anything up."""

    def __init__(self, database: Database, *, clock: Clock, randomness: Randomness) -> None:
        self._database = database
        self._clock = clock
        self._randomness = randomness

    async def answer(self, question_id: QuestionId, choice: str) -> int:
        """Do what was chosen, in one transaction; how many tracks it changed. Raises `QuestionNotFound`."""
        return await self._database.write(_answer, self._act(), question_id, choice)

    async def answer_merge(
        self, question_id: QuestionId, choice: str, *, pairs: Sequence[int] | None = None, similar: bool = False
    ) -> Answered:
        """Whether tracks are one recording: all pairs of the question, or these; with `similar`, also those of other
        questions that are asked for the same reasons between the same sources. Raises `QuestionNotFound`."""
        return await self._database.write(answer_merge, self._act(), question_id, choice, pairs=pairs, similar=similar)

    async def similar(self, question_id: QuestionId) -> Similar:
        """How much `answer_merge` with `similar` would answer. Raises `QuestionNotFound`."""
        return await self._database.read(count_similar, question_id)

    async def undo(self, question_id: QuestionId) -> None:
        """Take an answer back: about a playlist within 30 days, about a server until you have signed in.

        Raises `QuestionNotFound`.
        """
        await self._database.write(_undo, self._act(), question_id)

    async def retry(self, edit_id: str) -> None:
        """A failed edit waits again. Raises `FailedEditNotFound`."""
        await self._database.write(retry_edit, self._act(), edit_id)

    async def correct(self, edit_id: str, *, name: str | None = None, rating: int | None = None) -> None:
        """A failed edit waits again, with another name or rating. Raises `FailedEditNotFound`, `EditInvalid`."""
        await self._database.write(correct_edit, self._act(), edit_id, name=name, rating=rating)

    async def discard(self, edit_id: str) -> None:
        """Let go of a failed edit, and of what depends on it. Raises `FailedEditNotFound`."""
        await self._database.write(discard_edit, self._act(), edit_id)

    async def failed_edits(self) -> list[FailedEdit]:
        """What no server took, the oldest first."""
        return await self._database.read(list_failed)

    async def list(self) -> list[Question]:
        """All that wait, the oldest first."""
        return await self._database.read(_list)

    async def count(self) -> int:
        """How many wait."""
        return await self._database.read(count_questions)

    def _act(self) -> Act:
        return Act(self._clock.now_ms(), self._randomness)


async def _list(library: Reader) -> list[Question]:
    questions = await open_questions(library)
    if not any(question.kind is QuestionKind.MERGE for question in questions):
        return questions
    found = await merge_evidence(library)
    return [
        replace(question, evidence=found[question.id]) if question.id in found else question for question in questions
    ]


async def _answer(library: Writer, act: Act, question_id: QuestionId, choice: str) -> int:
    question = await open_question(library, question_id, choice)
    if question.kind is QuestionKind.MASS_DELETION:
        return await answer_deletion_question(library, question_id, choice, now_ms=act.now_ms)
    if question.kind is QuestionKind.MERGE:
        return (await answer_merge(library, act, question_id, choice)).tracks
    if question.kind is QuestionKind.SERVER_CHANGED:
        await answer_server(library, act, await _find(library, question_id), choice)
        return 0
    await answer_playlist(library, act, await _find(library, question_id), choice)
    return 0


async def _undo(library: Writer, act: Act, question_id: QuestionId) -> None:
    question = await _find(library, question_id)
    if question.kind is QuestionKind.MASS_DELETION:
        raise QuestionNotFound("deletions that were applied come back with a full sync", hint="soul sync --full")
    if question.kind is QuestionKind.MERGE:
        await undo_merge(library, act, question)
        return
    if question.kind is QuestionKind.SERVER_CHANGED:
        await undo_server(library, question)
        return
    await undo_answer(library, act, question)


async def _find(library: Reader, question_id: QuestionId) -> PlaylistQuestion:
    question = await find_question(library, question_id)
    if question is None:
        raise QuestionNotFound(f"there is no question with the id {question_id}", hint="soul resolve lists them")
    return question
