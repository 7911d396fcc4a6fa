"""Pure: what tags say, made fit to be stored and sent: no NUL, no lone surrogate, no control character, bounded."""

import re
from collections.abc import Iterable

TEXT_CHARS_MAX = 1000
VALUES_MAX = 50

# Tools that know no second value write both into one, parted so. A bare slash parts nothing: AC/DC.
_SEPARATORS = re.compile(r"\x00|;| / ")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?:\d{4})?(?!\d)")


def clean(text: str) -> str | None:
    """One line, trimmed and cut to `TEXT_CHARS_MAX`; None when nothing is left."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _replacement(char) for char in text[: 4 * TEXT_CHARS_MAX])
    text = text.strip()
    if len(text) > TEXT_CHARS_MAX:
        text = text[:TEXT_CHARS_MAX].rstrip()
    return text or None


def clean_values(texts: Iterable[str]) -> tuple[str, ...]:
    """The separate values in the given texts, each once, at most `VALUES_MAX`."""
    values: dict[str, None] = {}
    for text in texts:
        is_parted = ";" in text or "\0" in text or " / " in text
        for part in _SEPARATORS.split(text[: VALUES_MAX * TEXT_CHARS_MAX]) if is_parted else (text,):
            value = clean(part)
            if value is not None:
                values[value] = None
                if len(values) == VALUES_MAX:
                    return tuple(values)
    return tuple(values)


def year_of(text: str) -> int | None:
    """The year in a date of any usual spelling (2001, 2001-05-03, 20010503, 3.5.2001)."""
    found = _YEAR.search(text[:100])
    year = int(found[1]) if found else 0
    return year or None


def _replacement(char: str) -> str:
    """Lone surrogates cannot be sent as UTF-8; other unprintables (control characters, odd spaces) become a space,
    but for joiners and the like, which belong to scripts and emoji."""
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return " " if code < 0xA0 or char.isspace() else char
