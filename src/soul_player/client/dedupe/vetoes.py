"""Pure: what speaks against two tracks whose words are alike, and whether a person should be asked all the same."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from soul_player.client.dedupe.evidence import Veto
from soul_player.client.dedupe.similarity import (
    artist_likeness,
    digits_differ,
    guests_differ,
    kinds_differ,
    nights_differ,
    titles_part,
    version_likeness,
    words_apart,
)
from soul_player.client.dedupe.texts import MatchText

LENGTH_SECONDS_MAX = 4.0
LENGTH_SHARE_MAX = 0.02
ALBUM_POSITION_LENGTH_SECONDS_MAX = 2.0
ARTIST_LIKENESS_MIN = 70
AGREEMENTS_MIN = 2
ALBUM_LIKENESS_MIN = 90
TITLE_LIKENESS_MIN = 60
VERSION_LIKENESS_MIN = 0.7
# Without an album on both sides, a version is asked about only when the lengths are nearly the same.
VERSION_LENGTH_SECONDS_MAX = 2.0
_DOUBTS = frozenset((Veto.LENGTH, Veto.DIGITS, Veto.TITLE, Veto.ALBUM_POSITION))


def versions_conflict(a: MatchText, b: MatchText) -> bool:
    """Other audio by what the titles and albums say of the version."""
    if kinds_differ(a, b) or titles_part(a, b) or nights_differ(a, b) or guests_differ(a, b):
        return True
    return bool(a.version and b.version) and version_likeness(a, b) < VERSION_LIKENESS_MIN


def word_vetoes(a: MatchText, b: MatchText, apart: float | None) -> list[Veto]:
    """What their words and lengths say against it; `apart`: their lengths, in seconds."""
    album = fuzz.ratio(a.album, b.album) if a.album and b.album else 0.0
    numbers_differ = a.track_number is not None and b.track_number is not None and a.track_number != b.track_number
    longest = max(a.duration_seconds or 0.0, b.duration_seconds or 0.0)
    checks = {
        Veto.VERSION: versions_conflict(a, b),
        Veto.LENGTH: apart is not None and apart > max(LENGTH_SECONDS_MAX, LENGTH_SHARE_MAX * longest),
        Veto.DIGITS: digits_differ(a, b) and not _is_same_position(a, b, apart, album),
        Veto.TITLE: a.title != b.title
        and bool(a.title and b.title)
        and not _stands_there(a, b, album)
        and ((numbers_differ and album >= ALBUM_LIKENESS_MIN) or words_apart(a, b)),
        Veto.NO_TITLE: not (a.title and b.title) and not _is_same_position(a, b, apart, album),
        Veto.TOO_LITTLE: _agreements(a, b, apart, album) < AGREEMENTS_MIN,
        Veto.ARTIST: bool(a.artist and b.artist)
        and artist_likeness(a, b) < ARTIST_LIKENESS_MIN
        and album < ALBUM_LIKENESS_MIN,
        Veto.ALBUM_POSITION: album >= ALBUM_LIKENESS_MIN
        and numbers_differ
        and (apart is None or apart > ALBUM_POSITION_LENGTH_SECONDS_MAX),
    }
    return [veto for veto, holds in checks.items() if holds]


def is_worth_asking(a: MatchText, b: MatchText, vetoes: Sequence[Veto], apart: float | None) -> bool:
    """Who has a song and its live take knows that they are two: what says that it is other audio is believed, unless
    both may stand at one place of one album, where one of the sources may have left it out."""
    against = set(vetoes)
    if Veto.TITLE in against and fuzz.token_set_ratio(a.title, b.title) < TITLE_LIKENESS_MIN:
        # Two songs of an album have much in common.
        return a.track_number is not None and a.track_number == b.track_number
    if Veto.VERSION not in against:
        return not (Veto.ARTIST in against and against & _DOUBTS)
    if against & {Veto.ARTIST, Veto.TOO_LITTLE, Veto.SAME_SOURCE, Veto.FINGERPRINT_DIFFERS}:
        # Also when their sound says the same as the titles.
        return False
    is_near = apart is None or apart <= VERSION_LENGTH_SECONDS_MAX
    if a.track_number is not None or b.track_number is not None:
        differ = a.track_number is not None and b.track_number is not None and a.track_number != b.track_number
        if differ or not is_near:
            return False
    if a.album and b.album:
        return fuzz.token_set_ratio(a.album, b.album) >= ARTIST_LIKENESS_MIN
    return is_near


def _agreements(a: MatchText, b: MatchText, apart: float | None, album: float) -> int:
    """How many fields beside the title speak for it. Two titles `2` are nothing without."""
    return (
        (bool(a.artist and b.artist) and artist_likeness(a, b) >= ARTIST_LIKENESS_MIN)
        + (album >= ARTIST_LIKENESS_MIN)
        + (apart is not None and apart <= LENGTH_SECONDS_MAX)
        + (a.track_number is not None and a.track_number == b.track_number)
    )


def _stands_there(a: MatchText, b: MatchText, album: float) -> bool:
    """The same number of the same album, as far as both tell: whatever it is called, nothing else stands there."""
    return (
        a.track_number is not None
        and a.track_number == b.track_number
        and (album >= ARTIST_LIKENESS_MIN or not (a.album and b.album))
    )


def _is_same_position(a: MatchText, b: MatchText, apart: float | None, album: float) -> bool:
    """The same place on the same album, of the same length: a title that is missing changes nothing."""
    return (
        album >= ALBUM_LIKENESS_MIN
        and a.track_number is not None
        and a.track_number == b.track_number
        and apart is not None
        and apart <= ALBUM_POSITION_LENGTH_SECONDS_MAX
    )
