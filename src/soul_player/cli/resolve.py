"""`soul resolve`: the decisions that wait for a person, and answering them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.words import count
from soul_player.client import Question, QuestionId, QuestionKind, QuestionNotFound
from soul_player.protocol.times import time_text

# `mine` is what this device has, `theirs` what the source says. Where a question has words of its own for that:
_ANSWERS: Mapping[QuestionKind, Mapping[str, str]] = {QuestionKind.MASS_DELETION: {"mine": "keep", "theirs": "apply"}}


def run(flags: Flags, question_id: int | None, *, keep: str | None) -> int:
    """With an id and a choice: answer; else list what waits."""
    if keep is not None and question_id is None:
        raise CommandFailed("usage", "which decision? soul resolve lists them with their ids", exit_code=ExitCode.USAGE)
    return asyncio.run(_run(flags, question_id, keep=keep))


async def _run(flags: Flags, question_id: int | None, *, keep: str | None) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        questions = await client.questions.list()
        if question_id is None:
            return _listed(output, questions)
        question = next((one for one in questions if one.id == question_id), None)
        if question is None:
            raise QuestionNotFound(f"no decision with the id {question_id} waits", hint="soul resolve lists them")
        if keep is None:
            return _listed(output, [question])
        if keep not in answers(question):
            raise CommandFailed(
                "no_such_choice", f"{keep} is no answer to it", hint=f"choose one of {', '.join(answers(question))}",
                exit_code=ExitCode.USAGE,
            )  # fmt: skip
        changed = await client.questions.answer(QuestionId(question_id), answers(question)[keep])
    output.record({"resolved": question_id, "keep": keep, "tracks": changed})
    output.result(f"resolved {question_id}: {keep} ({count(changed, 'track')})")
    return ExitCode.OK


def _listed(output: Output, questions: list[Question]) -> int:
    output.record({"decisions": [decision_record(question) for question in questions]})
    for question in questions:
        output.result(f"{question.id}  {question_text(question)}")
        for keep in answers(question):
            output.result(f"   soul resolve {question.id} --keep {keep}")
    if not questions:
        output.message("nothing waits for a decision")
    return ExitCode.OK


def answers(question: Question) -> Mapping[str, str]:
    """What may be said on the command line -> what the question calls it."""
    return _ANSWERS.get(question.kind) or {choice: choice for choice in question.choices}


def question_text(question: Question) -> str:
    """What is asked, for people."""
    if question.kind is QuestionKind.MASS_DELETION:
        gone, total = question.evidence["tracks"], question.evidence["of"]
        return (
            f"{question.source_name} says that {gone:,} of its {count(total, 'track')} are gone. "
            "Go on showing them (mine), or let them go (theirs)?"
        )
    evidence = ", ".join(f"{name}: {value}" for name, value in question.evidence.items())
    return f"{question.source_name}: {question.kind.value.replace('_', ' ')} ({evidence})"


def decision_record(question: Question) -> dict[str, Any]:
    """The JSON that programs rely on."""
    return {
        "id": question.id,
        "kind": question.kind.value,
        "question": question_text(question),
        "choices": list(answers(question)),
        "evidence": dict(question.evidence),
        "asked_at": time_text(question.asked_at_ms),
    }
