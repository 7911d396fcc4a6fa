"""`/api/questions` and `/api/failed-edits`: what waits for a person; answering, and taking an answer back."""

from typing import Annotated, Any

import msgspec

from soul_player.client import Client, FailedEdit, Question, QuestionId, QuestionKind, QuestionNotFound
from soul_player.protocol.times import time_text
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import ID_MAX, Call
from soul_player.ui.problems import invalid

MISSING = "question_not_found"
PAIRS_MAX = 1_000

Id = Annotated[int, msgspec.Meta(ge=1, le=ID_MAX)]


class QuestionRow(msgspec.Struct, frozen=True):
    """A decision that waits; nothing else does meanwhile. What `evidence` holds follows from the kind.

    `playlist_id`: the one that it is about, where it is still shown.
    """

    id: int
    kind: str
    source_id: int | None
    source_name: str | None
    choices: tuple[str, ...]
    evidence: dict[str, Any]
    asked_at: str
    playlist_id: int | None


class QuestionList(msgspec.Struct, frozen=True):
    """All that wait, the oldest first."""

    questions: tuple[QuestionRow, ...]


class ChosenAnswer(msgspec.Struct, frozen=True):
    """`choice`: one of the question's. Of a `merge`: only these `pairs`, or with `similar` also those like them."""

    choice: Annotated[str, msgspec.Meta(max_length=50)]
    pairs: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=PAIRS_MAX)] | None = None
    similar: bool = False


class Answered(msgspec.Struct, frozen=True):
    """`question_id`: what takes the answer back. `tracks`: how many it changed."""

    question_id: int
    tracks: int


class SimilarCount(msgspec.Struct, frozen=True):
    """How much is asked for the same reasons between the same sources."""

    pairs: int
    questions: int


class FailedEditRow(msgspec.Struct, frozen=True):
    """An edit that no server takes. `fields`: what it says; `can_correct`: with another name or rating."""

    id: str
    source_id: int
    source_name: str
    operation: str
    fields: dict[str, Any]
    reason: str | None
    message: str | None
    can_correct: bool
    made_at: str


class FailedEditList(msgspec.Struct, frozen=True):
    """The oldest first."""

    failed_edits: tuple[FailedEditRow, ...]


class Correction(msgspec.Struct, frozen=True):
    """One of the two, whichever the edit is about."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)] | None = None
    rating: Annotated[int, msgspec.Meta(ge=0, le=5)] | None = None


class QuestionRoutes:
    """Parses and answers; `client.questions` decides."""

    def __init__(self, client: Client) -> None:
        self._questions = client.questions

    async def all(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Every decision that waits."""
        questions = await self._questions.list()
        return message_answer(QuestionList(tuple(_question_row(one) for one in questions)))

    async def answer(self, call: Call) -> Answer:
        """Do what was chosen."""
        question_id = _id(call)
        asked = await call.message(ChosenAnswer)
        question = next((one for one in await self._questions.list() if one.id == question_id), None)
        if question is None:
            raise QuestionNotFound(f"no question with the id {question_id} waits")
        if question.kind is QuestionKind.MERGE:
            done = await self._questions.answer_merge(
                question_id, asked.choice, pairs=asked.pairs, similar=asked.similar
            )
            return message_answer(Answered(done.question_id, done.tracks))
        if asked.pairs is not None or asked.similar:
            raise invalid("pairs and similar are for questions whether tracks are one recording")
        return message_answer(Answered(question_id, await self._questions.answer(question_id, asked.choice)))

    async def similar(self, call: Call) -> Answer:
        """How much an answer with `similar` would answer."""
        found = await self._questions.similar(_id(call))
        return message_answer(SimilarCount(found.pairs, found.questions))

    async def undo(self, call: Call) -> Answer:
        """Take an answer back: the question waits again."""
        await self._questions.undo(_id(call))
        return no_content()

    async def failed(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Every edit that no server takes."""
        edits = await self._questions.failed_edits()
        return message_answer(FailedEditList(tuple(_failed_row(one) for one in edits)))

    async def retry(self, call: Call) -> Answer:
        """Let a failed edit wait to be sent again."""
        await self._questions.retry(call.path_text("edit"))
        return no_content()

    async def correct(self, call: Call) -> Answer:
        """Let a failed edit wait again, with another name or rating."""
        asked = await call.message(Correction)
        if (asked.name is None) == (asked.rating is None):
            raise invalid("a name or a rating, one of the two")
        await self._questions.correct(call.path_text("edit"), name=asked.name, rating=asked.rating)
        return no_content()

    async def discard(self, call: Call) -> Answer:
        """Let go of a failed edit, and of what depends on it."""
        await self._questions.discard(call.path_text("edit"))
        return no_content()


def _question_row(question: Question) -> QuestionRow:
    return QuestionRow(
        id=question.id,
        kind=question.kind.value,
        source_id=question.source_id or None,
        source_name=question.source_name or None,
        choices=question.choices,
        evidence=dict(question.evidence),
        asked_at=time_text(question.asked_at_ms),
        playlist_id=question.playlist_id,
    )


def _failed_row(edit: FailedEdit) -> FailedEditRow:
    return FailedEditRow(
        id=edit.id,
        source_id=edit.source_id,
        source_name=edit.source_name,
        operation=edit.operation,
        fields=dict(edit.fields),
        reason=edit.reason,
        message=edit.message,
        can_correct=edit.can_edit,
        made_at=time_text(edit.made_at_ms),
    )


def _id(call: Call) -> QuestionId:
    return QuestionId(call.path_id("question_id", missing=MISSING))
