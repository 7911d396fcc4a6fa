"""The questions that wait for a person, and answering those about deletions that were held."""

from soul_player.client.errors import QuestionNotFound
from soul_player.client.library.deletions import answer_deletions
from soul_player.client.library.model import DeletionAnswer, Question, QuestionId
from soul_player.client.library.questions import open_questions, write_answer
from soul_player.database.access import Reader, Writer


async def answer_deletion_question(library: Writer, question_id: QuestionId, choice: str, *, now_ms: int) -> int:
    """What a person decided about deletions that were held; how many tracks it changed."""
    question = await open_question(library, question_id, choice)
    await write_answer(library, question_id, choice, now_ms=now_ms)
    return await answer_deletions(library, question.source_id, question_id, DeletionAnswer(choice))


async def open_question(library: Reader, question_id: QuestionId, choice: str) -> Question:
    """The open question that this is a choice of. Raises `QuestionNotFound`."""
    question = next((one for one in await open_questions(library) if one.id == question_id), None)
    if question is None:
        raise QuestionNotFound(f"no question with the id {question_id} is open", hint="soul resolve lists them")
    if choice not in question.choices:
        raise QuestionNotFound(f"{choice} is no answer to it", hint=f"choose one of {', '.join(question.choices)}")
    return question
