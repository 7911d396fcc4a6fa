"""How far downloads are: a bar a file on a terminal, else a line now and then; resumed ones say from where."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from soul_player.cli.output import Output, columns_of, printable, shortened
from soul_player.cli.track_lines import padded_to
from soul_player.cli.words import percent, size
from soul_player.client import DownloadFailed, DownloadFinished, DownloadProgress, Event, LocalTrackId, SourceId

BAR_COLUMNS = 24
TITLE_COLUMNS = 28
# `  ` before and ` [] 100% of 812 bytes` behind: of a resumed one the last word is cut before its numbers are.
NUMBERS_COLUMNS = 23
LINES_MAX = 8
REDRAW_SECONDS = 0.1
LINE_SECONDS = 10.0
EVENT_SECONDS = 0.5


@dataclass
class Tally:
    """What came of it. `cancelled`: left the queue without having come."""

    finished: int = 0
    cancelled: int = 0
    track_ids: set[LocalTrackId] = field(default_factory=set)
    bytes_fetched: int = 0
    resumed: int = 0
    by_source: Counter[SourceId] = field(default_factory=Counter)


def bar(done: int, total: int, *, columns: int = BAR_COLUMNS) -> str:
    """`[##########--------------]  42%`; the per cent are floored, so that 100 % means done."""
    filled = columns * min(done, total) // max(total, 1)
    drawn = f"[{'#' * filled}{'-' * (columns - filled)}] " if columns else ""
    return f"{drawn}{percent(done, total):3}%"


def widths_within(columns: int) -> tuple[int, int]:
    """Of the title and of the bar, so that the numbers fit beside them: a phone's terminal has 40 columns."""
    room = columns - NUMBERS_COLUMNS
    if room >= TITLE_COLUMNS + BAR_COLUMNS:
        return TITLE_COLUMNS, BAR_COLUMNS
    return max(8, min(room, TITLE_COLUMNS)), 0


class DownloadBars:
    """`titles`: what the tracks are called. `wanted`: how many are to come."""

    def __init__(
        self,
        output: Output,
        titles: dict[LocalTrackId, str],
        *,
        wanted: int,
        clock: Callable[[], float],
        stream: TextIO | None = None,
    ) -> None:
        self.tally = Tally()
        self._output = output
        self._titles = titles
        self._wanted = wanted
        self._clock = clock
        self._stream = stream or sys.stderr
        self._active: dict[LocalTrackId, DownloadProgress] = {}
        self._resumed: set[LocalTrackId] = set()
        self._drawn = 0
        self._last = -1e9

    def hear(self, event: Event) -> None:
        """One event of the client."""
        match event:
            case DownloadProgress():
                self._active[event.track_id] = event
                self._tell_resumed(event)
                self._tell_progress(event)
            case DownloadFinished(_, track_id, size_bytes, source_id):
                self._active.pop(track_id, None)
                self.tally.finished += 1
                self.tally.track_ids.add(track_id)
                self.tally.bytes_fetched += size_bytes
                if source_id is not None:
                    self.tally.by_source[source_id] += 1
                self._output.record({"event": "finished", "track_id": track_id, "bytes": size_bytes})
                if self._is_due(LINE_SECONDS if not self._output.is_live else REDRAW_SECONDS):
                    self._draw_or_line()
            case DownloadFailed(_, track_id, code, message, is_final):
                self._active.pop(track_id, None)
                record = {"event": "failed", "track_id": track_id, "code": code, "message": message}
                self._output.record({**record, "final": is_final})
                if is_final:
                    self._say(f"{self._title(track_id)}: {message}")
            case _:
                return

    def close(self) -> None:
        """Take the bars away: the result says it all."""
        self._clear()

    def _tell_resumed(self, event: DownloadProgress) -> None:
        if event.resumed_bytes and event.bytes_total and event.track_id not in self._resumed:
            self._resumed.add(event.track_id)
            self.tally.resumed += 1
            at = percent(event.resumed_bytes, event.bytes_total)
            self._output.record({"event": "resumed", "track_id": event.track_id, "percent": at})
            self._say(f"{self._title(event.track_id)}: resumed at {at} %")

    def _tell_progress(self, event: DownloadProgress) -> None:
        if self._output.is_json:
            if self._is_due(EVENT_SECONDS):
                done, total = event.bytes_done, event.bytes_total
                self._output.record({"event": "progress", "track_id": event.track_id, "done": done, "total": total})
        elif self._is_due(REDRAW_SECONDS if self._output.is_live else LINE_SECONDS):
            self._draw_or_line()

    def _draw_or_line(self) -> None:
        summary = f"{self.tally.finished:,} of {self._wanted:,} downloaded, {size(self.tally.bytes_fetched)}"
        if not self._output.is_live:
            self._output.message(f"  {summary}")
            return
        columns = columns_of(self._stream) - 1
        lines = [summary]
        for track_id, progress in list(self._active.items())[:LINES_MAX]:
            title_columns, bar_columns = widths_within(columns)
            title = padded_to(shortened(self._title(track_id), title_columns), title_columns)
            mark = "  resumed" if track_id in self._resumed else ""
            total = progress.bytes_total or 0
            drawn = bar(progress.bytes_done, total, columns=bar_columns)
            lines.append(f"  {title} {drawn} of {size(total)}{mark}")
        self._clear()
        # A line that wraps is two, and the next drawing would begin too low.
        self._stream.write("".join(f"{shortened(printable(line), columns)}\n" for line in lines))
        self._stream.flush()
        self._drawn = len(lines)

    def _say(self, line: str) -> None:
        self._clear()
        self._output.message(line)

    def _clear(self) -> None:
        if self._drawn:
            self._stream.write(f"\x1b[{self._drawn}F\x1b[J")
            self._stream.flush()
            self._drawn = 0

    def _title(self, track_id: LocalTrackId) -> str:
        return self._titles.get(track_id, f"track {track_id}")

    def _is_due(self, seconds: float) -> bool:
        now = self._clock()
        if now - self._last < seconds:
            return False
        self._last = now
        return True
