"""Pure: two tracks side by side -> numbers that say how alike they are."""

import math

from rapidfuzz import fuzz

from soul_player.client.dedupe.counting import telling_marks
from soul_player.client.dedupe.texts import MatchText
from soul_player.client.dedupe.versions import distinctive_words, kinds_of_words

ALBUM_NAMED_MIN = 85
VERSION_SPELLED_MIN = 88
GUEST_LIKENESS_MIN = 50
# Of a track without an album nobody knows whether it is live; another length says that it is not the live one.
UNTOLD_ALBUM_SECONDS_MAX = 1.0
WORD_SPELLED_MIN = 60
WORD_ELSEWHERE_MIN = 80
# Made anew each night.
_NIGHTLY = frozenset(("live", "session"))

FEATURES = (
    "bias", "title_ratio", "title_set", "artist_ratio", "artist_set", "album_ratio", "album_set", "no_artist",
    "no_album", "no_length", "length_near", "length_off_5", "length_off_20", "number_same", "number_differs",
    "year_same", "year_differs", "kinds_differ", "version_differs", "digits_differ", "joint_set", "joint_sort",
    "title_same",
)  # fmt: skip


def features(a: MatchText, b: MatchText) -> tuple[float, ...]:
    """In the order of `FEATURES`, each about between 0 and 1."""
    no_artist = not a.artist or not b.artist
    no_album = not a.album or not b.album
    no_length = a.duration_seconds is None or b.duration_seconds is None
    apart = length_difference(a, b)
    joint_a, joint_b = _joint(a), _joint(b)
    has_numbers = a.track_number is not None and b.track_number is not None
    has_years = a.year is not None and b.year is not None
    return (
        1.0,
        fuzz.ratio(a.title, b.title) / 100,
        fuzz.token_set_ratio(a.title, b.title) / 100,
        0.0 if no_artist else fuzz.ratio(a.artist, b.artist) / 100,
        0.0 if no_artist else artist_likeness(a, b) / 100,
        0.0 if no_album else fuzz.ratio(a.album, b.album) / 100,
        0.0 if no_album else fuzz.token_set_ratio(a.album, b.album) / 100,
        float(no_artist),
        float(no_album),
        float(no_length),
        0.0 if apart is None else math.exp(-apart / 2),
        0.0 if apart is None else float(apart > 5),
        0.0 if apart is None else float(apart > 20),
        float(has_numbers and a.track_number == b.track_number),
        float(has_numbers and a.track_number != b.track_number),
        float(has_years and a.year == b.year),
        float(has_years and a.year != b.year),
        float(kinds_differ(a, b)),
        1.0 - version_likeness(a, b),
        float(digits_differ(a, b)),
        fuzz.token_set_ratio(joint_a, joint_b) / 100,
        fuzz.token_sort_ratio(joint_a, joint_b) / 100,
        float(bool(a.title) and a.title == b.title),
    )


def length_difference(a: MatchText, b: MatchText) -> float | None:
    """In seconds; None when one is not known."""
    if a.duration_seconds is None or b.duration_seconds is None:
        return None
    return abs(a.duration_seconds - b.duration_seconds)


def artist_likeness(a: MatchText, b: MatchText) -> float:
    """0 to 100. Guests may stand with the artist or in the title."""
    plain = fuzz.token_set_ratio(a.artist, b.artist)
    if a.guests == b.guests:
        return plain
    return max(plain, fuzz.token_set_ratio(f"{a.artist} {a.guests}", f"{b.artist} {b.guests}"))


def kinds_differ(a: MatchText, b: MatchText) -> bool:
    """Live against studio, remix against original ... What an album says counts for a title that does not say it."""
    if a.version != b.version and (_is_album(a.version, b) or _is_album(b.version, a)):
        return False
    if a.version and b.version and fuzz.ratio(a.version, b.version) >= VERSION_SPELLED_MIN:
        # A slip of the pen, unless it is another year or number.
        return numbers_conflict(a.version, b.version)
    kinds_a, kinds_b = set(a.kinds.split()), set(b.kinds.split())
    albums_a, albums_b = set(a.album_kinds.split()), set(b.album_kinds.split())
    if kinds_a == kinds_b:
        is_told = bool(a.album and b.album) or (length_difference(a, b) or 0.0) > UNTOLD_ALBUM_SECONDS_MAX
        return is_told and bool((albums_a ^ albums_b) - kinds_a)
    return bool(kinds_a - kinds_b - albums_b or kinds_b - kinds_a - albums_a)


def nights_differ(a: MatchText, b: MatchText) -> bool:
    """Two live takes of which nothing says that they are of one night: what says where and when differs."""
    if not (_is_live(a) and _is_live(b)):
        return False
    if a.album and fuzz.ratio(a.album, b.album) >= ALBUM_NAMED_MIN and not numbers_conflict(a.album, b.album):
        return not _are_one_night(distinctive_words(a.version), distinctive_words(b.version), default=True)
    return not _are_one_night(_night(a), _night(b), default=not (a.album and b.album))


def _is_live(text: MatchText) -> bool:
    return bool(_NIGHTLY & {*text.kinds.split(), *text.album_kinds.split()})


def _night(text: MatchText) -> str:
    album = text.album if _NIGHTLY & set(text.album_kinds.split()) else ""
    return distinctive_words(f"{text.version} {album}")


def _are_one_night(ours: str, theirs: str, *, default: bool) -> bool:
    """`default`: when one of them does not say."""
    if not ours or not theirs:
        return default
    return fuzz.token_set_ratio(ours, theirs) >= ALBUM_NAMED_MIN and not numbers_conflict(ours, theirs)


def guests_differ(a: MatchText, b: MatchText) -> bool:
    """Both name a guest, and not the same: each made it anew. Named by one alone it may stand anywhere."""
    return bool(a.guests and b.guests) and fuzz.token_set_ratio(a.guests, b.guests) < GUEST_LIKENESS_MIN


def words_apart(a: MatchText, b: MatchText) -> bool:
    """Whether one title has a word that nothing of the other track explains: `Love`, `Love Me`."""
    return a.title != b.title and (_words_left(a, b) or _words_left(b, a))


def _words_left(a: MatchText, b: MatchText) -> bool:
    others = b.title.split()
    words = a.title.split()
    for word in [*words]:
        # Most are the same, and need no measuring.
        if word in others:
            words.remove(word)
            others.remove(word)
    if not words:
        return False
    glued = b.title.replace(" ", "")
    elsewhere = set(f"{b.artist} {b.album} {b.guests} {b.version}".split())
    for word in words:
        best = max(others, key=lambda other: fuzz.ratio(word, other), default=None)
        if best is not None and fuzz.ratio(word, best) >= WORD_SPELLED_MIN:
            others.remove(best)
        elif not (
            (len(word) > 2 and word in glued)
            or any(word == other or fuzz.ratio(word, other) >= WORD_ELSEWHERE_MIN for other in elsewhere)
        ):
            return True
    return False


def titles_part(a: MatchText, b: MatchText) -> bool:
    """One title is the other one with a word in it that says of which kind it is: `Song`, `Song karaoke`."""
    mine, theirs = a.title.split(), b.title.split()
    if len(mine) == len(theirs):
        return False
    longer, shorter, other = (mine, theirs, b) if len(mine) > len(theirs) else (theirs, mine, a)
    extra: list[str] = []
    at = 0
    for word in longer:
        if at < len(shorter) and word == shorter[at]:
            at += 1
        else:
            extra.append(word)
    if at < len(shorter) or not shorter:
        return False
    return bool(kinds_of_words(" ".join(extra)) - set(other.kinds.split()) - set(other.album_kinds.split()))


def digits_differ(a: MatchText, b: MatchText) -> bool:
    """Part 2 against Part 3, major against minor. A number that the other one has in another field came from there."""
    if a.numbers == b.numbers:
        return False
    numbers_a, numbers_b = set(a.numbers.split()), set(b.numbers.split())
    return not (numbers_a - numbers_b <= _elsewhere(b) and numbers_b - numbers_a <= _elsewhere(a))


def version_likeness(a: MatchText, b: MatchText) -> float:
    """1.0: the same version, or neither says more than its kind."""
    if a.version == b.version:
        return 1.0
    if not a.version or not b.version:
        return 1.0 if _is_album(a.version, b) or _is_album(b.version, a) else 0.5
    if numbers_conflict(a.version, b.version):
        return 0.0
    ours, theirs = distinctive_words(a.version), distinctive_words(b.version)
    if not ours or not theirs:
        return 1.0 if ours == theirs else 0.75
    return fuzz.token_sort_ratio(ours, theirs) / 100


def numbers_conflict(version: str, other: str) -> bool:
    """Live 1992 against live 1993, take 1 against take 2."""
    ours, theirs = telling_marks(version), telling_marks(other)
    return bool(ours and theirs) and ours != theirs


def _elsewhere(text: MatchText) -> set[str]:
    return telling_marks(f"{text.artist} {text.album} {text.version} .")


def _is_album(version: str, other: MatchText) -> bool:
    """`Song - Live at X` is the Song of an album Live at X."""
    return bool(version and other.album) and fuzz.ratio(version, other.album) >= ALBUM_NAMED_MIN


def _joint(text: MatchText) -> str:
    return f"{text.title} {text.version} {text.artist} {text.album}"
