"""Pure: what a source says of a track -> the normalised text that is stored, blocked on and compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from soul_player.client.dedupe.counting import telling_marks
from soul_player.client.dedupe.normalize import fold, is_missing
from soul_player.client.dedupe.scripts import spell
from soul_player.client.dedupe.versions import (
    is_version,
    kinds_of_album,
    kinds_of_artist,
    kinds_of_words,
    outside_brackets,
    strip_edition,
    take_apart,
)

_GLUED_NUMBER = re.compile(r"^\s*(\d{1,3}|0\d{3})\s*(-|\.|\)|\s-\s)\s*(?=\S)")
# `0A4-`, `c002-`: a number that was glued on, with a slip of the pen.
_GLUED_CODE = re.compile(r"^(?=\w{0,3}\d)(?=\w{0,3}[A-Za-z])\w{2,4}-(?=\S)")
# `012MistyMountains`, `00 6-Environ`, and behind the title: `Omega-006`. Only the track's own number is meant.
_STUCK_NUMBER = re.compile(r"^(0\d{1,2})(?=[A-Za-z])|^(0[\d ]{1,3}\d)-(?=\S)|(?<=\S)-(0\d{1,2})$")
_BARE_NUMBER = re.compile(r"^\s*\d{1,3}\s*-\s*$")
_YEAR_SUFFIX = re.compile(r"\s*\((\d{4}|unknown)\)\s*$", re.IGNORECASE)
_DASH = re.compile(r"\s+[-\u2013\u2014]+\s+")
YEAR_MIN, YEAR_MAX = 1880, 2100
ALBUM_PEELED_SCORE_MIN = 80


@dataclass(frozen=True)
class Said:
    """What one source says of a track, as it came."""

    title: str | None
    artist: str | None = None
    album: str | None = None
    track_number: int | None = None
    duration_seconds: float | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class MatchText:
    """The same made comparable; a text that is missing is empty.

    `kinds`: of the version, parted by spaces, as title and artist say; `album_kinds`: as the album says.
    """

    title: str
    artist: str
    album: str
    guests: str
    kinds: str
    album_kinds: str
    version: str
    numbers: str
    track_number: int | None
    duration_seconds: float | None
    year: int | None


def match_text(said: Said) -> MatchText:
    """Own track number, album and artist are peeled off the title; what stands there alone is put in its place."""
    title = _spaced(said.title)
    artist, album = _spaced(said.artist), _spaced(said.album)
    title = _without_number(title, said.track_number)
    album, year = _without_year(album, said.year)
    if is_missing(fold(artist)):
        artist = ""
    if is_missing(fold(album)):
        album = ""
    if artist:
        title = _without_artist(title, artist)
    elif not said.artist:
        artist, title = _artist_of_title(title)
    if album:
        title = _without_album(title, album)
    elif artist or said.artist:
        title, album = _album_of_title(title)
    parts = take_apart(title)
    core = parts.core
    if is_missing(core) or not any(char.isalnum() for char in core) or _BARE_NUMBER.match(said.title or ""):
        core = ""
    return MatchText(
        title=core,
        artist=fold(artist),
        album=fold(strip_edition(album)),
        guests=parts.guests,
        kinds=" ".join(sorted(parts.kinds | kinds_of_artist(artist))),
        album_kinds=" ".join(sorted(kinds_of_album(album))),
        version=parts.words,
        numbers=" ".join(sorted(telling_marks(core))),
        track_number=said.track_number or None,
        duration_seconds=said.duration_seconds or None,
        year=year if year is not None and YEAR_MIN <= year <= YEAR_MAX else None,
    )


def _spaced(text: str | None) -> str:
    text = spell(text or "")
    # Underscores stand for blanks where a name came from a file's.
    return text.replace("_", " ").strip() if "_" in text else text.strip()


def _without_number(title: str, track_number: int | None) -> str:
    code = _GLUED_CODE.match(title)
    if code is not None:
        return title[code.end() :]
    stuck = _STUCK_NUMBER.search(title)
    if stuck is not None and int("".join(filter(None, stuck.groups())).replace(" ", "")) == track_number:
        return title[: stuck.start()] + title[stuck.end() :]
    found = _GLUED_NUMBER.match(title)
    if found is None:
        return title
    digits = found.group(1)
    # `99. Luftballons` keeps its number, unless it is the track's own.
    if int(digits) == track_number or (digits.startswith("0") and len(digits) > 1):
        return title[found.end() :]
    return title


def _without_year(album: str, year: int | None) -> tuple[str, int | None]:
    found = _YEAR_SUFFIX.search(album)
    if found is None or found.start() == 0:
        return album, year
    digits = found.group(1)
    return album[: found.start()], year or (int(digits) if digits.isdigit() else None)


def _without_album(title: str, album: str) -> str:
    """`Song (Album)` and `Song - Album` -> Song: cut where the rest is most like the album."""
    wanted = fold(album)
    score_min = ALBUM_PEELED_SCORE_MIN if len(wanted) > 5 else 100
    best, cut, rest = 0.0, len(title), ""
    album_kinds = kinds_of_words(wanted)
    for opening in (" (", " [", " - "):
        at = title.find(opening)
        while at > 0:
            for inside, behind in _insides(title[at + len(opening) :], opening):
                folded = fold(inside)
                score = fuzz.ratio(folded, wanted)
                # `Song (Album) (Live)`: what says that it is other audio is not the album's.
                if score >= score_min and score > best and not kinds_of_words(folded) - album_kinds:
                    best, cut, rest = score, at, behind
            at = title.find(opening, at + 1)
    return title[:cut] + rest


def _insides(tail: str, opening: str) -> Iterator[tuple[str, str]]:
    """What may be the album: all that comes, or what the bracket holds; and what stands behind it."""
    yield tail, ""
    closing = {" (": ")", " [": "]"}.get(opening)
    end = -1 if closing is None else _closing(tail, opening[-1], closing)
    if 0 < end < len(tail) - 1:
        yield tail[:end], tail[end + 1 :]


def _closing(tail: str, opening: str, closing: str) -> int:
    """Where the bracket that is open at the beginning ends; -1: nowhere."""
    depth = 1
    for at, char in enumerate(tail):
        depth += (char == opening) - (char == closing)
        if depth == 0:
            return at
    return -1


def _without_artist(title: str, artist: str) -> str:
    """`Artist - Song` -> Song."""
    head, dash, tail = title.partition(" - ")
    if dash and tail.strip() and fold(head) == fold(artist):
        return tail
    return title


def _artist_of_title(title: str) -> tuple[str, str]:
    """`Artist - Song` -> both; `Song - Live` is no song of a Song."""
    pieces = _two_pieces(title)
    return pieces if pieces is not None else ("", title)


def _album_of_title(title: str) -> tuple[str, str]:
    """`Song - Album` -> both; `Song - Live` is no song of an album Live."""
    pieces = _two_pieces(title)
    return pieces if pieces is not None else (title, "")


def _two_pieces(title: str) -> tuple[str, str] | None:
    pieces = _DASH.split(title, maxsplit=1)
    if len(pieces) < 2 or not all(piece.strip() for piece in pieces) or is_version(outside_brackets(pieces[1])):
        return None
    return pieces[0], pieces[1]
