"""What a download means, and how it ended: a line for people, a record for programs."""

from collections.abc import Sequence
from typing import Any

from soul_player.cli.download_bars import DownloadBars
from soul_player.cli.download_queue import item_record
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.output import Output
from soul_player.cli.words import count, size
from soul_player.client import Asked, Download, SignInNeeded, TaskState


def plan_line(planned: Asked) -> str:
    """`24 tracks, 88.1 MB: 3 are here, 21 to fetch, 77.0 MB`."""
    here = f"{planned.here:,} here already, " if planned.here else ""
    return (
        f"{count(planned.tracks, 'track')}, {size(planned.size_bytes)}: {here}"
        f"{len(planned.queued):,} to fetch, {size(planned.queued_bytes)}"
    )


def plan_record(planned: Asked) -> dict[str, Any]:
    """The same for programs."""
    return {
        "event": "plan",
        "tracks": planned.tracks,
        "bytes": planned.size_bytes,
        "here": planned.here,
        "queued": len(planned.queued),
        "queued_bytes": planned.queued_bytes,
    }


def tell_end(
    output: Output,
    bars: DownloadBars,
    asked: Asked | None,
    left: Sequence[Download],
    *,
    wanted: int,
    was_interrupted: bool,
) -> int:
    """Its exit code. `left`: what of it is still in the queue."""
    failed = [one for one in left if one.task.state is TaskState.FAILED]
    cancelled = bars.tally.cancelled
    downloaded = wanted - len(left) - cancelled
    output.record({
        "event": "summary", "tracks": asked.tracks if asked else wanted, "here": asked.here if asked else 0,
        "downloaded": downloaded, "bytes": bars.tally.bytes_fetched, "resumed": bars.tally.resumed,
        "waiting": len(left) - len(failed), "failed": len(failed), "cancelled": cancelled,
        "items": [item_record(one) for one in left],
    })  # fmt: skip
    for one in left[:20]:
        output.message(f"  {one.title}: {one.reason or one.task.error}")
    resumed = f", {bars.tally.resumed} resumed" if bars.tally.resumed else ""
    line = f"downloaded {count(downloaded, 'track')}, {size(bars.tally.bytes_fetched)}{resumed}"
    waits = f"; {len(left) - len(failed)} waiting" if len(left) > len(failed) else ""
    line += waits + (f"; {len(failed)} failed" if failed else "")
    output.result(line + (f"; {cancelled} cancelled" if cancelled else ""))
    if was_interrupted:
        return ExitCode.INTERRUPTED
    if not left and not cancelled:
        return ExitCode.OK
    if downloaded:
        return ExitCode.PARTLY_DONE
    if left and all(one.task.error_code == SignInNeeded.code for one in left):
        return ExitCode.SIGN_IN_NEEDED
    return ExitCode.FAILED if failed or not left else ExitCode.TEMPORARY
