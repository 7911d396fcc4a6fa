"""`:names` in SQL -> numbered places, once per statement."""

import re
from dataclasses import dataclass
from functools import lru_cache

# A cast (`::bigint`) is no name, and neither is a colon inside a quoted text.
_NAME = re.compile(r"'(?:[^']|'')*'|(?<!:):([a-z_][a-z0-9_]*)")


@dataclass(frozen=True)
class Statement:
    """A statement with numbered places, and the names in the order of those numbers."""

    sql: str
    names: tuple[str, ...]


@lru_cache(maxsize=2048)
def numbered(sql: str, sign: str) -> Statement:
    """`sign` is `?` for SQLite and `$` for PostgreSQL. A name that stands twice has one number."""
    names: list[str] = []

    def place(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return match.group(0)
        if name not in names:
            names.append(name)
        return f"{sign}{names.index(name) + 1}"

    return Statement(_NAME.sub(place, sql), tuple(names))
