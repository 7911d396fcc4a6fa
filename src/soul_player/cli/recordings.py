"""`soul merge` and `soul split`: one recording, or not; remembered for ever."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from soul_player.cli.ask import confirmed
from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.merges import side_by_side
from soul_player.cli.numbers import id_number
from soul_player.cli.output import Output, table
from soul_player.cli.tracks import find_track
from soul_player.cli.words import duration


def merge(flags: Flags, first: str, second: str) -> int:
    """Show both side by side; what speaks against it is asked about."""
    return asyncio.run(_merge(flags, first, second))


def split(flags: Flags, name: str, *, source: str | None, part: int | None) -> int:
    """Take one source's track out of a recording."""
    return asyncio.run(_split(flags, name, source=source, part=part))


async def _merge(flags: Flags, first: str, second: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        kept, other = await find_track(client, first), await find_track(client, second)
        comparison = await client.recordings.evidence(kept.id, other.id)
        for line in side_by_side(comparison.record):
            output.result(line)
        if comparison.was_refused:
            output.result("  but you said that they are not one recording")
        if (comparison.reasons or comparison.was_refused) and not confirmed(
            "One recording all the same?", yes=flags.yes
        ):
            raise CommandFailed("not_merged", "nothing was changed")
        track_id = await client.recordings.merge(kept.id, other.id)
        output.record({"merged": track_id, "former": other.id, "evidence": comparison.record})
        output.result(f"one recording now: {kept.title} ({track_id}). soul split {track_id} takes it apart again")
    return ExitCode.OK


async def _split(flags: Flags, name: str, *, source: str | None, part: int | None) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        track = await find_track(client, name)
        parts = await client.recordings.parts(track.id)
        for line in table([_part_line(one) for one in parts]):
            output.result(line)
        chosen = _chosen(parts, source=source, part=part)
        own_id = await client.recordings.split(track.id, chosen["entry_id"])
        output.record({"split": track.id, "part": chosen["entry_id"], "source": chosen["source"], "track": own_id})
        output.result(
            f"{chosen['title']} of {chosen['source']} is a recording of its own ({own_id}), and stays one. "
            "soul merge turns that round"
        )
    return ExitCode.OK


def _part_line(part: dict[str, Any]) -> tuple[str, ...]:
    length = duration(part["duration_seconds"])
    return (f"  part {part['entry_id']}", part["source"], part["title"], part["album"] or "-", length)


def _chosen(parts: Sequence[dict[str, Any]], *, source: str | None, part: int | None) -> dict[str, Any]:
    """The one that is meant. Of two, either parts them: then the later one goes."""
    wanted = [
        one
        for one in parts
        if (part is None or one["entry_id"] == part)
        and (source is None or one["source"].casefold() == source.casefold())
    ]
    if not wanted:
        raise CommandFailed("no_such_part", "it has no such part", exit_code=ExitCode.NOT_FOUND)
    if len(parts) == 2 and part is None and source is None:
        return wanted[-1]
    if len(wanted) == 1:
        return wanted[0]
    if sys.stdin.isatty() and part is None:
        sys.stderr.write("Which part is another recording? ")
        sys.stderr.flush()
        answer = sys.stdin.readline().strip()
        number = id_number(answer)
        if number is not None:
            return _chosen(parts, source=source, part=number)
    raise CommandFailed(
        "which_part", "say which part is another recording", exit_code=ExitCode.USAGE,
        hint="--source NAME, or --part with one of " + ", ".join(str(one["entry_id"]) for one in wanted),
    )  # fmt: skip
