"""`soul resolve`: the decisions that wait for a person, and answering them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from soul_player.cli.ask import confirmed
from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.merges import PAIRS_LISTED_MAX, merge_text, pair_lines
from soul_player.cli.numbers import id_number
from soul_player.cli.output import Output
from soul_player.cli.words import count
from soul_player.client import Client, FailedEdit, Question, QuestionId, QuestionKind, QuestionNotFound
from soul_player.protocol.times import time_text

# `mine` is what this device has, `theirs` what the source says. Where a question has words of its own for that:
_ANSWERS: Mapping[QuestionKind, Mapping[str, str]] = {QuestionKind.MASS_DELETION: {"mine": "keep", "theirs": "apply"}}

STARS = ("0", "1", "2", "3", "4", "5")
# Refused by the library, in its words.
NO_RATING = -1


@dataclass(frozen=True)
class Choice:
    """What is to be done: at most one of them."""

    keep: str | None = None
    retries: bool = False
    value: str | None = None
    discards: bool = False
    undoes: bool = False
    # Of a question whether tracks are one recording: these pairs only, or also what is asked for the same reasons.
    pairs: tuple[int, ...] = ()
    similar: bool = False
    is_sure: bool = False

    @property
    def count(self) -> int:
        """How many of them were given."""
        return sum((self.keep is not None, self.retries, self.value is not None, self.discards, self.undoes))


def run(flags: Flags, wanted: str | None, choice: Choice) -> int:
    """With an id and a choice: answer; else list what waits."""
    if choice.count > 1:
        raise CommandFailed("usage", "one thing at a time", exit_code=ExitCode.USAGE)
    if choice.count and wanted is None:
        raise CommandFailed("usage", "which decision? soul resolve lists them with their ids", exit_code=ExitCode.USAGE)
    return asyncio.run(_run(flags, wanted, choice))


async def _run(flags: Flags, wanted: str | None, choice: Choice) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        if wanted is None:
            return _listed(output, await client.questions.list(), await client.questions.failed_edits())
        if choice.retries or choice.discards or choice.value is not None:
            return await _answer_edit(output, client, wanted, choice)
        number = id_number(wanted)
        if number is None:
            raise QuestionNotFound(f"no decision with the id {wanted} waits", hint="soul resolve lists them")
        question_id = QuestionId(number)
        if choice.undoes:
            await client.questions.undo(question_id)
            output.record({"undone": question_id})
            output.result(f"the answer to {question_id} is taken back: it waits again")
            return ExitCode.OK
        question = next((one for one in await client.questions.list() if one.id == question_id), None)
        if question is None:
            raise QuestionNotFound(f"no decision with the id {wanted} waits", hint="soul resolve lists them")
        if choice.keep is None:
            return _listed(output, [question], [])
        return await _answer(output, client, question, choice)


async def _answer(output: Output, client: Client, question: Question, choice: Choice) -> int:
    keep = choice.keep or ""
    if keep not in answers(question):
        raise CommandFailed(
            "no_such_choice", f"{keep} is no answer to it", hint=f"choose one of {', '.join(answers(question))}",
            exit_code=ExitCode.USAGE,
        )  # fmt: skip
    if question.kind is QuestionKind.MERGE:
        return await _answer_merge(output, client, question, keep, choice)
    changed = await client.questions.answer(question.id, answers(question)[keep])
    output.record({"resolved": question.id, "keep": keep, "tracks": changed})
    what = f" ({count(changed, 'track')})" if question.kind is QuestionKind.MASS_DELETION else ""
    output.result(f"resolved {question.id}: {keep}{what}")
    return ExitCode.OK


async def _answer_merge(output: Output, client: Client, question: Question, keep: str, choice: Choice) -> int:
    if choice.similar:
        found = await client.questions.similar(question.id)
        asked = f"{keep} {count(found.pairs, 'pair')} in {count(found.questions, 'question')}, asked for like reasons?"
        if not confirmed(asked, yes=choice.is_sure):
            raise CommandFailed("not_resolved", "nothing was changed")
    answered = await client.questions.answer_merge(
        question.id, keep, pairs=choice.pairs or None, similar=choice.similar
    )
    output.record({"resolved": answered.question_id, "keep": keep, "tracks": answered.tracks})
    output.result(
        f"resolved: {keep} ({count(answered.tracks, 'track')}). "
        f"soul resolve {answered.question_id} --undo takes it back for 30 days"
    )
    return ExitCode.OK


async def _answer_edit(output: Output, client: Client, edit_id: str, choice: Choice) -> int:
    if choice.retries:
        await client.questions.retry(edit_id)
        said = "waits to be sent again"
    elif choice.discards:
        await client.questions.discard(edit_id)
        said = "is let go of"
    else:
        value = choice.value or ""
        edit = next((one for one in await client.questions.failed_edits() if one.id.endswith(edit_id)), None)
        if edit is not None and edit.operation == "rating.set":
            await client.questions.correct(edit_id, rating=int(value) if value in STARS else NO_RATING)
        else:
            await client.questions.correct(edit_id, name=value)
        said = "waits to be sent again, corrected"
    output.record({"edit": edit_id, "done": said})
    output.result(f"the edit {edit_id} {said}")
    return ExitCode.OK


def _listed(output: Output, questions: list[Question], failed: list[FailedEdit]) -> int:
    decisions = [decision_record(question) for question in questions]
    output.record({"decisions": decisions + [failed_record(edit) for edit in failed]})
    for question in questions:
        output.result(f"{question.id}  {question_text(question)}")
        if question.kind is QuestionKind.MERGE:
            for line in pair_lines(question.evidence, limit=PAIRS_LISTED_MAX if len(questions) > 1 else None):
                output.result(line)
        for keep in answers(question):
            output.result(f"   soul resolve {question.id} --keep {keep}")
    for edit in failed:
        output.result(f"{edit.id}  {failed_text(edit)}")
        for flag in failed_choices(edit):
            output.result(f"   soul resolve {edit.id} --{flag}{' VALUE' if flag == 'edit' else ''}")
    if not questions and not failed:
        output.message("nothing waits for a decision")
    return ExitCode.OK


def failed_text(edit: FailedEdit) -> str:
    """What happened, and why."""
    name = edit.fields.get("name")
    about = f" {name!r}" if name else ""
    return f"{edit.source_name} does not take this edit: {edit.operation}{about} ({edit.message})"


def failed_choices(edit: FailedEdit) -> list[str]:
    """What can be done about it."""
    return ["retry", *(["edit"] if edit.can_edit else []), "discard"]


def failed_record(edit: FailedEdit) -> dict[str, Any]:
    """As one of the decisions that programs are told."""
    return {
        "id": edit.id,
        "kind": "failed_edit",
        "question": failed_text(edit),
        "choices": failed_choices(edit),
        "evidence": {"operation": edit.operation, "reason": edit.reason, "message": edit.message, **edit.fields},
        "asked_at": time_text(edit.made_at_ms),
    }


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
    name = question.evidence.get("name", "a playlist")
    if question.kind is QuestionKind.PLAYLIST_DELETED:
        lost = "has lost" if question.evidence.get("restored") else "deleted"
        return (
            f"{question.source_name} {lost} the playlist {name!r}, which you have here with your edits. Put yours back "
            "(mine), keep it on this device only (local), or delete it here too (theirs)?"
        )
    if question.kind is QuestionKind.PLAYLIST_CHANGED:
        return (
            f"You deleted the playlist {name!r}, which was changed meanwhile on another device of yours. "
            "Delete it all the same (mine), or keep it (theirs)?"
        )
    if question.kind is QuestionKind.SERVER_CHANGED:
        called = f" ({question.evidence['name']})" if question.evidence.get("name") else ""
        return (
            f"Another server{called} answers at {question.evidence['url']} than {question.source_name}. Is it the same "
            "library, rebuilt, which gets what is yours when you have signed in there (rebuilt), another server, which "
            "becomes a source of its own (another), or shall nothing be done (leave)?"
        )
    if question.kind is QuestionKind.MERGE:
        return merge_text(question.evidence)
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
