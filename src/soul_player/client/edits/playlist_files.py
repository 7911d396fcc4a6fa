"""m3u8 files: playlists out, and in again. A line that matches no track is told, never dropped in silence."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from soul_player.client.library.model import LocalTrackId
from soul_player.client.library.paths import read_path
from soul_player.client.library.playlists import PlaylistEntry
from soul_player.database.access import Reader
from soul_player.database.folding import folded

# A playlist holds 10,000 entries; each has two lines, and a path may be long.
FILE_BYTES_MAX = 64 * 1024 * 1024
DURATION_SECONDS_OFF_MAX = 3.0

CANDIDATES = """
    SELECT tracks.id, tracks.title, tracks.artist, tracks.duration_seconds
      FROM tracks
     WHERE folded(tracks.title) = :title
     ORDER BY CASE tracks.status WHEN 'local_file' THEN 0 WHEN 'cached' THEN 1 WHEN 'stream_only' THEN 2 ELSE 3 END,
              tracks.id
     LIMIT 100
"""

BY_PATH = """
    SELECT track_id
      FROM track_sources
     WHERE path = :path
     LIMIT 1
"""

PATHS = """
    SELECT track_id, path
      FROM track_sources
     WHERE path IS NOT NULL
"""

# Not the others that `splitlines` knows: a file's name may hold them.
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_EXTINF = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)[^,]*,(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class FileLine:
    """One track as a file names it: a path or address, and what `#EXTINF` says of it."""

    number: int
    location: str
    title: str | None = None
    artist: str | None = None
    duration_seconds: float | None = None


@dataclass(frozen=True)
class Imported:
    """What became of a file: the playlist that was made of it, and the lines that match no track."""

    playlist_id: int
    name: str
    matched: int
    unmatched: tuple[FileLine, ...]


def write_m3u8(name: str, entries: Iterable[PlaylistEntry], paths: dict[LocalTrackId, str]) -> str:
    """As other players read it. A track without a file of this device is named by artist and title; so is one whose
    path no line of such a file can hold."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(name)}"]
    for entry in entries:
        seconds = -1 if entry.duration_seconds is None else round(entry.duration_seconds)
        words = f"{entry.artist} - {entry.title}" if entry.artist else entry.title or "unknown track"
        path = None if entry.track_id is None else paths.get(entry.track_id)
        lines.append(f"#EXTINF:{seconds},{_one_line(words)}")
        # To the letter: a name with two spaces in it is no other name.
        lines.append(path if path is not None and _is_line(path) else _one_line(words.lstrip("#")))
    return "\n".join(lines) + "\n"


def read_m3u8(text: str) -> tuple[str | None, list[FileLine]]:
    """The playlist's own name, if the file tells one, and its tracks."""
    name, lines = None, []
    title = artist = duration = None
    for number, raw in enumerate(_LINE_BREAK.split(text.removeprefix("\ufeff")), 1):
        line = raw.strip()
        if line.upper().startswith("#PLAYLIST:"):
            name = line[len("#PLAYLIST:") :].strip() or None
        elif match := _EXTINF.fullmatch(line):
            seconds = float(match.group(1))
            duration = seconds if seconds > 0 else None
            artist, title = _split_words(match.group(2).strip())
        elif line and not line.startswith("#"):
            lines.append(FileLine(number, line, title, artist, duration))
            title = artist = duration = None
    return name, lines


async def match_lines(library: Reader, lines: Sequence[FileLine]) -> tuple[list[LocalTrackId], list[FileLine]]:
    """The tracks, in the order of the file, and the lines that match none."""
    by_file_name: dict[str, set[int]] = {}
    for track_id, path in await library.all(PATHS):
        by_file_name.setdefault(_file_name(read_path(path) or ""), set()).add(track_id)
    found, unmatched = [], []
    for line in lines:
        track_id = await _match(library, line, by_file_name)
        if track_id is None:
            unmatched.append(line)
        else:
            found.append(track_id)
    return found, unmatched


async def _match(library: Reader, line: FileLine, by_file_name: dict[str, set[int]]) -> LocalTrackId | None:
    """By its path, then by a file name that only one track has, then by title, artist and duration."""
    row = await library.one(BY_PATH, path=line.location)
    if row is not None:
        return LocalTrackId(row[0])
    named = by_file_name.get(_file_name(line.location), set())
    if len(named) == 1:
        return LocalTrackId(next(iter(named)))
    if line.title is not None:
        return await _match_words(library, line.artist, line.title, line.duration_seconds)
    artist, title = _split_words(PurePosixPath(line.location.replace("\\", "/")).stem)
    return await _match_words(library, artist, title, None)


async def _match_words(
    library: Reader, artist: str | None, title: str, duration_seconds: float | None
) -> LocalTrackId | None:
    rows = await library.all(CANDIDATES, title=_folded(title))
    for track_id, _, known_artist, known_seconds in rows:
        fits_artist = artist is None or _folded(artist) == _folded(known_artist or "")
        fits_time = duration_seconds is None or abs(known_seconds - duration_seconds) <= DURATION_SECONDS_OFF_MAX
        if fits_artist and fits_time:
            return LocalTrackId(track_id)
    return None


def _split_words(words: str) -> tuple[str | None, str]:
    artist, dash, title = words.partition(" - ")
    return (artist.strip(), title.strip()) if dash and title.strip() else (None, words)


def _file_name(location: str) -> str:
    return unicodedata.normalize("NFC", location.replace("\\", "/").rpartition("/")[2]).casefold()


def _folded(text: str) -> str:
    return folded(text) or ""


def _is_line(path: str) -> bool:
    return _LINE_BREAK.search(path) is None and path == path.strip() and not path.startswith("#")


def _one_line(text: str) -> str:
    return " ".join(text.split())
