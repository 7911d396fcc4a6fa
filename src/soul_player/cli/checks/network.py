"""The sources: whether each one answers, lets this device in, and has the same time."""

import asyncio
import os
import time

from soul_player.cli.checks.findings import Finding, good, problem, warning
from soul_player.cli.client_home import opened_client
from soul_player.cli.flags import Flags
from soul_player.client import (
    LIBRARY_FILE,
    Client,
    OfflineError,
    SignInNeeded,
    Source,
    SourceType,
    SyncError,
    TransientSyncError,
    quoted,
)

PROBE_SECONDS = 10.0
# Edits carry the time at which they were made; beyond this, "the latest wins" surprises people.
SKEW_SECONDS_MAX = 60.0


async def source_findings(flags: Flags) -> list[Finding]:
    """One for each source of this home, asked side by side."""
    if not (flags.home / LIBRARY_FILE).exists():
        return []
    async with opened_client(flags) as client:
        sources = await client.sources.list()
        async with asyncio.TaskGroup() as tasks:
            probes = [
                tasks.create_task(_probe(client, source) if source.type is SourceType.SERVER else _look_at(source))
                for source in sources
            ]
    return [probe.result() for probe in probes]


async def _look_at(source: Source) -> Finding:
    """A folder that is not there now may be on a disk that is not mounted: its tracks are kept."""
    check = f"source {source.name}"
    try:
        await asyncio.to_thread(_list, source.url)
    except OSError as error:
        return warning(check, f"{source.url}: {error.strerror}", fix="is its disk mounted, and may you read it?")
    return good(check, "the folder is there")


def _list(folder: str) -> None:
    with os.scandir(folder):
        pass


async def _probe(client: Client, source: Source) -> Finding:
    check = f"source {source.name}"
    began = time.monotonic()
    asked_at_ms = time.time_ns() // 1_000_000
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            server_ms = await client.sources.server_time_ms(source.id)
    except TimeoutError:
        return warning(check, f"no answer within {PROBE_SECONDS:.0f} s", fix=f"is {source.url} up and reachable?")
    except SignInNeeded:
        return problem(check, "this device is signed out", fix=f"soul source login {quoted(source.name)}")
    except (OfflineError, TransientSyncError) as error:
        return warning(check, error.message, fix=error.hint or f"is {source.url} up and reachable?")
    except SyncError as error:
        return problem(check, error.message, fix=error.hint or "")
    seconds = time.monotonic() - began
    skew_seconds = abs(server_ms - asked_at_ms - seconds * 500) / 1000
    if skew_seconds > SKEW_SECONDS_MAX:
        return warning(check, f"its clock is {skew_seconds:.0f} s from this one's", fix="set the clock that is wrong")
    return good(check, f"answers in {seconds * 1000:.0f} ms, its clock is {skew_seconds:.1f} s from this one's")
