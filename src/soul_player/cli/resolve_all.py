"""`soul resolve --all`: one choice for everything that waits and offers it."""

import asyncio
from typing import Any

from soul_player.cli.ask import confirmed
from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.resolve import Choice, answers
from soul_player.cli.words import count
from soul_player.client import Client, FailedEditNotFound, QuestionNotFound


def run_all(flags: Flags, wanted: str | None, choice: Choice) -> int:
    """`--keep`: every decision that offers it. `--retry`, `--discard`: every edit that no server took."""
    if wanted is not None:
        raise CommandFailed("usage", f"either {wanted} or --all", exit_code=ExitCode.USAGE)
    if choice.count != 1 or choice.value is not None or choice.undoes:
        raise CommandFailed(
            "usage", "--all goes with one of --keep, --retry and --discard", exit_code=ExitCode.USAGE
        )  # fmt: skip
    return asyncio.run(_keep_all(flags, choice.keep) if choice.keep is not None else _all_edits(flags, choice))


async def _keep_all(flags: Flags, keep: str) -> int:
    """What does not offer it goes on waiting, and is told: exit 6."""
    output = Output(flags)
    resolved: list[dict[str, Any]] = []
    left: list[int] = []
    async with opened_client(flags) as client:
        for question in await client.questions.list():
            if keep not in answers(question):
                left.append(question.id)
                continue
            try:
                changed = await client.questions.answer(question.id, answers(question)[keep])
            except QuestionNotFound:
                # An answer before it, or another device's edit, has settled this one too.
                continue
            resolved.append({"id": question.id, "keep": keep, "tracks": changed})
    output.record({"resolved": resolved, "left": left})
    if not resolved and not left:
        output.message("nothing waits for a decision")
        return ExitCode.OK
    output.result(f"resolved {count(len(resolved), 'decision')}: {keep}")
    if left:
        ids = ", ".join(str(one) for one in left)
        output.message(f"{keep} is no answer to {ids}: soul resolve lists what is")
        return ExitCode.PARTLY_DONE
    return ExitCode.OK


async def _all_edits(flags: Flags, choice: Choice) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        failed = [edit.id for edit in await client.questions.failed_edits()]
        question = f"Let go of {count(len(failed), 'edit')} that no server took? They cannot be had again."
        if choice.discards and failed and not confirmed(question, yes=flags.yes):
            raise CommandFailed("not_confirmed", "nothing was discarded")
        done = [edit_id for edit_id in failed if await _one_edit(client, edit_id, discards=choice.discards)]
    said = "discarded" if choice.discards else "retried"
    output.record({said: done})
    if not failed:
        output.message("no edit has failed")
    elif choice.discards:
        output.result(f"{count(len(failed), 'edit')} let go of")
    else:
        output.result(f"{count(len(done), 'edit')} waiting to be sent again")
    return ExitCode.OK


async def _one_edit(client: Client, edit_id: str, *, discards: bool) -> bool:
    """False: it went together with one that it depends on."""
    try:
        await (client.questions.discard(edit_id) if discards else client.questions.retry(edit_id))
    except FailedEditNotFound:
        return False
    return True
