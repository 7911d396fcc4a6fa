"""Pure: the file name under which a track is saved, as a `Content-Disposition` header."""

import re
import unicodedata
from urllib.parse import quote

NAME_CHARS_MAX = 120
# What some file system, shell or reader of headers gives a meaning of its own.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|;%]')
# RFC 8187: what may stand unquoted in `filename*`.
_ATTRIBUTE_CHARS = "!#$&+-.^_`|~"


def attachment(artist: str | None, title: str, suffix: str) -> bytes:
    """`attachment; filename="ASCII"; filename*=UTF-8''...`, named `<artist>_-_<title>.<ext>`, safe for any title."""
    whole = "_-_".join(part for part in (_clean(artist or ""), _clean(title)) if part) or "track"
    name = _short(whole).strip("._ ") or "track"
    # Cleaned once more: letters that look harmless come apart into slashes, dots and blanks.
    ascii_name = _clean(unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()).strip("._ ")
    # A name of which nothing is ASCII would be empty, or a lone separator.
    ascii_name = ascii_name if any(character.isalnum() for character in ascii_name) else "track"
    extended = quote((name + suffix).encode("utf-8"), safe=_ATTRIBUTE_CHARS)
    return f"attachment; filename=\"{ascii_name}{suffix}\"; filename*=UTF-8''{extended}".encode("ascii")


def _clean(text: str) -> str:
    visible = "".join(
        character for character in text if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    return "_".join(_UNSAFE.sub("_", visible).split())


def _short(name: str) -> str:
    """Few enough characters, and few enough bytes for a file system (255, with some room for a suffix)."""
    name = name[:NAME_CHARS_MAX]
    while len(name.encode()) > 200:
        name = name[:-1]
    return name
