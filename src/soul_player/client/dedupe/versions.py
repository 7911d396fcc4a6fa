"""Pure: a title taken apart: the work itself, the guests, and the version (live, remix, karaoke ...) it is."""

import re
from dataclasses import dataclass
from functools import lru_cache

from soul_player.client.dedupe.normalize import fold

# Words that say: other audio. Spellings and tongues of one kind share its name.
_KIND_WORDS = {
    "live": "live", "vivo": "live", "directo": "live", "concert": "live", "concierto": "live", "unplugged": "live",
    "konzert": "live", "remix": "remix", "remixed": "remix", "rmx": "remix", "mix": "remix", "mixed": "remix",
    "rework": "remix", "bootleg": "remix", "mashup": "remix", "refix": "remix",
    "dub": "dub", "acoustic": "acoustic", "acustico": "acoustic", "acoustique": "acoustic", "akustik": "acoustic",
    "demo": "demo", "demos": "demo", "rehearsal": "demo", "outtake": "demo", "instrumental": "instrumental",
    "instrumentals": "instrumental", "inst": "instrumental", "karaoke": "karaoke", "backing": "karaoke",
    "playback": "karaoke", "cover": "cover", "covered": "cover", "session": "session",
    "sessions": "session", "extended": "extended", "edit": "edit", "version": "version", "ver": "version",
    "take": "take", "alternate": "take", "alternative": "take", "acapella": "acapella", "cappella": "acapella",
    "slowed": "tempo", "nightcore": "tempo", "sped": "tempo", "orchestral": "version", "symphonic": "version",
    "rerecorded": "version", "mixshow": "remix", "vip": "remix", "remake": "cover", "tribute": "cover",
    "lullaby": "cover", "rendition": "cover", "salute": "cover", "homage": "cover", "hommage": "cover",
    "parody": "cover", "8bit": "cover", "chiptune": "cover", "8d": "tempo", "reverb": "tempo", "daycore": "tempo",
    "screwed": "tempo", "chopped": "tempo", "boosted": "tempo", "reversed": "tempo", "chipmunk": "tempo",
    "lofi": "remix", "mono": "mono", "stereo": "stereo", "drumless": "instrumental", "vocals": "acapella",
    "vocal": "acapella", "stems": "acapella", "reprise": "part", "interlude": "part", "intro": "part",
    "outro": "part", "skit": "part", "continued": "part", "ringtone": "part", "commentary": "part",
    "soundcheck": "demo",
}  # fmt: skip
_KARAOKE = re.compile(
    r"\b(?:in the style of|made famous by|originally (?:performed )?by|originally performed|as made popular|sing along"
    r"|performed by|minus one)\b"
)
# What is two words when it is folded.
_PHRASES = re.compile(r"\b(?:(?P<cover>8 bit)|(?P<remix>lo fi)|(?P<version>re recorded|re recording))\b")
# Beside these, `version`, `mix` and `edit` mean the audio that everybody knows.
_PLAIN_WORDS = frozenset(
    """
    remaster remastered remasterizado remasters digital digitally deluxe explicit clean amended edited bonus track
    tracks edition album main original standard special expanded anniversary collector collectors lp single stereo
    video booklet exclusive amazon itunes spotify hidden radio cd disc disk unknown mastered hd hq official audio lyric
    lyrics music restored previously unreleased reissue and the a with in of by from for new
    """.split()  # noqa: SIM905  # fifty quoted words read worse
)
# These make `version`, `mix` and `edit` nothing special; `radio edit` and `new version` do not.
_SAME_AUDIO = frozenset(
    [
        "remaster",
        "remastered",
        "deluxe",
        "explicit",
        "clean",
        "amended",
        "edited",
        "album",
        "main",
        "original",
        "standard",
        "lp",
        "stereo",
        "cd",
        "mastered",
    ]
)
# `Live at ...`, `Acoustic` and the like begin a suffix; `Mix Tape One` does not.
_LEADING_KINDS = frozenset(("live", "acoustic", "demo", "instrumental", "karaoke"))
_TRAILING_WORDS_MAX = 4
# Behind a dash these are titles of their own: `Artist - Outro`.
_BRACKETED_KINDS = frozenset(("part",))
_BRACKETED_WORDS = frozenset(("lullaby", "parody", "salute", "homage", "hommage"))
_SOFT_KINDS = frozenset(("version", "edit", "remix"))
_GUEST = re.compile(r"^(?:feat\b\.?|ft\b\.?|featuring\b|with\b|w/|\+|duet with\b)\s*", re.IGNORECASE)
_INLINE_GUEST = re.compile(r"\s[\(\[]?(?:feat\b\.?|ft\.|featuring\b)\s+([^()\[\]]+)[\)\]]?", re.IGNORECASE)
_DASH = re.compile(r"\s+[-\u2013\u2014]+\s+")
_OPENING = "([{"
_CLOSING = ")]}"
_LIVE_ALBUM = re.compile(
    r"[\(\[:\-\u2013\u2014,]\s*(?:recorded\s+)?live\b|\blive\s+(?:at|in|from|on|and)\b|\bunplugged\b"
    r"|\ben vivo\b|\bin concert\b|\bao vivo\b|\ben concert\b"
    r"|\ben concierto\b|\bim konzert\b|\ben directo\b|\blive$|^live\b|\bdal vivo\b",
    re.IGNORECASE,
)
_KARAOKE_ALBUM = re.compile(r"\bkaraoke\b|\bin the style of\b|\bmade famous\b|\bbacking tracks?\b", re.IGNORECASE)
_COVER_ALBUM = re.compile(r"\btribute\b|\bcover(?:s|ed| versions?)\b|\bperformed by\b", re.IGNORECASE)
_INSTRUMENTAL_ALBUM = re.compile(r"[\(\[:\-\u2013\u2014]\s*instrumentals?\b", re.IGNORECASE)
_ACOUSTIC_ALBUM = re.compile(
    r"[\(\[:\-\u2013\u2014]\s*acoustic\b|\bacoustic (?:version|session|album)s?\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Parts:
    """A title taken apart. `kinds` and `words` say which version it is; `core` is never empty where there was text."""

    core: str
    kinds: frozenset[str]
    words: str
    guests: str


def take_apart(title: str) -> Parts:
    """Brackets and dash suffixes that name guests, a version or nothing at all go out of the title."""
    main, brackets = _split_brackets(title)
    guests: list[str] = []
    kinds: set[str] = set()
    words: list[str] = []
    kept: list[str] = []
    found = _INLINE_GUEST.search(f" {main}")
    if found is not None:
        guests.append(found.group(1))
        main = f" {main}".replace(found.group(0), " ", 1)
    pieces = _DASH.split(main)
    for place, piece in enumerate([*brackets, *pieces[1:]]):
        guest = _GUEST.match(piece)
        if guest is not None:
            guests.append(piece[guest.end() :])
            continue
        folded = fold(piece)
        names_version, its_kinds, its_words = read_version(folded)
        if names_version and (place < len(brackets) or not _is_a_title(folded, its_kinds)):
            kinds |= its_kinds
            words.append(its_words)
        else:
            kept.append(piece)
    core = fold(" ".join((pieces[0], *kept)))
    if not any(char.isalnum() for char in core):
        core, kinds, words = fold(title), set(), []
    return Parts(core, frozenset(kinds), " ".join(word for word in words if word), fold(" ".join(guests)))


@lru_cache(maxsize=4096)
def read_version(folded: str) -> tuple[bool, frozenset[str], str]:
    """Whether a bracket's text names a version (or nothing at all), of which kinds, and in which words."""
    if _KARAOKE.search(folded):
        return True, frozenset(("karaoke",)), folded
    words = folded.split()
    kinds = kinds_of_words(folded)
    if not kinds:
        is_plain = all(word in _PLAIN_WORDS or word.isdigit() for word in words)
        return is_plain and not folded.isdigit() and bool(words), frozenset(), ""
    if kinds <= _SOFT_KINDS:
        rest = [word for word in words if word not in _KIND_WORDS]
        if all(word in _PLAIN_WORDS or word.isdigit() for word in rest) and any(word in _SAME_AUDIO for word in rest):
            return True, frozenset(), ""
    return True, frozenset(kinds), folded


def kinds_of_words(folded: str) -> set[str]:
    """Of which kinds some words are."""
    kinds = {_KIND_WORDS[word] for word in folded.split() if word in _KIND_WORDS}
    return kinds | {name for found in _PHRASES.finditer(folded) for name, text in found.groupdict().items() if text}


def is_version(text: str) -> bool:
    """Whether what stands behind a dash names a version: it begins or ends with a word for one."""
    words = fold(text).split()
    if not words:
        return False
    if _KIND_WORDS.get(words[0]) in _LEADING_KINDS or _KARAOKE.search(" ".join(words)):
        return True
    if words[-1] in _KIND_WORDS and len(words) <= _TRAILING_WORDS_MAX:
        return not _is_a_title(words[-1], frozenset((_KIND_WORDS[words[-1]],)))
    return read_version(" ".join(words)) == (True, frozenset(), "")


def _is_a_title(folded: str, kinds: frozenset[str]) -> bool:
    """Whether it stands on its own where no bracket says otherwise."""
    words = folded.split()
    return bool(kinds) and (kinds <= _BRACKETED_KINDS or words[-1] in _BRACKETED_WORDS)


def outside_brackets(text: str) -> str:
    """The text without what stands in brackets."""
    return _split_brackets(text)[0]


def distinctive_words(version: str) -> str:
    """What is left of a version's words without those that only say of which kind it is: who mixed it, where, when."""
    return " ".join(word for word in version.split() if word not in _KIND_WORDS and word not in _PLAIN_WORDS)


def kinds_of_artist(artist: str) -> frozenset[str]:
    """Who plays it may say that it is no original."""
    kinds = set()
    if _KARAOKE_ALBUM.search(artist):
        kinds.add("karaoke")
    if _COVER_ALBUM.search(artist):
        kinds.add("cover")
    return frozenset(kinds)


def kinds_of_album(album: str) -> frozenset[str]:
    """What an album says of all its tracks."""
    kinds = set()
    if _LIVE_ALBUM.search(album):
        kinds.add("live")
    if _KARAOKE_ALBUM.search(album):
        kinds.add("karaoke")
    if _INSTRUMENTAL_ALBUM.search(album):
        kinds.add("instrumental")
    if _ACOUSTIC_ALBUM.search(album):
        kinds.add("acoustic")
    return frozenset(kinds)


def strip_edition(album: str) -> str:
    """An album without what only says which edition it is: `(Deluxe Version)`, `[Explicit]`, `- EP`."""
    main, brackets = _split_brackets(album)
    kept = [piece for piece in brackets if not _is_edition(fold(piece))]
    pieces = _DASH.split(main)
    kept_pieces = [pieces[0], *(piece for piece in pieces[1:] if not _is_edition(fold(piece)))]
    return " ".join((*kept_pieces, *kept)).strip() or album


def _is_edition(folded: str) -> bool:
    words = folded.split()
    return all(word in _PLAIN_WORDS or word in ("version", "ep", "party", "fan") for word in words)


def _split_brackets(text: str) -> tuple[str, list[str]]:
    """The text outside of any bracket, and what stands in each outermost one; an unclosed one is text."""
    outside: list[str] = []
    inside: list[str] = []
    depth, start = 0, 0
    for at, char in enumerate(text):
        if char in _OPENING:
            if depth == 0:
                outside.append(text[start:at])
                start = at + 1
            depth += 1
        elif char in _CLOSING and depth > 0:
            depth -= 1
            if depth == 0:
                inside.append(text[start:at])
                start = at + 1
    outside.append(text[start:])
    return " ".join(piece.strip() for piece in outside if piece.strip()), [piece for piece in inside if piece.strip()]
