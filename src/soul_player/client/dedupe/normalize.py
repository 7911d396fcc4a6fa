"""Pure: text made comparable: no case, accents, scripts, punctuation, roman numerals or leading articles."""

import re
import unicodedata

from anyascii import anyascii

# Raise it whenever a text could come out otherwise: everything is then computed and matched again.
NORMALISER_VERSION = 3

TEXT_CHARS_MAX = 400

_ROMAN = {
    roman: str(number)
    for number, roman in enumerate(
        [
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
        ],
        start=1,
    )
}
# Letters of their own too: they are numbers only behind a word that counts.
_AMBIGUOUS = frozenset(("i", "v", "x"))
_WORD_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=1
    )
}
_COUNTING = frozenset(("part", "volume", "number", "chapter", "book", "act", "disc", "movement", "episode", "opus"))
_SPELLED = {
    "pt": "part", "pts": "part", "parts": "part", "vol": "volume", "vols": "volume", "no": "no", "nr": "number",
    "chap": "chapter", "op": "opus", "ep": "ep", "n": "n",
}  # fmt: skip
_ARTICLES = frozenset(("the", "a", "an"))
_DROPPED = re.compile(r"['`\u00b4\u2018\u2019\u02bc\"]+")
_PUNCTUATION = re.compile(r"[^a-z0-9]+")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?")


def fold(text: str) -> str:
    """Words of lower-case ASCII parted by single spaces; folding twice changes nothing.

    A text without a letter or digit (`?`, `…`) comes back as it is, without its blanks: it is a name all the same.
    """
    plain = _plain(text)
    words = _PUNCTUATION.sub(" ", plain).split()
    if not words:
        return " ".join(plain.split()) or " ".join(text[:TEXT_CHARS_MAX].split())
    return _cut(" ".join(_without_articles(_with_numbers(words))))


def _plain(text: str) -> str:
    text = text[:TEXT_CHARS_MAX]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        text = anyascii(unicodedata.normalize("NFC", "".join(char for char in text if not _is_accent(char))))
    text = text.lower().replace("&", " and ")
    text = _INITIALS.sub(lambda match: match.group(0).replace(".", ""), text)
    return _DROPPED.sub("", text)


def _is_accent(char: str) -> bool:
    """A mark that the same word may go without. In other scripts marks are vowels, or make another letter."""
    return unicodedata.category(char) == "Mn" and (char < "\u0670" or "\u1ab0" <= char < "\u2100")


def _with_numbers(words: list[str]) -> list[str]:
    """`Pt. II` -> part 2; a lone I or V stays a word unless the one before it counts."""
    made: list[str] = []
    for found in words:
        word = _SPELLED.get(found, found)
        counts = bool(made) and made[-1] in _COUNTING
        if word in _ROMAN and (counts or word not in _AMBIGUOUS):
            word = _ROMAN[word]
        elif counts and word in _WORD_NUMBERS:
            word = _WORD_NUMBERS[word]
        elif word.isdigit():
            word = word.lstrip("0") or "0"
        made.append(word)
    return made


def _cut(text: str) -> str:
    """Other scripts grow when they are spelled out. Cut between words, so that no new word arises."""
    return text if len(text) <= TEXT_CHARS_MAX else text[:TEXT_CHARS_MAX].rpartition(" ")[0] or text[:TEXT_CHARS_MAX]


def _without_articles(words: list[str]) -> list[str]:
    start = 0
    while start < len(words) - 1 and words[start] in _ARTICLES:
        start += 1
    return words[start:]


_MISSING = frozenset(
    (
        "unknown", "untitled", "various artists", "various", "va", "unknown artist", "unknown album", "unknown title",
        "no artist", "no title", "no album", "none", "null", "n a", "track", "name",
    )
)  # fmt: skip


def is_missing(folded: str) -> bool:
    """Whether it only says that nobody knew."""
    return not folded or folded in _MISSING
