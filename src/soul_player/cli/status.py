"""`soul status`: how the library and its sources are, from what this device knows."""

import asyncio
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.words import ago, count, size
from soul_player.client import Source, SourceType, shown_path
from soul_player.protocol.times import time_text


def run(flags: Flags) -> int:
    """Reads the library; asks no server."""
    return asyncio.run(_run(flags))


async def _run(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        sources = await client.sources.list()
        questions = await client.questions.count()
        is_syncing = client.sync.is_running_elsewhere()
        failed = await client.questions.failed_edits()
        waiting = await client.playlists.waiting_edits()
        tracks = await client.library.count()
        downloads = await client.downloads.counts()
        stored = await client.downloads.store.storage()
        limit_bytes = client.config.cache_limit_bytes
        works_offline = await client.offline.is_on()
    badge = badge_of(sources, is_syncing=is_syncing)
    free_bytes = shutil.disk_usage(flags.home).free
    output.record({
        **_record(badge, sources, waiting=waiting, decisions=questions + len(failed)),
        "working_offline": works_offline,
        "downloads": asdict(downloads),
        "storage": {
            "kept_bytes": stored.kept_bytes, "automatic_bytes": stored.automatic_bytes, "limit_bytes": limit_bytes,
            "free_bytes": free_bytes,
        },
    })  # fmt: skip
    now_ms = time.time_ns() // 1_000_000
    output.result(f"{badge}: {count(tracks, 'track')} from {count(len(sources), 'source')}")
    rows = [
        (f"  {source.name}", source_state(source), count(source.tracks, "track"), ago(source.last_sync_at_ms, now_ms))
        for source in sources
    ]
    for line in table(rows):
        output.result(line)
    for source in sources:
        if source.last_error:
            output.result(f"  {source.name}: {source.last_error}")
    if works_offline:
        output.result("  working offline: no server is asked anything until soul offline off")
    if waiting:
        output.result(f"  {count(waiting, 'edit')} waiting to be sent")
    if questions:
        output.result(f"  {count(questions, 'decision')} waiting")
    if failed:
        output.result(f"  {count(len(failed), 'edit')} that no server takes: soul resolve")
    if downloads.pending or downloads.active or downloads.failed:
        output.result(
            f"  downloads: {downloads.pending:,} pending, {downloads.active:,} active, {downloads.failed:,} failed"
        )
    if stored.copies:
        kept, automatic = size(stored.kept_bytes), size(stored.automatic_bytes)
        output.result(f"  {kept} kept, {automatic} automatic, of {size(limit_bytes)} for downloads")
    output.result(f"  {size(free_bytes)} free at {flags.home}")
    return ExitCode.OK


def badge_of(sources: Sequence[Source], *, is_syncing: bool) -> str:
    """The one word for all of it: the worst that a person should know."""
    if is_syncing:
        return "syncing"
    if any(source.last_error_code and not source.is_offline for source in sources):
        return "failed"
    if sources and all(source.is_offline for source in sources):
        return "offline"
    return "synced"


def source_state(source: Source) -> str:
    """The one word for a source."""
    if source.needs_sign_in:
        return "sign in"
    if source.is_offline:
        return "offline"
    if source.last_error_code:
        return "failed"
    return "synced" if source.last_sync_at_ms is not None else "not synced yet"


def address_of(source: Source) -> str:
    """Where it is, for people: a folder's name may hold bytes that are no text."""
    return source.url if source.type is SourceType.SERVER else shown_path(source.url)


def _record(badge: str, sources: Sequence[Source], *, waiting: int, decisions: int) -> dict[str, Any]:
    """The JSON that programs rely on."""
    synced = [source.last_sync_at_ms for source in sources if source.last_sync_at_ms is not None]
    return {
        "badge": badge,
        "last_synced_at": time_text(max(synced)) if synced else None,
        "sources": [source_record(source) for source in sources],
        "waiting_edits": waiting,
        "decisions": decisions,
    }


def source_record(source: Source) -> dict[str, Any]:
    """One source for programs."""
    return {
        "id": source.id,
        "name": source.name,
        "type": source.type.value,
        "url": address_of(source),
        "online": not source.is_offline,
        "active": source.is_active,
        "tracks": source.tracks,
        "last_sync_at": time_text(source.last_sync_at_ms) if source.last_sync_at_ms is not None else None,
        "error": source.last_error,
    }
