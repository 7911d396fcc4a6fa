"""Texts made comparable, as a person compares them: without regard to case, accents and ways of writing one letter."""

import unicodedata


def folded(text: str | None) -> str | None:
    """`Sólveig` and `SOLVEIG` fold to the same. Also known to our SQLite connections, as `folded(...)`."""
    if text is None:
        return None
    if text.isascii():
        return text.lower()
    # Folding the case may bring new marks (the dotted capital I), and taking marks away new letters: both, twice.
    return _without_marks(_without_marks(text).casefold()).casefold()


def _without_marks(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
