"""`soul scan`: look at the folders of music, beside a running server or alone."""

import time
from collections.abc import Mapping
from typing import Any

from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.progress import Progress, Step
from soul_player.cli.server_home import server_config, server_failures
from soul_player.cli.words import count
from soul_player.protocol.scan import ScanState, ScanStatus, ScanSummary
from soul_player.server import scan_library

TITLE = "Scanning"
_PHASES = {"walk": "Files", "tags": "Tags", "hashes": "Hashes"}
UNREADABLE_SHOWN_MAX = 20


def run(flags: Flags, *, full: bool, confirm: bool, settings: Mapping[str, object]) -> int:
    """Scan and hash; `confirm` lets go of what is missing in such number that a scan alone would hold it."""
    output = Output(flags)
    progress = Progress(output, clock=time.monotonic)
    progress.begin(TITLE)
    with server_failures():
        config = server_config(flags, settings)
        status = scan_library(config, full=full, confirm=confirm, on_status=lambda told: _show(progress, told))
    progress.close()
    if status.last is None:
        raise CommandFailed("not_scanned", "the scan did not end")
    output.record(summary_record(status, status.last))
    output.result(summary_line(status.last))
    for bad in status.last.unreadable[:UNREADABLE_SHOWN_MAX]:
        output.message(f"  {bad.path}: {bad.reason}")
    if len(status.last.unreadable) > UNREADABLE_SHOWN_MAX:
        output.message(f"  and {len(status.last.unreadable) - UNREADABLE_SHOWN_MAX} more (--json lists them all)")
    if status.state is ScanState.HELD:
        output.message(
            f"held: {count(status.missing or 0, 'track')} of {status.root} are missing, and none was removed"
        )
        output.message("  is it mounted? If they are really gone: soul scan --confirm")
        return ExitCode.PARTLY_DONE
    # A folder that is named here and is not there: it was misspelt, or it is not mounted.
    named = {str(folder) for folder in config.music}
    return ExitCode.PARTLY_DONE if any(bad.path in named for bad in status.last.unreadable) else ExitCode.OK


def _show(progress: Progress, status: ScanStatus) -> None:
    told = status.progress
    if told is not None:
        progress.step(TITLE, Step(_PHASES.get(told.phase, told.phase), told.done, told.total or None))


def summary_line(last: ScanSummary) -> str:
    """`added 24, updated 0, moved 1, removed 0, unreadable 0 (1.2 s)`."""
    return (
        f"added {last.added}, updated {last.updated}, moved {last.moved}, removed {last.removed}, "
        f"unreadable {len(last.unreadable)} ({last.seconds:.1f} s)"
    )


def summary_record(status: ScanStatus, last: ScanSummary) -> dict[str, Any]:
    """The JSON that programs rely on."""
    held = {"root": status.root, "missing": status.missing} if status.state is ScanState.HELD else None
    return {
        "event": "summary",
        "added": last.added,
        "updated": last.updated,
        "moved": last.moved,
        "removed": last.removed,
        "unreadable": [{"path": bad.path, "reason": bad.reason} for bad in last.unreadable],
        "seconds": last.seconds,
        "held": held,
    }
