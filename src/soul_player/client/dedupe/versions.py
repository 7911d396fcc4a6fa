"""Pure: a title taken apart: the work itself, the guests, and the version (live, remix, karaoke ...) it is."""

import re
from dataclasses import dataclass
from functools import lru_cache

from soul_player.client.dedupe.normalize import fold
from soul_player.client.dedupe.version_words import (
    ALBUMS,
    ARTISTS,
    GLUED,
    KARAOKE,
    KIND_WORDS,
    PHRASES,
    PLAIN_WORDS,
    SAME_AUDIO,
    TELLING_WORDS,
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
    if KARAOKE.search(folded):
        return True, frozenset(("karaoke",)), folded
    words = folded.split()
    kinds = kinds_of_words(folded)
    if not kinds:
        is_plain = all(word in PLAIN_WORDS or word.isdigit() for word in words)
        return is_plain and not folded.isdigit() and bool(words), frozenset(), ""
    if kinds <= _SOFT_KINDS:
        rest = [word for word in words if _kind_of(word) is None]
        if all(word in PLAIN_WORDS or word.isdigit() for word in rest) and any(word in SAME_AUDIO for word in rest):
            return True, frozenset(), ""
    return True, frozenset(kinds), folded


def kinds_of_words(folded: str) -> set[str]:
    """Of which kinds some words are."""
    kinds = {kind for word in folded.split() if (kind := _kind_of(word)) is not None}
    return kinds | {name for found in PHRASES.finditer(folded) for name, text in found.groupdict().items() if text}


def _kind_of(word: str) -> str | None:
    kind = KIND_WORDS.get(word)
    if kind is not None:
        return kind
    for ending in GLUED:
        if word.endswith(ending):
            return KIND_WORDS.get(word.removesuffix(ending), "version")
    return None


def is_version(text: str) -> bool:
    """Whether what stands behind a dash names a version: it begins or ends with a word for one."""
    words = fold(text).split()
    if not words:
        return False
    if KIND_WORDS.get(words[0]) in _LEADING_KINDS or KARAOKE.search(" ".join(words)):
        return True
    if words[-1] in KIND_WORDS and len(words) <= _TRAILING_WORDS_MAX:
        return not _is_a_title(words[-1], frozenset((KIND_WORDS[words[-1]],)))
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
    return " ".join(
        word
        for word in version.split()
        if word in TELLING_WORDS or (word not in PLAIN_WORDS and _kind_of(word) is None)
    )


def kinds_of_artist(artist: str) -> frozenset[str]:
    """Who plays it may say that it is no original."""
    return frozenset(kind for kind, pattern in ARTISTS.items() if pattern.search(artist))


def kinds_of_album(album: str) -> frozenset[str]:
    """What an album says of all its tracks."""
    return frozenset(kind for kind, pattern in ALBUMS.items() if pattern.search(album))


def strip_edition(album: str) -> str:
    """An album without what only says which edition it is: `(Deluxe Version)`, `[Explicit]`, `- EP`."""
    main, brackets = _split_brackets(album)
    kept = [piece for piece in brackets if not _is_edition(fold(piece))]
    pieces = _DASH.split(main)
    kept_pieces = [pieces[0], *(piece for piece in pieces[1:] if not _is_edition(fold(piece)))]
    return " ".join((*kept_pieces, *kept)).strip() or album


def _is_edition(folded: str) -> bool:
    words = folded.split()
    return all(word in PLAIN_WORDS or word in ("version", "ep", "party", "fan") for word in words)


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
