"""The questions that wait for a person, and what their answers do."""

from soul_player.client.errors import QuestionNotFound
from soul_player.client.library.deletions import answer_deletions
from soul_player.client.library.model import DeletionAnswer, Question, QuestionId
from soul_player.client.library.questions import open_questions, write_answer
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock


class Questions:
    """Decisions of this home."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self) -> list[Question]:
        """All that wait, the oldest first."""
        return await self._database.read(open_questions)

    async def answer(self, question_id: QuestionId, choice: str) -> int:
        """Do what was chosen, in one transaction; how many tracks it changed. Raises `QuestionNotFound`."""
        return await self._database.write(_answer, question_id, choice, now_ms=self._clock.now_ms())


async def _answer(library: Writer, question_id: QuestionId, choice: str, *, now_ms: int) -> int:
    question = next((one for one in await open_questions(library) if one.id == question_id), None)
    if question is None:
        raise QuestionNotFound(f"no question with the id {question_id} is open")
    if choice not in question.choices:
        raise QuestionNotFound(f"{choice} is no answer to it", hint=f"choose one of {', '.join(question.choices)}")
    await write_answer(library, question_id, choice, now_ms=now_ms)
    return await answer_deletions(library, question.source_id, question_id, DeletionAnswer(choice))
