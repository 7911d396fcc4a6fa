"""Tracks as lines of fixed columns, so that a long list can be printed while it is read."""

import sys

from soul_player.cli.output import columns_of, display_width, printable, shortened
from soul_player.cli.words import duration
from soul_player.client import LibraryTrack

# Where no terminal says how wide it is.
COLUMNS_IN_A_FILE = 100
# Narrower than this there is no room for an album, then for an artist: a phone's terminal has 40.
ALBUM_FROM_COLUMNS = 80
ARTIST_FROM_COLUMNS = 56
ID_COLUMNS = 5
# The id, the length, where it is, and the gaps around them.
_FIXED_COLUMNS = 27


class TrackLines:
    """`columns`: of the terminal, or of what is written to."""

    def __init__(self, columns: int | None = None) -> None:
        if columns is None:
            columns = columns_of(sys.stdout) if sys.stdout.isatty() else COLUMNS_IN_A_FILE
        self._widths = widths_within(columns)

    def line(self, track: LibraryTrack) -> str:
        """Id, title, artist, album, length, and where it is."""
        texts = (track.title, track.artist or "", track.album or "")[: len(self._widths)]
        cells = ((str(track.id), ID_COLUMNS), *zip(texts, self._widths, strict=True))
        padded = [padded_to(shortened(printable(text).replace("\n", " "), width), width) for text, width in cells]
        return "  ".join((*padded, f"{duration(track.duration_seconds):>6}", track.status.value))


def widths_within(columns: int) -> tuple[int, ...]:
    """Of title, artist and album, as many of them as fit."""
    if columns >= ALBUM_FROM_COLUMNS:
        room = columns - _FIXED_COLUMNS - 3 * 2
        title, artist = room * 2 // 5, room * 3 // 10
        return title, artist, room - title - artist
    if columns >= ARTIST_FROM_COLUMNS:
        room = columns - _FIXED_COLUMNS - 2 * 2
        return room * 3 // 5, room - room * 3 // 5
    return (max(8, columns - _FIXED_COLUMNS - 2),)


def padded_to(text: str, width: int) -> str:
    """Filled with spaces to a width of columns."""
    return text + " " * (width - display_width(text))
