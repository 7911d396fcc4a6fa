"""The arguments of a command line -> the text of a query: a shell takes the quotes that a query needs."""

import re
from collections.abc import Sequence

# `album:Night Drive` in one argument was written as `album:"Night Drive"`.
_UNQUOTED = re.compile(r'(\^?[A-Za-z_]+:=?)([^"]*\s[^"]*)')


def query_text(arguments: Sequence[str]) -> str:
    """Joined by spaces, which mean and; an argument that is one term with spaces in its value is quoted again."""
    return " ".join(_quoted(argument) for argument in arguments)


def _quoted(argument: str) -> str:
    match = _UNQUOTED.fullmatch(argument)
    # `artist:amber year:2020` in one argument is a query of its own.
    if match is None or re.search(r"\s\^?[A-Za-z_]+:", argument) or "," in argument:
        return argument
    value = match.group(2).replace("\\", "\\\\")
    return f'{match.group(1)}"{value}"'
