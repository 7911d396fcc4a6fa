"""m3u8 files: playlists out, and in again. A line that matches no track is told, never dropped in silence."""

import codecs
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from soul_player.client.errors import EditInvalid
from soul_player.client.library.model import LocalTrackId
from soul_player.client.library.paths import read_path
from soul_player.client.library.playlists import PlaylistEntry
from soul_player.database.access import Reader, Row
from soul_player.database.folding import folded

# A playlist holds 10,000 entries; each has two lines, and a path may be long.
FILE_BYTES_MAX = 64 * 1024 * 1024
DURATION_SECONDS_OFF_MAX = 3.0
NO_TEXT = "the file is no playlist: what it holds is no text"
WHAT_A_FILE_SAYS = "an m3u8 file has a track a line: the path of its file, or Artist - Title"
# Of one title: `Intro` is on many albums.
CANDIDATES_PER_TITLE_MAX = 1_000

# One pass over the library for all lines of a file: an import must not cost a pass a line.
CANDIDATES = """
    SELECT tracks.id, folded(tracks.title), tracks.artist, tracks.duration_seconds
      FROM tracks
     WHERE folded(tracks.title) IN (SELECT value FROM json_each(:titles))
     ORDER BY CASE tracks.status WHEN 'local_file' THEN 0 WHEN 'cached' THEN 1 WHEN 'stream_only' THEN 2 ELSE 3 END,
              tracks.id
"""

STILL_THERE = """
    SELECT tracks.id
      FROM json_each(:ids) AS wanted
      JOIN tracks ON tracks.id = wanted.value
"""

PATHS_AFTER = """
    SELECT id, track_id, path
      FROM track_sources
     WHERE id > :after
       AND path IS NOT NULL
     ORDER BY id
     LIMIT :count
"""

PATHS_OF = """
    SELECT track_sources.track_id, track_sources.path
      FROM json_each(:ids) AS wanted
     CROSS JOIN track_sources ON track_sources.track_id = wanted.value
     WHERE track_sources.path IS NOT NULL
     ORDER BY track_sources.id DESC
"""

PATHS_A_READ = 10_000

# Not the others that `splitlines` knows: a file's name may hold them.
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# No text holds one of these.
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
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


def m3u8_text(content: bytes) -> str:
    """What a file says: in UTF-8, in UTF-16 with its mark, or as `.m3u` files of Windows have it. Raises `EditInvalid`
    when it is no text."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16")
        if _NOT_TEXT.search(content) is None:
            return _decoded(content)
    except UnicodeDecodeError as error:
        raise EditInvalid(NO_TEXT, hint=WHAT_A_FILE_SAYS) from error
    raise EditInvalid(NO_TEXT, hint=WHAT_A_FILE_SAYS)


def is_playlist(text: str, lines: Sequence[FileLine]) -> bool:
    """An empty one says at least that it is one."""
    return bool(lines) or text.lstrip("\ufeff \t\r\n").upper().startswith("#EXTM3U")


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


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


async def match_lines(library: Reader, lines: Sequence[FileLine]) -> list[LocalTrackId | None]:
    """The track of each line; None: it matches none."""
    files = _Files(lines)
    after = 0
    while rows := await library.all(PATHS_AFTER, after=after, count=PATHS_A_READ):
        after = rows[-1][0]
        for _, track_id, path in rows:
            files.note(LocalTrackId(track_id), read_path(path) or "")
    found = [files.find(line.location) for line in lines]
    words = {line.number: _words_of(line) for line, track_id in zip(lines, found, strict=True) if track_id is None}
    titles = sorted({_folded(title) for _, title, _ in words.values()})
    candidates: defaultdict[str, list[Row]] = defaultdict(list)
    if titles:
        for row in await library.all(CANDIDATES, titles=json.dumps(titles)):
            if len(candidates[row[1]]) < CANDIDATES_PER_TITLE_MAX:
                candidates[row[1]].append(row)
    return [
        _match_words(candidates, *words[line.number]) if track_id is None else track_id
        for line, track_id in zip(lines, found, strict=True)
    ]


async def still_there(library: Reader, track_ids: Iterable[LocalTrackId]) -> frozenset[LocalTrackId]:
    """Those of them that nothing has happened to since they were matched."""
    rows = await library.all(STILL_THERE, ids=json.dumps(sorted(set(track_ids))))
    return frozenset(LocalTrackId(row[0]) for row in rows)


async def paths_of(library: Reader, track_ids: Iterable[LocalTrackId]) -> dict[LocalTrackId, str]:
    """Where their files are. One whose path is no text stands in the library as bytes: an m3u8 file is UTF-8."""
    rows = await library.all(PATHS_OF, ids=json.dumps(sorted(set(track_ids))))
    return {LocalTrackId(row[0]): row[1] for row in rows if isinstance(row[1], str)}


class _Files:
    """Of all files of this device those that a line may mean: by its path, then by a name that only one track has."""

    def __init__(self, lines: Sequence[FileLine]) -> None:
        self._by_path: dict[str, LocalTrackId | None] = {line.location: None for line in lines}
        self._by_name: dict[str, set[LocalTrackId]] = {_file_name(line.location): set() for line in lines}

    def note(self, track_id: LocalTrackId, path: str) -> None:
        """A file."""
        if path in self._by_path:
            self._by_path[path] = track_id
        named = self._by_name.get(_file_name(path))
        if named is not None:
            named.add(track_id)

    def find(self, location: str) -> LocalTrackId | None:
        """As a line names it."""
        named = self._by_name[_file_name(location)]
        return self._by_path[location] or (next(iter(named)) if len(named) == 1 else None)


def _words_of(line: FileLine) -> tuple[str | None, str, float | None]:
    """Artist, title and duration: as the file tells them, else as the file's own name does."""
    if line.title is not None:
        return line.artist, line.title, line.duration_seconds
    return *_split_words(PurePosixPath(line.location.replace("\\", "/")).stem), None


def _match_words(
    candidates: Mapping[str, Sequence[Row]], artist: str | None, title: str, duration_seconds: float | None
) -> LocalTrackId | None:
    for track_id, _, known_artist, known_seconds in candidates.get(_folded(title), ()):
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
