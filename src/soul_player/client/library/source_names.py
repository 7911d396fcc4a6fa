"""Pure: what a new source is called, and how a name is typed."""

import shlex
from collections.abc import Sequence

from soul_player.client.errors import SourceExists
from soul_player.client.library.model import Source

NAME_CHARS_MAX = 100
# Inside of double quotes a shell still reads these.
_READ_BY_SHELLS = frozenset('"$`\\!')


def quoted(name: str) -> str:
    """As it is typed behind a command."""
    if name.isalnum():
        return name
    return shlex.quote(name) if _READ_BY_SHELLS & set(name) else f'"{name}"'


def free_name(wanted: str | None, sources: Sequence[Source], *, otherwise: str) -> str:
    """The one that was asked for, else `otherwise`, with a number if it is taken. Raises `SourceExists`."""
    taken = {source.name.casefold() for source in sources}
    name = (wanted or otherwise).strip()[:NAME_CHARS_MAX]
    if name.casefold() not in taken:
        return name
    if wanted is not None:
        raise SourceExists(f"there is a source named {name} already")
    numbers = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return next(one for one in numbers if one.casefold() not in taken)
