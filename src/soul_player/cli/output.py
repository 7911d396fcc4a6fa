"""What a command prints: results on stdout, progress and messages on stderr, JSON when programs ask."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from soul_player.cli.exit_codes import CommandFailed
from soul_player.cli.flags import Flags

COLUMNS_UNKNOWN = 80


class Output:
    """Where one command's words go."""

    def __init__(self, flags: Flags) -> None:
        self.is_json = flags.json
        self.is_quiet = flags.quiet
        self.verbose = flags.verbose
        # In JSON mode stderr stays plain, whatever it is: a program is listening.
        self.is_live = sys.stderr.isatty() and not flags.json and not flags.quiet

    def result(self, line: str = "", *, has_colours: bool = False) -> None:
        """A line that the command was run for. In JSON mode there are none: `record` tells the same."""
        if not self.is_json:
            _write(sys.stdout, line if has_colours else printable(line))

    def record(self, value: Mapping[str, Any]) -> None:
        """One JSON object on a line of its own, in JSON mode only."""
        if self.is_json:
            text = json.dumps(value, ensure_ascii=not _is_utf8(sys.stdout), separators=(",", ":"))
            _write(sys.stdout, text.encode("utf-8", "replace").decode())

    def message(self, line: str) -> None:
        """Something to know on the way."""
        if not self.is_quiet and not self.is_json:
            _write(sys.stderr, printable(line))

    def failure(self, failure: CommandFailed) -> None:
        """Why the command failed: the one thing that `--quiet` does not silence."""
        if self.is_json:
            error = {"code": failure.code, "message": failure.message, "hint": failure.hint or None}
            self.record({"error": error})
            return
        _write(sys.stderr, printable(f"soul: {failure.message}"))
        if failure.hint:
            _write(sys.stderr, printable(f"      {failure.hint}"))


class ReaderGone(Exception):
    """Whoever read our stdout has gone (`soul list | head`), which is their right."""


def _write(stream: TextIO, line: str) -> None:
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error
    except OSError as error:
        raise unwritten(error) from error


def unwritten(error: OSError) -> CommandFailed:
    """What was found out cannot be told: a full disk behind `soul list > file`."""
    return CommandFailed("output_unwritable", f"the output cannot be written: {error.strerror or error}")


def _is_utf8(stream: TextIO) -> bool:
    return stream.encoding.lower().replace("-", "").replace("_", "") == "utf8"


def printable(line: str) -> str:
    """Without control characters and lone surrogates: a tag must not command the terminal."""
    cleaned = "".join(
        character if character.isprintable() or character in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for character in line
    )
    return cleaned.encode("utf-8", "replace").decode()


def table(rows: Sequence[Sequence[str]], *, headings: Sequence[str] = (), widths_max: Sequence[int] = ()) -> list[str]:
    """Rows as aligned columns, two spaces apart; the last column is not padded."""
    all_rows = [list(map(printable, row)) for row in ([headings, *rows] if headings else rows)]
    if not all_rows:
        return []
    for number, width_max in enumerate(widths_max):
        for row in all_rows:
            row[number] = shortened(row[number], width_max)
    widths = [max(display_width(row[number]) for row in all_rows) for number in range(len(all_rows[0]))]
    return [
        "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in all_rows
    ]


def display_width(text: str) -> int:
    """How many columns of a terminal it takes: East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    import unicodedata  # noqa: PLC0415  # most of a library is ASCII, and its table is large

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def columns_of(stream: TextIO) -> int:
    """How wide the terminal behind a stream is. COLUMNS goes before, as everywhere; 80 where nobody knows."""
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or COLUMNS_UNKNOWN
    except OSError:
        return COLUMNS_UNKNOWN


def shortened(text: str, width_max: int) -> str:
    """Cut to a width, with an ellipsis in place of what was cut."""
    if display_width(text) <= width_max:
        return text
    cut = text[: max(0, width_max - 1)]
    while cut and display_width(cut) > width_max - 1:
        cut = cut[:-1]
    return f"{cut}…"
