"""`soul status`: how the library and its sources are, from what this device knows."""

import asyncio
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.progress import Step, step_text
from soul_player.cli.sync_there import progress_there
from soul_player.cli.words import ago, count, size
from soul_player.client import (
    BadgeAction,
    BadgeState,
    ClientStatus,
    Connectivity,
    Source,
    SourceAddress,
    SourceBadge,
    SourceType,
    quoted,
    shown_path,
    synced_at_ms,
)
from soul_player.protocol.times import time_text


def run(flags: Flags) -> int:
    """Reads the library; asks no server."""
    return asyncio.run(_run(flags))


async def _run(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        status = await client.status.read()
        tracks = await client.library.count()
        stored = await client.downloads.store.storage()
        limit_bytes = client.config.cache_limit_bytes
        steps = await progress_there(client)
    free_bytes = shutil.disk_usage(flags.home).free
    storage = {
        "kept_bytes": stored.kept_bytes, "automatic_bytes": stored.automatic_bytes, "limit_bytes": limit_bytes,
        "free_bytes": free_bytes,
    }  # fmt: skip
    output.record({**status_record(status), "storage": storage, "progress": _progress_record(steps)})
    sources = f"{count(tracks, 'track')} from {count(len(status.sources), 'source')}"
    output.result(f"{status.badge.label}: {sources}")
    now_ms = time.time_ns() // 1_000_000
    for line in [*_source_lines(status, now_ms=now_ms), *_progress_lines(status, steps), *_waiting_lines(status)]:
        output.result(line)
    if stored.copies:
        kept, automatic = size(stored.kept_bytes), size(stored.automatic_bytes)
        output.result(f"  {kept} kept, {automatic} automatic, of {size(limit_bytes)} for downloads")
    output.result(f"  {size(free_bytes)} free at {flags.home}")
    return ExitCode.OK


def _source_lines(status: ClientStatus, *, now_ms: int) -> list[str]:
    """A line each, in the order of the list; then what is the matter, the worst first, and what can be done."""
    badges = {badge.source_id: badge for badge in status.badge.sources}
    rows = [
        (f"  {source.name}", source_state(source, badges[source.id]), count(source.tracks, "track"),
         ago(source.last_sync_at_ms, now_ms))
        for source in status.sources
    ]  # fmt: skip
    lines = table(rows)
    by_id = {source.id: source for source in status.sources}
    for badge in status.badge.sources:
        if badge.state in {BadgeState.FAILED, BadgeState.OFFLINE} and not status.works_offline:
            lines.append(f"  {badge.source_name}: {badge.reason}")
            todo = what_to_do(badge, by_id[badge.source_id])
            if todo:
                lines.append(f"    {todo}")
        lines.extend(address_lines(by_id[badge.source_id]))
    if status.works_offline:
        lines.append("  working offline: no server is asked anything until soul offline off")
    return lines


def _progress_lines(status: ClientStatus, steps: Mapping[int, Sequence[Step]]) -> list[str]:
    """As the process says that syncs."""
    names: Mapping[int, str] = {source.id: source.name for source in status.sources}
    return [f"  {names[each]}: {step_text(step)}" for each in steps if each in names for step in steps[each]]


def _progress_record(steps: Mapping[int, Sequence[Step]]) -> list[dict[str, Any]]:
    return [
        {"source_id": each, "phase": step.phase, "done": step.done, "total": step.total}
        for each in steps
        for step in steps[each]
    ]


def _waiting_lines(status: ClientStatus) -> list[str]:
    lines = []
    if status.waiting_edits:
        lines.append(f"  {count(status.waiting_edits, 'edit')} waiting to be sent")
    if status.decisions:
        lines.append(f"  {count(status.decisions, 'decision')} waiting: soul resolve")
    if status.failed_edits:
        lines.append(f"  {count(status.failed_edits, 'edit')} that no server takes: soul resolve")
    downloads = status.downloads
    if downloads.pending or downloads.active or downloads.failed:
        lines.append(
            f"  downloads: {downloads.pending:,} pending, {downloads.active:,} active, {downloads.failed:,} failed"
        )
    return lines


def what_to_do(badge: SourceBadge, source: Source) -> str | None:
    """The one thing, as a command."""
    match badge.action:
        case BadgeAction.SIGN_IN:
            return f"sign in: soul source login {quoted(source.name)}"
        case BadgeAction.CHECK_CERTIFICATE:
            return f"check the certificate: soul source trust {quoted(source.name)}"
        case BadgeAction.DECIDE:
            return "say what it is: soul resolve"
        case BadgeAction.ADD_ADDRESS:
            return f"say where it is now: soul source address add {quoted(source.name)} URL"
        case BadgeAction.FREE_SPACE:
            return "make room on the disk"
        case BadgeAction.RETRY if badge.state is BadgeState.FAILED:
            return f"try again: soul sync {quoted(source.name)}"
        case _:
            return None


def source_state(source: Source, badge: SourceBadge) -> str:
    """The one word for a source: what can be done with it, and how its last sync ended."""
    if badge.state is BadgeState.SYNCING:
        return "syncing"
    connectivity = source.connectivity
    if connectivity is not Connectivity.ONLINE:
        return connectivity.value.replace("_", " ")
    if badge.state is not BadgeState.SYNCED:
        return badge.state.value
    return "synced" if source.last_sync_at_ms is not None else "not synced yet"


def address_of(source: Source) -> str:
    """Where it is, for people: a folder's name may hold bytes that are no text."""
    return source.url if source.type is SourceType.SERVER else shown_path(source.url)


def address_lines(source: Source) -> list[str]:
    """Of a server that is known by several."""
    if len(source.addresses) < 2:
        return []
    return [
        f"  {source.name} at {one.url}: {seen_text(one, is_first=not at)}" for at, one in enumerate(source.addresses)
    ]


def seen_text(address: SourceAddress, *, is_first: bool) -> str:
    """What was last met there."""
    if address.seen is None:
        return "not asked yet"
    if address.seen is Connectivity.ONLINE:
        return "in use" if is_first else "answers"
    return f"{address.seen.value.replace('_', ' ')}: {address.error}"


def status_record(status: ClientStatus) -> dict[str, Any]:
    """The JSON that programs rely on."""
    synced_ms = synced_at_ms([one for one in status.sources if one.last_sync_at_ms is not None])
    badges = {badge.source_id: badge for badge in status.badge.sources}
    return {
        "badge": status.badge.state.value,
        "label": status.badge.label,
        "reason": status.badge.reason,
        "action": status.badge.action.value,
        "last_synced_at": None if synced_ms is None else time_text(synced_ms),
        "sources": [
            {
                **source_record(source),
                "state": badges[source.id].state.value,
                "reason": badges[source.id].reason,
                "action": badges[source.id].action.value,
            }
            for source in status.sources
        ],
        "waiting_edits": status.waiting_edits,
        "decisions": status.decisions + status.failed_edits,
        "working_offline": status.works_offline,
        "downloads": asdict(status.downloads),
    }


def source_record(source: Source) -> dict[str, Any]:
    """One source for programs."""
    record: dict[str, Any] = {
        "id": source.id,
        "name": source.name,
        "type": source.type.value,
        "url": address_of(source),
        "online": not source.is_offline,
        "connectivity": source.connectivity.value,
        "active": source.is_active,
        "tracks": source.tracks,
        "last_sync_at": time_text(source.last_sync_at_ms) if source.last_sync_at_ms is not None else None,
        "error": source.last_error,
    }
    if source.type is SourceType.SERVER:
        record["addresses"] = [address_record(address) for address in source.addresses]
    return record


def address_record(address: SourceAddress) -> dict[str, Any]:
    """One address for programs. `seen` is null until it was asked for the first time."""
    return {
        "url": address.url,
        "seen": None if address.seen is None else address.seen.value,
        "seen_at": None if address.seen_at_ms is None else time_text(address.seen_at_ms),
        "error": address.error,
        "fingerprint": address.fingerprint,
    }
