"""Texts made comparable, as a person compares them: without regard to case, accents and ways of writing one letter."""

import unicodedata
from functools import lru_cache

# Artists, albums and genres come again and again.
REMEMBERED = 16_384


def folded(text: str | None) -> str | None:
    """`Sólveig` and `SOLVEIG` fold to the same. Also known to our SQLite connections, as `folded(...)`."""
    if text is None:
        return None
    if text.isascii():
        return text.lower()
    return _folded(text)


@lru_cache(maxsize=REMEMBERED)
def _folded(text: str) -> str:
    # Folding the case may bring new marks (the dotted capital I), and taking marks away new letters: both, twice.
    return _without_marks(_without_marks(text).casefold()).casefold()


class _Marks(dict[int, int | None]):
    """For `str.translate`: what a letter becomes without its marks, looked up once a letter (a loop takes 4 times as
    long, and a list by words folds every text of a library)."""

    def __missing__(self, letter: int) -> int | None:
        kept = None if unicodedata.combining(chr(letter)) else letter
        self[letter] = kept
        return kept


_MARKS = _Marks()


def _without_marks(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(_MARKS)
