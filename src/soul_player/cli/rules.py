"""`soul rule`: what is kept on this device by itself."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.words import count, size
from soul_player.client import Rule, RuleKind, RulePreview
from soul_player.protocol.quality import StreamQuality

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]?)b?")


def list_all(flags: Flags) -> int:
    """The built-in ones, one's own, and what was asked for."""
    return asyncio.run(_list(flags))


def add(flags: Flags, name: str, query: str, *, weight: int, budget: str | None, quality: str | None) -> int:
    """Its preview is told with it."""
    return asyncio.run(
        _add(flags, name, query, weight=weight, budget_bytes=bytes_of(budget), quality=_quality(quality))
    )


def change(flags: Flags, name: str, changes: Mapping[str, Any]) -> int:
    """What `changes` names: `name`, `query`, `weight`, `budget` (a size, or `none`), `quality`, `is_on`."""
    changed = dict(changes)
    if "budget" in changed:
        budget = changed.pop("budget")
        changed["budget_bytes"] = None if budget == "none" else bytes_of(budget)
    if "quality" in changed:
        changed["quality"] = _quality(changed["quality"])
    if "is_on" in changed:
        changed["is_live"] = changed.pop("is_on")
    return asyncio.run(_change(flags, name, changed))


def remove(flags: Flags, name: str) -> int:
    """By name or id."""
    return asyncio.run(_remove(flags, name))


def preview(flags: Flags, query: str, *, budget: str | None, quality: str | None) -> int:
    """Nothing is changed."""
    return asyncio.run(_preview(flags, query, budget_bytes=bytes_of(budget), quality=_quality(quality)))


def _quality(name: str | None) -> StreamQuality:
    return StreamQuality.ORIGINAL if name is None else StreamQuality(name)


def bytes_of(text: str | None) -> int | None:
    """`5GB`, `800 mb`, `1000000`. Raises `CommandFailed` for what is no size."""
    if text is None:
        return None
    match = _SIZE.fullmatch(text.strip().lower())
    number = 0 if match is None else round(float(match.group(1)) * _UNITS[match.group(2)])
    if number <= 0:
        raise CommandFailed("bad_size", f"{text!r} is no size", hint="like 5GB or 800MB", exit_code=ExitCode.USAGE)
    return number


async def _list(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        rules = await client.downloads.rules.list()
    output.record({"rules": [_record(rule) for rule in rules]})
    rows = [
        (str(rule.id), rule.name, _kind(rule), str(rule.weight) if rule.kind is not RuleKind.ASKED else "",
         "" if rule.budget_bytes is None else size(rule.budget_bytes), count(rule.tracks, "track"),
         size(rule.size_bytes), rule.query)
        for rule in rules
    ]  # fmt: skip
    headings = ("id", "name", "kind", "weight", "room", "keeps", "here", "query")
    for line in table(rows, headings=headings, widths_max=(6, 30)):
        output.result(line)
    return ExitCode.OK


async def _add(
    flags: Flags, name: str, query: str, *, weight: int, budget_bytes: int | None, quality: StreamQuality
) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        rules = client.downloads.rules
        found = await rules.preview(query, budget_bytes=budget_bytes, quality=quality)
        rule = await rules.add(name, query, weight=weight, budget_bytes=budget_bytes, quality=quality)
    output.record({"id": rule.id, "name": rule.name, **_preview_record(found)})
    output.result(f"{rule.name}: {preview_line(found)}")
    return ExitCode.OK


async def _change(flags: Flags, name: str, changes: Mapping[str, Any]) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        rules = client.downloads.rules
        changed = await rules.change(replace(await rules.find(name), **changes))
        rule = next(one for one in await rules.list() if one.id == changed.id)
    output.record(_record(rule))
    output.result(
        f"{rule.name}: keeps {count(rule.tracks, 'track')}"
        if rule.is_live
        else f"{rule.name} is off; what only it kept stays until room is needed"
    )
    return ExitCode.OK


async def _remove(flags: Flags, name: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        rule = await client.downloads.rules.find(name)
        await client.downloads.rules.remove(rule.id)
    output.record({"id": rule.id, "name": rule.name})
    output.result(f"removed {rule.name}; what only it kept stays until room is needed")
    return ExitCode.OK


async def _preview(flags: Flags, query: str, *, budget_bytes: int | None, quality: StreamQuality) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        found = await client.downloads.rules.preview(query, budget_bytes=budget_bytes, quality=quality)
    output.record(_preview_record(found))
    output.result(preview_line(found))
    return ExitCode.OK


def preview_line(found: RulePreview) -> str:
    """`318 tracks, 9.4 GB; 211 on this device, 6.3 GB; 95 to fetch, 2.9 GB; 12 beyond its room`."""
    line = f"{count(found.tracks, 'track')}, {size(found.size_bytes)}"
    if found.here:
        line += f"; {found.here:,} on this device, {size(found.here_bytes)}"
    if found.fetched:
        line += f"; {found.fetched:,} to fetch, {size(found.fetched_bytes)}"
    if found.beyond_budget:
        line += f"; {found.beyond_budget:,} beyond its room"
    return line


def _preview_record(found: RulePreview) -> dict[str, int]:
    return {
        "tracks": found.tracks,
        "bytes": found.size_bytes,
        "here": found.here,
        "here_bytes": found.here_bytes,
        "fetched": found.fetched,
        "fetched_bytes": found.fetched_bytes,
        "beyond_budget": found.beyond_budget,
    }


def _record(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "kind": rule.kind.value,
        "name": rule.name,
        "query": rule.query,
        "live": rule.is_live,
        "weight": rule.weight,
        "budget_bytes": rule.budget_bytes,
        "quality": rule.quality.value,
        "tracks": rule.tracks,
        "bytes": rule.size_bytes,
    }


def _kind(rule: Rule) -> str:
    return {RuleKind.ASKED: "you asked", RuleKind.BUILT_IN: "built in", RuleKind.OWN: "yours"}[rule.kind] + (
        "" if rule.is_live or rule.kind is RuleKind.ASKED else ", off"
    )
